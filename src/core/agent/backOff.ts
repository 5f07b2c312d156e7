const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/**
 * How long to wait after so many failures in a row: a minute, or a tenth of what is left where that is less, doubled
 * each time, up to an hour; of that between half and all, so that what failed together is not tried again together.
 *
 * @param failures 1 or more
 * @param interval from one planned moment to the next, in milliseconds; Infinity where there is none
 * @param random 0 to below 1
 * @returns milliseconds
 */
export function pauseAfter(failures: number, interval: number, random: number): number {
  const whole = Math.min(firstPause(interval) * 2 ** (failures - 1), HOUR);
  return whole * (1 - random / 2);
}

/** How soon to look again where somebody else is at it, in milliseconds. */
export function firstPause(interval: number): number {
  return Math.min(MINUTE, interval / 10);
}

/** When something is tried again. Holds nothing of what is tried. */
export class Pause {
  private at = -Infinity;
  private length = 0;

  begin(now: number, length: number): void {
    // A clock shows no parts of a millisecond: who waited for one would look again and again until it is over.
    this.length = Math.ceil(length);
    this.at = now + this.length;
  }

  end(): void {
    this.at = -Infinity;
    this.length = 0;
  }

  /** Milliseconds since 1970. */
  get until(): number {
    return this.at;
  }

  /** Also where the clock was set back to before it began: nobody knows how long it lasts by then. */
  isOver(now: number): boolean {
    return now >= this.at || now < this.at - this.length;
  }
}

/** How often the backup of one planned moment was tried, and when it is tried again. Each moment starts afresh. */
export class Attempts {
  private since = NaN;
  private failures = 0;
  private givenUp = false;
  /** The last moment that got its backup: a clock that is set back a little comes by it again, after others even. */
  private servedLast = NaN;
  private readonly pause = new Pause();

  /** @param isOnce one try is all there is, for whichever moment */
  constructor(private readonly isOnce = false) {}

  /** It was that one try. */
  get isUsedUp(): boolean {
    return this.isOnce && !Number.isNaN(this.since);
  }

  /** Whether the backup of a planned moment is to be tried now. */
  mayTry(since: number, now: number): boolean {
    if (this.isUsedUp || this.servedLast === since) return false;
    return this.since !== since || (!this.givenUp && this.pause.isOver(now));
  }

  /** When it is tried again; Infinity: not before the next planned moment. */
  triesAt(since: number): number {
    if (this.servedLast === since) return Infinity;
    if (this.since !== since) return -Infinity;
    return this.givenUp ? Infinity : this.pause.until;
  }

  /**
   * @param retries how often it is tried again; 0 where that has no sense
   * @returns whether it was the last time
   */
  failed(
    { since, next }: { since: number; next: number },
    now: number,
    { retries, random }: { retries: number; random: number },
  ): boolean {
    this.startFor(since);
    this.failures += 1;
    this.givenUp = this.failures > retries;
    this.pause.begin(now, pauseAfter(this.failures, next - since, random));
    return this.givenUp;
  }

  /** Somebody else holds the lock: it is looked again soon, and that is no failure. */
  locked({ since, next }: { since: number; next: number }, now: number): void {
    this.startFor(since);
    this.pause.begin(now, firstPause(next - since));
  }

  /**
   * The moment has its backup: nothing is tried again for it, until another one got its own. Only the last is known: a
   * clock that is set back by a day must not leave a day without backups.
   */
  done(since: number): void {
    this.startFor(since);
    this.servedLast = since;
  }

  private startFor(since: number): void {
    if (this.since === since) return;
    this.since = since;
    this.failures = 0;
    this.givenUp = false;
    this.pause.end();
  }
}
