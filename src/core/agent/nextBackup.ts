import type { ErrorCategory } from '../errors';
import type { PolicyBackup } from '../policy/policyBackup';
import { dueOf } from '../schedule/planned';
import type { Due } from '../schedule/planned';
import { Attempts } from './backOff';
import type { AgentCluster } from './ports';

const RETRIES = 5;

/** When a cluster's next backup is begun: at its planned moment, and again where that failed. Dates are milliseconds. */
export class NextBackup {
  private readonly attempts: Attempts;

  /** @param isOnce one backup is tried, whatever comes due in the meantime */
  constructor(isOnce: boolean) {
    this.attempts = new Attempts(isOnce);
  }

  /** The planned moment that counts now; undefined where the policy has none. */
  due(cluster: AgentCluster, backups: readonly PolicyBackup[], now: Date): Due | undefined {
    return dueOf(cluster.policy, cluster.key, backups, now);
  }

  /** Whether it is to be begun now. */
  isDue(due: Due | undefined, now: number): boolean {
    return due?.due === true && this.attempts.mayTry(due.since.getTime(), now);
  }

  /** When it is begun, retries counted; undefined: never. */
  at(due: Due | undefined, now: number): number | undefined {
    if (due === undefined || this.attempts.isUsedUp) return undefined;
    const next = due.next.getTime();
    if (!due.due) return next;
    return Math.min(next, Math.max(this.attempts.triesAt(due.since.getTime()), now));
  }

  done(due: Due): void {
    this.attempts.done(due.since.getTime());
  }

  /** Somebody else holds the lock: it is looked again soon, and that is no failure. */
  locked(due: Due, now: number): void {
    this.attempts.locked(momentOf(due), now);
  }

  /**
   * @param run.retries as the policy says; 5 where it says nothing
   * @param run.random 0 to below 1
   * @returns whether it was the last try for this moment
   */
  failed(
    due: Due,
    now: number,
    run: { category: ErrorCategory; retries: number | undefined; random: number },
  ): boolean {
    // What only a person can put right is not put right by trying again; what one cancelled was meant so.
    const isHopeless = run.category === 'usage' || run.category === 'cancelled';
    const retries = isHopeless ? 0 : (run.retries ?? RETRIES);
    return this.attempts.failed(momentOf(due), now, { retries, random: run.random });
  }
}

function momentOf({ since, next }: Due): { since: number; next: number } {
  return { since: since.getTime(), next: next.getTime() };
}
