import type { Readable } from 'node:stream';
import type {
  BackupScope,
  ClusterStatus,
  ContentsGroup,
  Inventory,
  Manifest,
  RestoreChoices,
} from '../model';
import type { ChangeResult, Looks, PlannedChange, RestorePlanItem } from '../plan';
import type { Recovery } from '../recovery';
import type { BackupPlan, BackupRequest, BackupSource } from './backup';
import type { HostedBackups, HostedRetention } from './hosted';
import type { RunContext } from './run';
import type { SnapshotReport } from './snapshot';
import type { SetupOption } from './system';

export interface RestoreCheck {
  /** E.g. `KVS`. */
  name: string;
  expected: number;
  found: number | undefined;
}

/** What every adapter does. */
export interface AdapterBase {
  /** Asks the cluster how it is. Throws where it can't be reached or denies us. */
  status(context: RunContext): Promise<ClusterStatus>;
  /**
   * Starts a backup that comes into the vault; the stream fails if the cluster cuts it. Refuses by an error of category
   * `refused`. Left out where every mode is `hosted`.
   */
  backup?(request: BackupRequest, context: RunContext): Promise<BackupSource>;
  /** What that backup would do, asked of the cluster and changing nothing; capability `announces`. */
  planBackup?(request: BackupRequest, context: RunContext): Promise<BackupPlan>;
  /** Capability `hosted`. Throws where the entry lacks what it takes. */
  hosted?(): HostedBackups;
  /** Capability `retention`. */
  retention?(): HostedRetention;
  /**
   * What *Add Cluster* offers for a field that is picked from a list. The connection holds the answers so far and may
   * lack every field that is asked later.
   */
  setupOptions?(field: string, context: RunContext): Promise<SetupOption[]>;
  /** What the cluster holds now; kinds that can't be counted with these rights are left out. */
  inventory(context: RunContext): Promise<Inventory>;
  /** The cluster's objects, for the tree; capability `contents`. */
  contents?(context: RunContext): Promise<ContentsGroup[]>;
  /**
   * One object as it is now, in the words in which a backup tells it, for comparing; undefined when it is not there.
   * Capability `contents`.
   *
   * @param id as in `PlannedChange`
   */
  liveText?(id: string, context: RunContext): Promise<string | undefined>;
  /**
   * What a run that was cut off has left for the next one to do, e.g. services to be brought back; asks nobody.
   */
  interrupted?(): Promise<string[]>;
  /** Does it, and says what was done. The caller holds the cluster's lock. */
  resume?(context: RunContext): Promise<string[]>;
  /** Where the walk back from lost quorum stands; capability `recovery`. */
  recovery?(context: RunContext): Promise<Recovery>;
  /** Takes one step of it, which the person has confirmed. */
  recover?(
    step: string,
    answers: Readonly<Record<string, string>>,
    context: RunContext,
  ): Promise<Recovery>;
  /** Lets go of connections. */
  close(): Promise<void>;
}

/** What a restore as a whole works with. */
export interface WholeRequest {
  content: SnapshotReport;
  /** The backup's; undefined for a file that no vault holds. */
  manifest?: Manifest | undefined;
  /** Answers to the plan's questions, and codes that the person accepts. */
  choices: RestoreChoices;
  /** Secrets that the plan asks for (`PlanLine.asks`), base64. Never kept, never shown. */
  payloads: Readonly<Record<string, string>>;
}

/** The system's own part of a plan. */
export interface WholePlan {
  items: RestorePlanItem[];
  /** Why no safety backup of the present state can be made; then none is. */
  noSafetyBackup?: string;
  /** What is there is taken away before the first byte is sent: the backup is read whole once more before that. */
  removesFirst?: boolean;
}

/** An adapter of a system that takes a snapshot as a whole, in place of all it holds. */
export interface WholeAdapter extends AdapterBase {
  backup: NonNullable<AdapterBase['backup']>;
  /** The system's own lines of a restore plan: versions, record types, CA, tokens. */
  planRestore(request: WholeRequest, context: RunContext): Promise<WholePlan>;
  /**
   * Hands a checked snapshot to the cluster. Sent once, never repeated by itself.
   * @param size bytes of the stream, where known
   */
  restore(
    request: WholeRequest & { stream: Readable; size: number | undefined },
    context: RunContext,
  ): Promise<void>;
  /**
   * Waits until the cluster answers again and compares what it holds with the snapshot.
   * @param secrets replace the cluster's own where the restore brought other tokens back
   */
  checkRestored(
    request: WholeRequest,
    secrets: Readonly<Record<string, string>>,
    context: RunContext,
  ): Promise<RestoreCheck[]>;
}

/** What a restore object by object works with. */
export interface ItemisedRequest {
  content: SnapshotReport;
  choices: RestoreChoices;
  /** What the backup can't hold and the person gave, base64, by the id of the change. Never kept, never shown. */
  payloads: Readonly<Record<string, string>>;
}

export interface ItemisedPlan {
  /** What has to be known; a blocker stops the whole restore. */
  items: RestorePlanItem[];
  /** In the order in which they are carried out. */
  changes: PlannedChange[];
  /** What a safety backup has to hold so that everything the chosen changes touch can be put back. */
  safety?: BackupScope;
  /** What was read for it that may serve a plan with other choices. */
  looks?: Looks;
}

/** An adapter of a system that is restored object by object. */
export interface ItemisedAdapter extends AdapterBase {
  backup: NonNullable<AdapterBase['backup']>;
  /**
   * @param request `open` gives the backup's plain bytes from their beginning; destroy what is not read to its end.
   *   `looks` are those of a plan before, which need not be read again while they are fresh; a plan that is carried out
   *   is made without them
   */
  planChanges(
    request: ItemisedRequest & { open: () => Promise<Readable>; looks?: Looks | undefined },
    context: RunContext,
  ): Promise<ItemisedPlan>;
  /**
   * Carries out the chosen changes while the backup streams by, and compares afterwards. The stream ends only when all
   * of it has been checked: what depends on everything else comes last. A second run does what is still missing.
   *
   * @returns what became of each chosen change, also when some failed: it throws only where nothing could be begun
   *   or the person cancelled
   */
  applyChanges(
    request: ItemisedRequest & { stream: Readable; changes: readonly PlannedChange[] },
    context: RunContext,
  ): Promise<ChangeResult[]>;
}

/**
 * An adapter of a platform that keeps its backups on its own side: they are listed, made, restored and deleted there by
 * their ids. What it may put into a vault beside that is an export (`Capabilities.exports`), which nothing restores.
 */
export interface HostedAdapter extends AdapterBase {
  hosted(): HostedBackups;
}

export type Adapter = WholeAdapter | ItemisedAdapter | HostedAdapter;

/** Tells how a system is restored. */
export function isItemised(adapter: Adapter): adapter is ItemisedAdapter {
  return 'planChanges' in adapter;
}

/** Whether what the vault holds of it can be restored at all. */
export function restoresFromVault(adapter: Adapter): adapter is WholeAdapter | ItemisedAdapter {
  return isItemised(adapter) || 'planRestore' in adapter;
}
