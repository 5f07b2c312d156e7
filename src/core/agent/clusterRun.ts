import { toErrorInfo } from '../errors';
import type { ErrorInfo } from '../errors';
import type { Verification } from '../model';
import type { PolicyBackup } from '../policy/policyBackup';
import type { Due } from '../schedule/planned';
import { runBackup, runHooksAfter } from './backupRun';
import { figuresOf } from './clusterFigures';
import { NextBackup } from './nextBackup';
import { NoticeBook } from './noticeBook';
import type { Notice } from './noticeBook';
import type { AgentCluster, AgentClusterState, AgentEvent, AgentParts } from './ports';
import { PruneRun } from './pruneRun';
import { RunRecord } from './runRecord';
import { Silence } from './silence';

/** So soon is the next turn at the earliest (ms), so that none follows itself without a rest. */
const REST = 100;

/** The signals of an agent: the first ends its work, the second what has to be done after that, too. */
export interface Stops {
  soft: AbortSignal;
  hard: AbortSignal;
}

/** How many clusters are worked on at the same time. */
export type Slots = <T>(work: () => Promise<T>) => Promise<T>;

/** What a cluster's run has from the agent. */
export interface RunParts {
  slots: Slots;
  tell: (cluster: AgentCluster, event: AgentEvent) => void;
  /** One backup is tried, whatever comes due in the meantime. */
  isOnce: boolean;
  /** How long (ms) what it runs may be silent. */
  silenceLimit: number;
}

/** What the agent does for one cluster, one thing after the other: backups, each with a prune after it, and notices. */
export class ClusterRun {
  /** A turn is being taken: no other begins. */
  isBusy = false;
  /** A backup is made, or waits for its turn among the clusters. */
  private isAtBackup = false;
  /** When its next turn is to be taken, at the latest: milliseconds since 1970. */
  wakeAt = -Infinity;
  backups: readonly PolicyBackup[] = [];
  readonly notices: NoticeBook;
  private readonly next: NextBackup;
  private readonly prunes: PruneRun;
  private readonly silence: Silence;
  /** Of its checks, which hold up nothing else. */
  readonly checkSilence: Silence;
  private readonly record = new RunRecord();

  constructor(
    public cluster: AgentCluster,
    private readonly parts: AgentParts,
    private readonly agent: RunParts,
  ) {
    this.next = new NextBackup(agent.isOnce);
    this.notices = new NoticeBook(cluster.name, (notice) =>
      agent.tell(this.cluster, this.eventOf(notice)),
    );
    this.silence = new Silence(parts.clock, agent.silenceLimit);
    this.checkSilence = new Silence(parts.clock, agent.silenceLimit);
    this.prunes = new PruneRun(parts, this.notices, this.silence);
  }

  /** Looks at the cluster's backups, and does what is due. Never throws. */
  async turn(stops: Stops): Promise<void> {
    this.isBusy = true;
    try {
      await this.look();
      this.isAtBackup = this.isDueNow();
      if (this.isAtBackup || this.isPruneDue()) await this.agent.slots(() => this.work(stops));
      const due = this.due();
      // One that is made up for next is not told.
      if (due?.missedSince !== undefined && !this.isDueNow())
        this.notices.missed(due.schedule, due.missedSince);
    } catch (error) {
      this.parts.log.error(`${this.cluster.name}: ${toErrorInfo(error).message}`);
    } finally {
      this.isAtBackup = false;
      this.isBusy = false;
      this.wakeAt = this.nextTurn();
    }
  }

  /** While a turn goes on: a backup that takes so long that the moment after it has passed as well is a missed one. */
  watch(): void {
    if (!this.isAtBackup) return;
    const due = this.due();
    if (due?.missedSince === undefined || due.since <= due.missedSince) return;
    this.notices.missed(due.schedule, due.missedSince);
  }

  /** When to watch next: milliseconds since 1970. */
  watchAt(): number {
    return this.due()?.next.getTime() ?? Infinity;
  }

  /** What a check found, before the vault is read anew. */
  checked(id: string, { result, at }: Verification): void {
    const checked = Date.parse(at);
    const before = this.backups.find((backup) => backup.id === id);
    this.backups = this.backups.map((b) => (b.id === id ? { ...b, check: result, checked } : b));
    this.notices.looked(this.backups);
    if (before?.check === result) return;
    // What kept a prune back may be out of its way now.
    this.prunes.owe();
    this.wakeAt = this.nextTurn();
  }

