import { toErrorInfo } from '../errors';
import type { PolicyConfig } from '../config/policy';
import { Pause, firstPause, pauseAfter } from './backOff';
import type { Failure, NoticeBook } from './noticeBook';
import type { RetentionStop } from '../retention/decide';
import type { AgentCluster, AgentParts } from './ports';
import type { Silence } from './silence';

const DAY = 86_400_000;

/** When a cluster is pruned: after each good backup, and once a day besides. */
export class PruneRun {
  /** Backups that went. */
  removed = 0;
  private readonly pause = new Pause();
  private failures = 0;
  private last: number | undefined;
  private isOwed = false;
  /** The guard that held the last one up. */
  private heldBy: RetentionStop['code'] | undefined;

  constructor(
    private readonly parts: AgentParts,
    private readonly notices: NoticeBook,
    private readonly silence: Silence,
  ) {}

  /** Something changed that a prune may follow from. */
  owe(): void {
    this.isOwed = true;
  }

  /** A clock that was set back does not put it off. */
  isDue(policy: PolicyConfig, now: number): boolean {
    if (!letsGo(policy) || !this.pause.isOver(now)) return false;
    return this.isOwed || this.last === undefined || Math.abs(now - this.last) >= DAY;
  }

  /** Milliseconds since 1970; Infinity where the policy lets nothing go. */
  dueAt(policy: PolicyConfig, now: number): number {
    if (!letsGo(policy)) return Infinity;
    const at = this.isOwed || this.last === undefined ? now : this.last + DAY;
    return Math.max(at, this.pause.until);
  }

  /** @returns whether backups went */
  async run(cluster: AgentCluster, signal: AbortSignal): Promise<boolean> {
    const { work, clock, log, random } = this.parts;
    try {
      const { removed, stopped } = await this.silence.within(
        `Pruning the backups of "${cluster.name}"`,
        signal,
        ({ signal: own, heard }) => work.prune(cluster, own, this.heldBy, heard),
      );
      this.heldBy = stopped?.code;
      this.removed += removed.length;
      this.last = clock.now().getTime();
      this.isOwed = false;
      this.failures = 0;
      this.pause.end();
      this.notices.pruned();
      return removed.length > 0;
    } catch (thrown) {
      if (signal.aborted) return false;
      const error = failureOf(thrown);
      log.warn(`${cluster.name}: pruning failed: ${error.message} [${error.code}]`);
      const now = clock.now().getTime();
      if (error.code === 'vault.locked') {
        this.pause.begin(now, firstPause(Infinity));
        return false;
      }
      this.failures += 1;
      this.pause.begin(now, pauseAfter(this.failures, Infinity, random()));
      this.notices.pruneFailed(error);
      // Some may have gone before it failed.
      return true;
    }
  }
}

export function failureOf(error: unknown): Failure {
  const { code, message, next } = toErrorInfo(error);
  return { code, message, next };
}

function letsGo({ schedules = [], manualCount, maxBackups }: PolicyConfig): boolean {
  return schedules.length > 0 || manualCount !== undefined || maxBackups !== undefined;
}
