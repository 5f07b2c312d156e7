import type { PolicyConfig } from '../../../../src/core/config/policy';
import { Calendar } from './calendar';
import { whatGoes, type Remembered } from './sentences';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** The longest that the agent waits between two attempts, and some more for its last look. */
const PATIENCE = HOUR + 5 * MINUTE;

/** It looks about once a minute. */
const AT_ONCE = 2 * MINUTE;

/** What the model is told of the world around the agent. */
export interface Told {
  policy: PolicyConfig;
  /** The part of the jitter that falls on a planned moment, ms: any, as long as it stays the same for the moment. */
  jitterOf: (moment: number) => number;
  /** Milliseconds since the world began, that no clock can be set. */
  real: () => number;
  /** By the machine's clock. */
  now: () => number;
  /** The agent runs, its machine is awake, and nothing keeps it from its work. */
  isWell: () => boolean;
}

/** Says what has to exist, and when the agent has to act, by the sentences of the policy's description alone. */
export class Model {
  readonly calendar: Calendar;
  readonly backups: Remembered[] = [];
  /** Put in place by the next clean-up: their files were there, their manifests not yet. */
  private halfDone: Remembered[] = [];
  /** Since when (real) nothing has disturbed the agent. */
  private quietSince = 0;
  private failures: { since: number; times: number } = { since: 0, times: 0 };
  /** The day (real) on which pruning was last begun. */
  private pruned = 0;
  /** The last planned moment that got its backup, when that one was begun, and whether this process knows. */
  private served: { since: number; at: number; isRemembered: boolean } | undefined;
  private pruneOwed = false;
  private readonly jitters = new Map<number, number>();

  constructor(private readonly told: Told) {
    const { schedules = [], timeZone = 'UTC' } = told.policy;
    this.calendar = new Calendar(timeZone);
    this.finest = schedules[0]?.interval ?? '';
  }

  /** The policies here name their finest schedule first. */
  readonly finest: string;

  /** The agent, its machine or its surroundings changed: it may need a while to be back in its rhythm. */
  disturbed(): void {
    this.quietSince = this.told.real();
  }

  /** The agent has forgotten how often it tried. */
  restarted(): void {
    this.failures = { since: 0, times: 0 };
    if (this.served !== undefined) this.served.isRemembered = false;
    this.disturbed();
  }

  /** The last planned moment that is not after now, jitter included. */
  lastMoment(now: number): number {
    const { at } = this.told.policy;
    const moments = this.calendar.momentsAround(now, this.finest, at).map((moment) => {
      const jitter = this.jitters.get(moment) ?? this.told.jitterOf(moment);
      this.jitters.set(moment, jitter);
      return moment + jitter;
    });
    return Math.max(...moments.filter((moment) => moment <= now));
  }

  /** "Due = no scheduled backup begun since the last planned moment, future-dated ones ignored." */
  isDue(now: number): boolean {
    if (this.isServed(now)) return false;
    const since = this.lastMoment(now);
    return !this.backups.some(
      ({ byHand, created }) => !byHand && created >= since && created <= now,
    );
  }

  /**
   * "No second backup for the last moment that got one, wherever that one is now." Of a new process: "another one where no
   * good backup is left, and where the clock was ahead by more than an hour when the first was begun".
   */
  isServed(now: number): boolean {
    const { served } = this;
    if (served?.since !== this.lastMoment(now)) return false;
    if (served.isRemembered) return true;
    const isGood = ({ check, missing }: Remembered) => check === 'ok' && !missing;
    return served.at - now <= HOUR && this.backups.some(isGood);
  }

  /** A backup of the agent was made, to its end. */
  serves(since: Date, at: number): void {
    this.served = { since: since.getTime(), at, isRemembered: true };
  }

  /** A new process has been told so. */
  hearsOfServed(): void {
    if (this.served !== undefined) this.served.isRemembered = true;
  }

