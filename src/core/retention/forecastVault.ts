import type { PolicyBackup } from '../policy/policyBackup';
import type { Rhythm } from '../schedule/planned';
import { momentsOf } from '../schedule/moments';
import { dueOf } from '../schedule/planned';
import { courseOf } from './course';
import type { Entry, Span } from './course';

import type { VaultRetention } from './decide';
import type { ForecastBackup } from './forecast';
import { isSound } from './guards';
import { olderFirst } from './order';

/** Of how many backups the mean is taken that tells how big coming ones will be. */
const SAMPLES = 10;

/** A backup of a vault that is there or will be, and how long. */
export interface VaultForecastBackup extends ForecastBackup {
  /** Of one that will be made: a guess. */
  bytes: number;
  pinned: boolean;
}

/** How big coming backups will be. */
export interface SizeGuess {
  bytes: number;
  /** What it is the mean of: the newest sound `scheduled` ones, of `all` sound ones, or nothing: there is `none`. */
  of: 'scheduled' | 'all' | 'none';
  /** Of how many. */
  count: number;
}

export interface VaultForecast {
  /** Oldest first. */
  backups: VaultForecastBackup[];
  /** Of the ones to come. */
  size: SizeGuess;
}

/**
 * Which backups a vault will hold of a cluster under a policy, and how long each: what `decide` leaves at any date
 * where it is asked after every backup. It takes for granted that each planned backup is made when it is due, that all
 * are checked and found sound, and that nobody makes one by hand: the guards stop nothing.
 *
 * @param backups in any order; those that go at once have `now` as their `until`
 * @param until the end of the forecast
 * @param options `key` as in `dueOf`, for the jitter
 */
export function forecastVault(
  policy: VaultRetention & Rhythm,
  backups: readonly PolicyBackup[],
  now: Date,
  until: Date,
  { key = '' }: { key?: string } = {},
): VaultForecast {
  const size = sizeOfComing(backups);
  const span: Span = { from: now.getTime(), until: until.getTime() };
  const coming = momentsToCome(policy, backups, { key, now, until });
  const counted = [...backups.filter(isSound), ...coming.map((one) => asComing(one, size.bytes))];
  counted.sort(olderFirst);
  const isComing = new Set(coming.map(({ id }) => id));
  const { schedules = [], manualCount, maxBackups, timeZone: zone } = policy;
  const model = {
    schedules,
    ...(manualCount === undefined ? {} : { manualCount }),
    ...(maxBackups === undefined ? {} : { maxBackups }),
  };
  const entries = counted.map(({ id, created, scheduled, pinned }): Entry => ({
    id,
    made: created,
    automated: scheduled,
    existing: !isComing.has(id),
    pinned,
  }));
  const course = courseOf(model, entries, span, { whose: 'vault', zone, keepsNewest: true });
  const told = course.map((one, at): VaultForecastBackup => {
    const { bytes, pinned, created } = counted[at] as PolicyBackup;
    const isAhead = one.existing && created > span.from;
    return { ...one, bytes, pinned, ...(isAhead ? waiting(one) : {}) };
  });
  const aside = backups.filter((backup) => !isSound(backup)).map(asAside);
  const all = [...told, ...aside].sort((a, b) => a.made.getTime() - b.made.getTime());
  return { backups: all, size };
}

/** Those of a vault's forecast that are there at a moment; one dated after it is there all the same. */
export function presentInVault(
  backups: readonly VaultForecastBackup[],
  at: Date,
): VaultForecastBackup[] {
  return backups.filter(
    ({ made, until, existing }) => (existing || made <= at) && (until === undefined || at < until),
  );
}

/** The bytes of the backups that are there at a moment, as far as can be known. */
export function storageAt(backups: readonly VaultForecastBackup[], at: Date): number {
  return presentInVault(backups, at).reduce((sum, { bytes }) => sum + bytes, 0);
}

/** How big the next backups will be, from those there are. */
export function sizeOfComing(backups: readonly PolicyBackup[]): SizeGuess {
  const sound = backups.filter(isSound);
  const scheduled = sound.filter((backup) => backup.scheduled).sort(olderFirst);
  const samples = scheduled.length > 0 ? scheduled.slice(-SAMPLES) : sound;
  const count = samples.length;
  if (count === 0) return { bytes: 0, of: 'none', count };
  const bytes = Math.round(samples.reduce((sum, one) => sum + one.bytes, 0) / count);
  return { bytes, of: scheduled.length > 0 ? 'scheduled' : 'all', count };
}

interface Coming {
  id: string;
  at: number;
}

/** When backups will be made: at once where one is due, then at each planned moment. */
function momentsToCome(
  policy: VaultRetention & Rhythm,
  backups: readonly PolicyBackup[],
  { key, now, until }: { key: string; now: Date; until: Date },
): Coming[] {
  const moments = momentsOf(policy, key);
  if (moments === undefined) return [];
  const times = dueOf(policy, key, backups, now)?.due === true ? [now.getTime()] : [];
  for (let at = moments.after(now.getTime()); at <= until.getTime(); at = moments.after(at)) {
    times.push(at);
  }
  return times.map((at) => ({ id: `${moments.schedule}@${at}`, at }));
}

function asComing({ id, at }: Coming, bytes: number): PolicyBackup {
  const made = { created: at, scheduled: true, pinned: false, missing: false } as const;
  return { id, ...made, check: 'ok', bytes, alike: '' };
}

/** A damaged or missing one: it stays until a person deletes it. */
function asAside({ id, created, scheduled, pinned, missing, bytes }: PolicyBackup) {
  const by = missing ? 'missing' : 'damaged';
  return {
    id,
    made: new Date(created),
    until: undefined,
    automated: scheduled,
    existing: true,
    heldBy: [by],
    holds: [{ by, until: undefined }],
    bytes,
    pinned,
  };
}

/** One dated after now is held until its time has come, whatever holds it then. */
function waiting({
  heldBy,
  holds,
  made,
}: ForecastBackup): Pick<ForecastBackup, 'heldBy' | 'holds'> {
  return { heldBy: ['future', ...heldBy], holds: [{ by: 'future', until: made }, ...holds] };
}
