import type { PolicyConfig } from '../config/policy';
import type { ErrorInfo } from '../errors';
import type { Verification } from '../model';
import type { PruneResult } from '../operations/prune';
import type { PolicyBackup } from '../policy/policyBackup';
import type { RetentionStop } from '../retention/decide';
import type { Standing } from '../policy/standing';
import type { Clock, Log } from '../ports';

/** A cluster that the agent looks after. */
export interface AgentCluster {
  /** Tells clusters apart: vault and name. */
  key: string;
  name: string;
  policy: PolicyConfig;
}

/** What the agent has done; the caller puts it together from the operations. Each throws a `ClusterBackupError`. */
export interface AgentWork {
  /** The clusters with a policy, their configuration read anew where it changed. */
  clusters(): Promise<AgentCluster[]>;
  /** Backups of a cluster, in any order: those of its vault, or those on the platform's own side. */
  backups(cluster: AgentCluster): Promise<PolicyBackup[]>;
  /**
   * As `scheduledBackup` of the operations: undefined where another agent was quicker.
   *
   * @param run `before` is called once, under the cluster's lock, when it is certain that a backup is to be made; where it
   * throws, none is made, and that is what is thrown. Its signal ends it with the run, also where only that is
   * cancelled. `heard` is called at each sign that it goes on
   */
  backUp(
    cluster: AgentCluster,
    run: {
      schedule: string;
      since: Date;
      before: (signal?: AbortSignal) => Promise<void>;
      heard?: () => void;
    },
    signal: AbortSignal,
  ): Promise<{ id: string } | undefined>;
  /**
   * As `prune` of the operations, without a plan.
   *
   * @param known the guard that held the last one up: told once while it lasts, not after each backup
   * @param heard called at each sign that it goes on
   */
  prune(
    cluster: AgentCluster,
    signal: AbortSignal,
    known?: RetentionStop['code'],
    heard?: () => void,
  ): Promise<PruneResult>;
  /**
   * As `scheduledCheck` of the operations.
   *
   * @param heard called at each sign that it goes on
   */
  check(
    cluster: AgentCluster,
    id: string,
    signal: AbortSignal,
    heard?: () => void,
  ): Promise<Verification | undefined>;
  /** Cleans up in the vaults after crashes. */
  tidy(signal: AbortSignal): Promise<void>;
}

/** What happened, for hooks and notices. Holds no secret. */
export interface AgentEvent {
  kind:
    | 'before'
    | 'done'
    | 'failed'
    | 'missed'
    | 'damaged'
    | 'checkFailed'
    | 'pruneFailed'
    | 'hookFailed'
    | 'recovered';
  cluster: string;
  /** ISO 8601. */
  at: string;
  /** One sentence for a person. */
  text: string;
  schedule?: string;
  /** Of the backup that it is about. */
  backupId?: string;
  error?: Pick<ErrorInfo, 'code' | 'message' | 'next'>;
}

/** Who is told of what happens. */
export interface AgentTells {
  /** Hooks before a backup. @throws where one fails: no backup is made then */
  before(cluster: AgentCluster, event: AgentEvent, signal: AbortSignal): Promise<void>;
  /** Hooks after one; what fails there is logged, given to `tell`, and changes nothing. */
  after(
    cluster: AgentCluster,
    event: AgentEvent,
    signal: AbortSignal,
    tell: (event: AgentEvent) => void,
  ): Promise<void>;
  /** Notices to people. Several may be given before the first has arrived. Never throws. */
  notice(cluster: AgentCluster, event: AgentEvent): Promise<void>;
}

/** A clock that can also be waited by, so that tests can live through a year. */
export interface AgentClock extends Clock {
  /**
   * Resolves at that time by this clock, when the signal is aborted, and a minute later at the latest, whatever the clock
   * shows: what is waited for is looked at anew then, so that a machine's sleep or a clock that was set stops nobody.
   */
  sleepUntil(time: Date, signal: AbortSignal): Promise<void>;
}

export interface AgentParts {
  work: AgentWork;
  tells: AgentTells;
  clock: AgentClock;
  log: Log;
  /** 0 to below 1, for the back-off. */
  random: () => number;
}

/** What the agent knows of a cluster, for metrics and for people. Times are milliseconds since 1970. */
export interface AgentClusterState {
  key: string;
  name: string;
  /** What is done for it right now. */
  running?: { kind: 'backup' | 'prune' | 'check'; since: number };
  /** When its next backup is begun, retries counted; absent: none is planned. */
  next?: number;
  /** Of the last scheduled backup that this agent began: when, and how long it took (milliseconds) once it had ended. */
  lastAttempt?: number;
  lastDuration?: number;
  /** When the last backup that is good was begun, whoever made it. */
  lastSuccess?: number;
  /** Why the last run failed; gone with the next good one. */
  lastError?: Pick<ErrorInfo, 'code' | 'message' | 'next'>;
  /** Runs of this agent since it started. */
  runs: { done: number; failed: number };
  failuresInARow: number;
  standing: Standing;
  /** Backups there are, and the bytes that they take. */
  backups: number;
  bytes: number;
  damaged: number;
  checksOverdue: number;
  /** The oldest last check of a backup, one that was never checked counting from its making. */
  oldestCheck?: number;
  /** Backups that this agent pruned since it started. */
  pruned: number;
}

export interface AgentState {
  started: number;
  /** When the loop last came round; absent before its first turn. */
  lastTurn?: number;
  clusters: AgentClusterState[];
  /** Why the configuration can't be read now; what was read before holds. */
  error?: Pick<ErrorInfo, 'code' | 'message' | 'next'>;
}

/** The agent itself: one loop for all clusters. */
export interface Agent {
  /** Runs until the signal is aborted; ends what runs then, and resolves. */
  run(signal: AbortSignal): Promise<void>;
  /** Does what is due, and ends when nothing more is due now; a run that failed is not waited for to be tried again. */
  runOnce(signal: AbortSignal): Promise<void>;
  state(): AgentState;
  /** Looks at once, e.g. when the configuration changed. */
  wake(): void;
}
