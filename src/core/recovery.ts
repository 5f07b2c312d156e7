/** A question before a step: which engine, which address. */
export interface RecoveryQuestion {
  field: string;
  title: string;
  value?: string;
  options?: { value: string; label: string; detail?: string }[];
  /** Typed unseen, never kept, never logged. */
  secret?: boolean;
  /** An empty answer leaves the field out. */
  optional?: boolean;
}

/** One step of the walk back from lost quorum. */
export interface RecoveryStep {
  id: string;
  title: string;
  /** What it does and what it means, in a few sentences. */
  detail: string;
  /**
   * `next`: to be taken now. `waiting`: something before it is not done. `done`: seen to hold, whoever did it.
   * `optional`: may be taken, nothing waits for it. `blocked`: can't be taken; `reason` says why.
   */
  state: 'done' | 'next' | 'waiting' | 'optional' | 'blocked';
  reason?: string;
  /** Asked for before it is taken. */
  destructive: boolean;
  /** What is lost or restarted, for the question. */
  consequence?: string;
  /** The plain commands that do the same, for those who type them themselves. */
  commands: string[];
  /** False where only the person can do it, e.g. start an engine. */
  automatic: boolean;
  /** Set where another operation of ours does it: the caller offers that one. */
  handover?: 'backup' | 'restore';
  questions?: RecoveryQuestion[];
  /** What was seen: `["node1", "manager, unreachable"]`. No secret. */
  facts?: [name: string, value: string][];
}

/** Where the walk stands: read anew from the cluster each time, so that it can be left and taken up again. */
export interface Recovery {
  /** One sentence: what is the matter. */
  summary: string;
  state: 'healthy' | 'degraded' | 'lost';
  steps: RecoveryStep[];
}
