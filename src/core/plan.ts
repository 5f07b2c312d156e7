import type { Inventory } from './model';
import type { ProgressUpdate, SnapshotReport } from './ports';

/** How much a line of a plan matters: `blocker` stops the restore, `warning` must be read, `info` is told. */
export type PlanSeverity = 'info' | 'warning' | 'blocker';

/** One thing that a restore would do, or that one has to know before. */
export interface RestorePlanItem {
  severity: PlanSeverity;
  /** Stable, e.g. `consul.version`, for scripts. */
  code: string;
  title: string;
  detail?: string;
}

/** A row of "replaced": what the cluster holds now against what the backup brings. */
export interface RestoreComparison {
  name: string;
  now: number | undefined;
  after: number;
}

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
  /** False when an item blocks. */
  possible: boolean;
  /** Whether a safety backup will be made first. */
  safetyBackup: boolean;
  /** Set where the tokens that come back may replace the one in use. */
  asksForSecret?: { field: string; reason: string };
  /**
   * Of source and target as planned: the restore refuses to run when either has changed its identity since.
   */
  fingerprint: string;
}

export type { ProgressUpdate };
