import type { PlanLine } from '../../core/plan';
import { isKept } from './backupRows';
import type { Kept, UpsunBackup } from './wire';

/** The smallest plan keeps so many by hand ("fixed" projects of Platform.sh: Basic). */
const SMALLEST = 2;

/** What a further backup by hand does to those that are there. */
export type Forecast =
  /** Nothing goes. */
  | { kind: 'fits'; manual: number; limit: number }
  /** These are deleted without a word, oldest first: more than one where the limit was lowered. */
  | { kind: 'evicts'; going: UpsunBackup[]; manual: number; limit: number; of: 'manual' | 'all' }
  /** No limit is known; where one is reached, this one goes. */
  | { kind: 'unknown'; manual: number; oldest?: UpsunBackup }
  /** None is kept at all. */
  | { kind: 'keepsNone' };

/**
 * Which backup goes for a further one by hand: at the limit the platform silently deletes the oldest of those that were
 * made by hand. That `max_backups`, which counts all of them, has the same effect is a guess.
 *
 * @param backups all of the environment
 * @param kept the project's settings; undefined where they could not be read
 * @param type of the environment
 */
export function forecast(
  backups: readonly UpsunBackup[],
  kept: Kept | undefined,
  type: string | undefined,
): Forecast {
  const there = backups.filter(isKept);
  const manual = there
    .filter(({ automated }) => automated !== true)
    .sort((a, b) => (a.created_at ?? '').localeCompare(b.created_at ?? ''));
  const [oldest] = manual;
  const policy = type === undefined ? undefined : kept?.data_retention?.[type];
  const limit = policy?.default_config?.manual_count;
  const all = policy?.max_backups;
  const count = manual.length;
  if (limit === 0 || all === 0) return { kind: 'keepsNone' };
  const over = limit === undefined ? 0 : count - limit + 1;
  const overAll = all === undefined ? 0 : there.length - all + 1;
  const going = manual.slice(0, Math.max(0, over, overAll));
  if (limit !== undefined && over > 0 && going.length > 0) {
    return { kind: 'evicts', going, manual: count, limit, of: 'manual' };
  }
  if (all !== undefined && overAll > 0 && going.length > 0) {
    return { kind: 'evicts', going, manual: there.length, limit: all, of: 'all' };
  }
  if (limit !== undefined) return { kind: 'fits', manual: count, limit };
  return { kind: 'unknown', manual: count, ...(oldest === undefined ? {} : { oldest }) };
}

/** Backups that go for a further one, oldest first; also where it is only possible. */
export function mayGo(seen: Forecast): UpsunBackup[] {
  if (seen.kind === 'evicts') return seen.going;
  return seen.kind === 'unknown' && seen.manual >= SMALLEST && seen.oldest !== undefined
    ? [seen.oldest]
    : [];
}

/** What has to be known of it before. */
export function quotaLine(seen: Forecast, environment: string, whose = 'This backup'): PlanLine {
  switch (seen.kind) {
    case 'evicts': {
      const more = seen.going.slice(1);
      const also = more.length === 0 ? '' : ` With it go ${more.map(named).join(', ')}.`;
      const kind = seen.of === 'manual' ? 'made by hand' : 'of all kinds';
      return {
        severity: 'warning',
        code: 'upsun.evicts',
        title: `${whose} takes the place of ${seen.going.slice(0, 1).map(named).join('')}${more.length === 0 ? '' : ` and ${more.length} more`} of ${environment}`,
        detail: `The platform keeps ${seen.limit} backups ${kind} of this environment and holds ${seen.manual}: it deletes the oldest one made by hand without asking.${also} ${HIGHER}`,
        destructive: true,
      };
    }
    case 'keepsNone':
      return {
        severity: 'warning',
        code: 'upsun.keepsNone',
        title: `The retention settings keep no backups of ${environment} that are made by hand`,
        detail: `What becomes of one that is made all the same is not documented. ${HIGHER}`,
      };
    case 'unknown': {
      const [oldest] = mayGo(seen);
      const there = seen.manual === 1 ? 'is 1' : `are ${seen.manual}`;
      return {
        severity: oldest === undefined ? 'info' : 'warning',
        code: 'upsun.limitUnknown',
        title:
          oldest === undefined
            ? `The platform does not say how many backups of ${environment} made by hand it keeps`
            : `${whose} may take the place of ${named(oldest)} of ${environment}: the platform does not say how many it keeps`,
        detail: `No retention policy is set, or it can't be read: the platform's own limit holds. There ${there} made by hand; at the limit the oldest is deleted without asking.`,
      };
    }
    case 'fits':
      return {
        severity: 'info',
        code: 'upsun.quota',
        title: `No other backup of ${environment} goes for it`,
        detail: `It holds ${seen.manual} of ${seen.limit} backups made by hand.`,
      };
  }
}

const HIGHER = 'The retention settings say how many are kept.';

/** A backup in a line: its id and when it was made. */
export function named({ id, created_at: created }: UpsunBackup): string {
  return created === undefined ? `backup ${id}` : `backup ${id} of ${created}`;
}
