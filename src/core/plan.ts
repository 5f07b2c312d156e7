import type { BackupScope, HostedBackup, Inventory, RestoreChoices } from './model';
import type { ProgressUpdate, SnapshotReport } from './ports';

/** How much a line of a plan matters: `blocker` stops the restore, `warning` must be read, `info` is told. */
export type PlanSeverity = 'info' | 'warning' | 'blocker';

/** One thing that will happen, or that one has to know before. */
export interface PlanLine {
  severity: PlanSeverity;
  /** Stable, e.g. `consul.version`, for scripts. */
  code: string;
  title: string;
  detail?: string;
  /** What the person may answer to it, e.g. that a swarm is to be created. */
  questions?: PlanQuestion[];
  /**
   * A secret that is asked for. The answer goes to the payloads under this id, never into the plan; with it the plan
   * is made anew.
   */
  asks?: { id: string; title: string; given: boolean; optional?: boolean };
  /**
   * The person may go on in spite of it (`RestoreChoices.accept` with the code). A blocker becomes a warning by that;
   * both say so.
   */
  acceptable?: boolean;
  /** Something that is there now is taken away by it: the last question before the restore names it. */
  destructive?: boolean;
}

/** A line of a restore's plan. */
export type RestorePlanItem = PlanLine;

/** A question that a line of a plan asks. The answer goes to `RestoreChoices.answers`. */
export interface PlanQuestion {
  /** Key in `RestoreChoices.answers`: `initSwarm`, `node:old-name`. */
  answer: string;
  title: string;
  /** Proposed; taken only when the person says so. */
  value?: string;
  /** The only answers there are; free text when left out. */
  options?: { value: string; label: string }[];
  /** Words of the button that gives the answer: "Create a swarm on this engine". */
  action?: string;
}

/** A row of "replaced": what the cluster holds now against what the backup brings. */
export interface RestoreComparison {
  name: string;
  now: number | undefined;
  after: number;
}

/**
 * What happens to one object. `leave`: it is there and the same. `conflict`: it is there, differs, and is not touched
 * unless the person says how. `cannot`: something is missing.
 */
export type ChangeAction = 'create' | 'update' | 'leave' | 'conflict' | 'cannot';

/** One object of a backup in a restore object by object. */
export interface PlannedChange {
  /** Stable: `service/web_api`, `volume/node1/data`. */
  id: string;
  kind: string;
  /** In the backup. */
  name: string;
  /** Name it gets, where it is another. */
  target?: string;
  /** E.g. its stack. */
  group?: string;
  action: ChangeAction;
  /** Chosen by the person; the others are not touched. */
  chosen: boolean;
  /** Why, or what will happen, in a sentence: "The image nginx:1 is not on this engine". */
  reason?: string;
  /** Stable reason of a `conflict` or `cannot`: `imageMissing`, `payloadMissing`, `inUse`. */
  code?: string;
  /** True where the person may go on all the same (`RestoreChoices.accept` with the code). */
  acceptable?: boolean;
  /** Where it differs from what is there. */
  differences?: string[];
  /** What the backup can't hold and the person has to give, e.g. a secret's payload. */
  asks?: { title: string; given: boolean };
  /** It may get another name (`RestoreChoices.rename`), also where nothing is in its way. */
  renamable?: boolean;
  /** Bytes to be written, where it has content. */
  bytes?: number;
  /** Something that is there now is lost by it. */
  destructive?: boolean;
}

/** What became of a chosen change. */
export interface ChangeResult {
  id: string;
  /** `left`: it was there already and the same. `notReached`: something before it failed. */
  result: 'done' | 'left' | 'failed' | 'notReached';
  /** What was done, or why not. */
  message?: string;
}

/** What an adapter found by reading much, by its own keys, and when: milliseconds since 1970. */
export type Looks = Readonly<Record<string, { found: string; at: number }>>;

/** What a restore would do, before it is done. Plain data: it crosses threads and goes to `--json`. */
export interface RestorePlan {
  cluster: string;
  system: string;
  /** The backup's id, or undefined when a file was chosen. */
  backupId?: string;
  source: string;
  /** When the content was taken. */
  contentTime?: string;
  /** Seconds. */
  age?: number;
  content: SnapshotReport;
  current: Inventory;
  comparison: RestoreComparison[];
  items: RestorePlanItem[];
  /** Object by object, where the system is restored so; then `comparison` is empty. */
  changes?: PlannedChange[];
  /** What was chosen when the changes were planned. */
  choices?: RestoreChoices;
  /** What was read of the cluster for this plan, for one with other choices soon after. */
  looks?: Looks;
  /** What the safety backup takes; everything when left out. */
  safetyScope?: BackupScope;
  /** False when an item blocks, or when no chosen change has anything to do. */
  possible: boolean;
  /** Whether a safety backup will be made first. */
  safetyBackup: boolean;
  /** Why there can be none. */
  noSafetyBackup?: string;
  /** Set where the tokens that come back may replace the one in use. */
  asksForSecret?: { field: string; reason: string };
  /**
   * Of source and target as planned: the restore refuses to run when either has changed its identity since.
   */
  fingerprint: string;
}

/** What a restore of a backup on the platform's own side would do, before it is done. Plain data. */
export interface HostedRestorePlan {
  cluster: string;
  system: string;
  backup: HostedBackup;
  items: PlanLine[];
  /** Answers and accepted codes that it was made with. */
  choices: Pick<RestoreChoices, 'accept' | 'answers'>;
  /** False when an item blocks. */
  possible: boolean;
  /** Whether a backup of the present state will be made first, on the platform's side. */
  safetyBackup: boolean;
  /** Why there can be none. */
  noSafetyBackup?: string;
  /** The restore refuses to run when what was planned is another by then. */
  fingerprint: string;
}

export type { ProgressUpdate };
