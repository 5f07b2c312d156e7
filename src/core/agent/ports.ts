import type { PolicyConfig } from '../config/policy';
import type { ErrorInfo } from '../errors';
import type { Verification } from '../model';
import type { PruneResult } from '../operations/prune';
import type { PolicyBackup } from '../policy/policyBackup';
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
  /** As `scheduledBackup` of the operations: undefined where another agent was quicker. */
  backUp(
    cluster: AgentCluster,
    run: { schedule: string; since: Date },
    signal: AbortSignal,
  ): Promise<{ id: string } | undefined>;
  /** As `prune` of the operations, without a plan. */
  prune(cluster: AgentCluster, signal: AbortSignal): Promise<PruneResult>;
  /** As `scheduledCheck` of the operations. */
  check(cluster: AgentCluster, id: string, signal: AbortSignal): Promise<Verification | undefined>;
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
  /** Hooks after one; what fails there is logged and told, and changes nothing. */
  after(cluster: AgentCluster, event: AgentEvent, signal: AbortSignal): Promise<void>;
  /** Notices to people. Never throws. */
  notice(cluster: AgentCluster, event: AgentEvent): Promise<void>;
}

/** A clock that can also be waited by, so that tests can live through a year. */
export interface AgentClock extends Clock {
  /** Resolves at that time by this clock, or soon after a machine's sleep; also when the signal is aborted. */
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
