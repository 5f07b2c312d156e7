import type { ErrorInfo } from '../errors';
import type { PolicyBackup } from '../policy/policyBackup';
import type { AgentEvent } from './ports';

export type Failure = Pick<ErrorInfo, 'code' | 'message' | 'next'>;

/** What a notice says, but for the cluster and the time. */
export type Notice = Omit<AgentEvent, 'cluster' | 'at'>;

/**
 * What people were told of a cluster, so that each is told once: a run of failures as it begins and as the tries of the
 * moment are used up, a missed backup once until there is one again, each damaged backup, and when it is well again.
 */
export class NoticeBook {
  private failures = 0;
  private isUsedUpTold = false;
  private isMissedTold = false;
  private isPruneTold = false;
  private readonly damagedTold = new Set<string>();
  private readonly checksTold = new Set<string>();

  /** @param tell may not throw */
  constructor(
    private readonly name: string,
    private readonly tell: (notice: Notice) => void,
  ) {}

  /** @param isUsedUp it is not tried again before the next planned moment */
  runFailed(schedule: string, error: Failure, isUsedUp: boolean): void {
    this.failures += 1;
    const isFirst = this.failures === 1;
    if (!isFirst && (this.isUsedUpTold || !isUsedUp)) return;
    this.isUsedUpTold ||= isUsedUp;
    const times = this.failures === 1 ? '' : ` ${this.failures} times`;
    const then = isUsedUp
      ? 'It is not tried again before the next is planned.'
      : 'It is tried again.';
    const text = `The scheduled backup of "${this.name}" failed${times}: ${error.message} ${then}`;
    this.tell({ kind: 'failed', text, schedule, error });
  }

  missed(schedule: string, since: Date): void {
    if (this.isMissedTold) return;
    this.isMissedTold = true;
    const text = `"${this.name}" has missed a backup: the one planned for ${since.toISOString()} was not made.`;
    this.tell({ kind: 'missed', text, schedule });
  }

  /** There is a backup since the last planned moment. */
  backedUp(schedule: string, backupId?: string): void {
    const wasTold = this.failures > 0 || this.isMissedTold;
    this.failures = 0;
    this.isUsedUpTold = false;
    this.isMissedTold = false;
    if (!wasTold) return;
    const text = `Backups of "${this.name}" are made again.`;
    this.recovered(text, { schedule, ...(backupId === undefined ? {} : { backupId }) });
  }

  /** @param backups all there are */
  looked(backups: readonly PolicyBackup[]): void {
    const bad = backups.filter(({ check, missing }) => check === 'damaged' && !missing);
    const fresh = bad.filter(({ id }) => !this.damagedTold.has(id));
    for (const { id } of fresh) this.damagedTold.add(id);
    const [newest] = fresh.sort((a, b) => b.created - a.created);
    if (newest !== undefined) {
      const made = new Date(newest.created).toISOString();
      const text =
        fresh.length === 1
          ? `The backup of "${this.name}" of ${made} is damaged.`
          : `${fresh.length} backups of "${this.name}" are damaged, the newest of ${made}.`;
      this.tell({ kind: 'damaged', text, backupId: newest.id });
    }
    const isBad = new Set(bad.map(({ id }) => id));
    const wereTold = this.damagedTold.size;
    for (const id of this.damagedTold) if (!isBad.has(id)) this.damagedTold.delete(id);
    if (wereTold > 0 && this.damagedTold.size === 0) {
      this.recovered(`No backup of "${this.name}" is damaged any more.`);
    }
    if (this.checksTold.size === 0) return;
    const isThere = new Set(backups.map(({ id }) => id));
    for (const id of [...this.checksTold]) if (!isThere.has(id)) this.checked(id);
  }

  pruneFailed(error: Failure): void {
    if (this.isPruneTold) return;
    this.isPruneTold = true;
    const text = `Pruning the backups of "${this.name}" failed: ${error.message}`;
    this.tell({ kind: 'pruneFailed', text, error });
  }

  pruned(): void {
    if (this.isPruneTold) this.recovered(`Backups of "${this.name}" are pruned again.`);
    this.isPruneTold = false;
  }

  /** Once for all of them until each could be checked or has gone: what keeps one from being read keeps the others, too. */
  checkFailed(id: string, error: Failure): void {
    const isFirst = this.checksTold.size === 0;
    this.checksTold.add(id);
    if (!isFirst) return;
    const text = `A backup of "${this.name}" could not be checked: ${error.message}`;
    this.tell({ kind: 'checkFailed', text, backupId: id, error });
  }

  /** One was checked, whatever was found, or is no more. */
  checked(id: string): void {
    if (!this.checksTold.delete(id) || this.checksTold.size > 0) return;
    this.recovered(`Backups of "${this.name}" can be checked again.`);
  }

  private recovered(text: string, more: Partial<Notice> = {}): void {
    const left = [
      this.failures > 0 || this.isMissedTold ? 'a backup is due' : '',
      this.damagedTold.size > 0 ? `${this.damagedTold.size} damaged` : '',
      this.checksTold.size > 0 ? `${this.checksTold.size} not checked` : '',
    ].filter((words) => words !== '');
    const still = left.length === 0 ? '' : ` Still open: ${left.join(', ')}.`;
    this.tell({ kind: 'recovered', text: text + still, ...more });
  }
}