  /** The agent begins a backup. */
  begins(run: { schedule: string; since: Date }): void {
    const { real, now } = this.told;
    const since = this.lastMoment(now());
    demand(run.schedule === this.finest, `it ran ${run.schedule}, the finest is ${this.finest}`);
    demand(
      run.since.getTime() === since,
      `it ran for ${run.since.toISOString()}, the last planned moment was ${iso(since)}`,
    );
    demand(this.isDue(now()), `it backed up at ${iso(now())} although the moment has its backup`);
    const late = now() - since;
    const disturbedFor = real() - this.quietSince;
    demand(
      late <= AT_ONCE || disturbedFor <= late + AT_ONCE,
      `it backed up ${Math.round(late / MINUTE)} minutes late, with nothing in its way`,
    );
    if (this.failures.since !== since) this.failures = { since, times: 0 };
  }

  failed(): void {
    this.failures.times += 1;
    this.disturbed();
  }

  /** A backup was made. @param visible false: only once the next clean-up has put its manifest in place */
  made(backup: Pick<Remembered, 'created' | 'byHand' | 'bytes' | 'checked'>, visible = true): void {
    const remembered: Remembered = {
      ...backup,
      pinned: false,
      check: 'ok',
      rotten: false,
      missing: false,
    };
    (visible ? this.backups : this.halfDone).push(remembered);
    if (!backup.byHand && visible) this.pruneOwed = true;
  }

  /** What crashes left behind is cleared away. */
  tidied(): void {
    this.backups.push(...this.halfDone);
    this.halfDone = [];
  }

  /** What goes now, the oldest first. */
  prunes(): Remembered[] {
    this.pruned = this.told.real();
    return whatGoes(this.told.policy, this.calendar, this.backups, this.told.now()).goes;
  }

  pruneEnded(): void {
    this.pruneOwed = false;
  }

  gone(backup: Remembered): void {
    const at = this.backups.indexOf(backup);
    if (at >= 0) this.backups.splice(at, 1);
  }

  checked(backup: Remembered, at: number): void {
    backup.checked = at;
    backup.check = backup.rotten ? 'damaged' : 'ok';
  }

  find(created: number): Remembered {
    const found = this.backups.find((backup) => backup.created === created);
    demand(found !== undefined, `the agent knows a backup of ${iso(created)}, the model does not`);
    return found as Remembered;
  }

  /** What the agent owes at a quiet moment, e.g. the end of a day. */
  settleAccounts(): void {
    const { real, now, isWell, policy } = this.told;
    if (!isWell()) return;
    const quiet = real() - this.quietSince;
    const since = this.lastMoment(now());
    const isUsedUp = this.failures.since === since && this.failures.times > (policy.retries ?? 5);
    demand(
      !this.isDue(now()) || isUsedUp || quiet <= PATIENCE || now() - since <= AT_ONCE,
      `no backup was begun for ${iso(since)}, though nothing was in the way for ${hours(quiet)}`,
    );
    if (quiet <= 2 * DAY) return;
    demand(!this.pruneOwed, 'a backup was made, and nothing was pruned after it');
    demand(
      real() - this.pruned <= 1.5 * DAY,
      `nothing was pruned for ${hours(real() - this.pruned)}`,
    );
    this.demandChecks();
  }

  private demandChecks(): void {
    const days = /^(\d+)d$/.exec(this.told.policy.verify?.every ?? '')?.[1];
    if (days === undefined) return;
    const limit = Number(days) * DAY;
    const now = this.told.now();
    for (const { created, checked, missing } of this.backups) {
      const overdue = !missing && checked <= now && now - checked > limit;
      demand(!overdue, `the backup of ${iso(created)} was last checked at ${iso(checked)}`);
    }
  }
}

export function iso(time: number): string {
  return new Date(time).toISOString();
}

function hours(time: number): string {
  return `${(time / HOUR).toFixed(1)} hours`;
}

function demand(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}