  state(checking: { since: number } | undefined): AgentClusterState {
    const { key, name } = this.cluster;
    const check = checking && { running: { kind: 'check' as const, ...checking } };
    const next = this.next.at(this.due(), this.now());
    const { failure, isAtBackup: running } = this.record;
    return {
      key,
      name,
      ...check,
      ...this.record.state(),
      ...(next === undefined ? {} : { next }),
      pruned: this.prunes.removed,
      ...figuresOf(this.cluster, this.backups, this.parts.clock.now(), {
        running,
        ...(failure === undefined ? {} : { failure }),
      }),
    };
  }

  private async look(): Promise<void> {
    try {
      this.backups = await this.parts.work.backups(this.cluster);
    } catch (error) {
      // What is known holds: where a backup is due, its own run says what is wrong.
      const { message, code } = toErrorInfo(error);
      this.parts.log.warn(`${this.cluster.name}: its backups can't be read: ${message} [${code}]`);
      return;
    }
    this.notices.looked(this.backups);
    this.noteOthers();
  }

  /** A backup that somebody else made in the meantime ends a failure as well. */
  private noteOthers(): void {
    const due = this.due();
    if (due === undefined) {
      this.record.forgetFailure();
      return;
    }
    const since = this.record.failedSince ?? (due.missedSince ?? due.since).getTime();
    const now = this.now();
    const isBegun = ({ scheduled, created }: PolicyBackup) =>
      scheduled && created >= since && created <= now;
    if (this.backups.some(isBegun)) this.backedUp(due.schedule);
  }

  private async work(stops: Stops): Promise<void> {
    // It may have waited for its slot.
    const due = this.due();
    if (due !== undefined && this.isDueNow() && !stops.soft.aborted) await this.backUp(due, stops);
    if (!this.isPruneDue() || stops.soft.aborted) return;
    this.record.pruneBegan(this.now());
    const hasChanged = await this.prunes.run(this.cluster, stops.soft);
    this.record.pruneEnded();
    if (hasChanged) await this.look();
  }

  private async backUp(due: Due, { soft, hard }: Stops): Promise<void> {
    const { cluster } = this;
    this.record.backupBegan(this.now());
    const eventOf = (notice: Notice) => this.eventOf(notice);
    const { id, error, after } = await runBackup(this.parts, cluster, due, eventOf, {
      silence: this.silence,
      signal: soft,
    });
    this.isAtBackup = false;
    this.record.backupEnded(this.now());
    if (error !== undefined) this.failed(due, error);
    else if (!soft.aborted || id !== undefined) {
      this.next.done(due);
      this.backedUp(due.schedule, id);
    }
    if (id !== undefined) {
      this.record.made();
      this.prunes.owe();
    }
    if (after !== undefined) {
      const tell = (event: AgentEvent) => this.agent.tell(cluster, event);
      await runHooksAfter(this.parts, cluster, eventOf(after), tell, hard);
    }
    if (error === undefined) await this.look();
  }

  private failed(due: Due, info: ErrorInfo): void {
    const { code, message, next, category } = info;
    const error = { code, message, next };
    const { log, random } = this.parts;
    if (error.code === 'vault.locked') {
      log.info(`${this.cluster.name}: ${error.message}`);
      this.next.locked(due, this.now());
      return;
    }
    log.warn(`${this.cluster.name}: the backup failed: ${error.message} [${error.code}]`);
    this.record.failed(error, due.since.getTime());
    const { retries } = this.cluster.policy;
    const isLast = this.next.failed(due, this.now(), { category, retries, random: random() });
    this.notices.runFailed(due.schedule, error, isLast);
  }

  private backedUp(schedule: string, id?: string): void {
    this.record.forgetFailure();
    this.notices.backedUp(schedule, id);
  }

  private due(): Due | undefined {
    return this.next.due(this.cluster, this.backups, this.parts.clock.now());
  }

  private isDueNow(): boolean {
    return this.next.isDue(this.due(), this.now());
  }

  private isPruneDue(): boolean {
    return this.prunes.isDue(this.cluster.policy, this.now());
  }

  private nextTurn(): number {
    const now = this.now();
    const due = this.due();
    const backup = this.next.at(due, now) ?? Infinity;
    const missed = due?.missedFrom?.getTime() ?? Infinity;
    const prune = this.prunes.dueAt(this.cluster.policy, now);
    const next = Math.min(backup, missed > now ? missed : Infinity, prune);
    return Math.max(next, now + REST);
  }

  private now(): number {
    return this.parts.clock.now().getTime();
  }

  private eventOf(notice: Notice): AgentEvent {
    return { ...notice, cluster: this.cluster.name, at: this.parts.clock.now().toISOString() };
  }
}
