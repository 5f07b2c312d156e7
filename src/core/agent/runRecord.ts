import type { Failure } from './noticeBook';
import type { AgentClusterState } from './ports';

type Told = Pick<AgentClusterState, 'running' | 'lastAttempt' | 'lastDuration' | 'lastError'>;

/** What came of a cluster's runs since the agent started. Times are milliseconds since 1970. */
export class RunRecord {
  /** The planned moment whose run failed, until there is a backup since then. */
  failedSince: number | undefined;
  private readonly told: Told = {};
  private readonly runs = { done: 0, failed: 0 };
  private failuresInARow = 0;

  /** Why the last run failed, until there is a good one. */
  get failure(): Failure | undefined {
    return this.told.lastError;
  }

  get isAtBackup(): boolean {
    return this.told.running?.kind === 'backup';
  }

  backupBegan(at: number): void {
    this.told.running = { kind: 'backup', since: at };
    this.told.lastAttempt = at;
    delete this.told.lastDuration;
  }

  /** However it ended. */
  backupEnded(at: number): void {
    // The clock may have been set back meanwhile.
    this.told.lastDuration = Math.max(0, at - (this.told.lastAttempt ?? at));
    delete this.told.running;
  }

  pruneBegan(at: number): void {
    this.told.running = { kind: 'prune', since: at };
  }

  pruneEnded(): void {
    delete this.told.running;
  }

  made(): void {
    this.runs.done += 1;
  }

  /** @param since the planned moment that it ran for */
  failed(error: Failure, since: number): void {
    this.runs.failed += 1;
    this.failuresInARow += 1;
    this.failedSince ??= since;
    this.told.lastError = error;
  }

  forgetFailure(): void {
    this.failedSince = undefined;
    this.failuresInARow = 0;
    delete this.told.lastError;
  }

  state(): Told & Pick<AgentClusterState, 'runs' | 'failuresInARow'> {
    return { ...this.told, runs: { ...this.runs }, failuresInARow: this.failuresInARow };
  }
}
