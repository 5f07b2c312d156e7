import type { PlanLine } from '../../core/plan';
import { displacedByAnother } from '../../core/retention/limits';
import type { Displaced } from '../../core/retention/limits';
import { isKept } from './backupRows';
import { atText } from './times';
import type { Kept, UpsunBackup } from './wire';

/** The smallest plan keeps so many by hand ("fixed" projects of Platform.sh: Basic). */
const SMALLEST = 2;

/** What a further backup by hand does to those that are there. */
export type Forecast =
  /** Nothing goes. */
  | { kind: 'fits'; manual: number; limit: number }
  /** These are deleted without a word, oldest first: more than one where a limit was lowered. */
  | { kind: 'evicts'; going: Displaced<UpsunBackup>[]; counts: Counts }
  /** No limit is known; where one is reached, this one goes. */
  | { kind: 'unknown'; manual: number; oldest?: UpsunBackup }
  /** None is kept at all. */
  | { kind: 'keepsNone' };

/** What is there, and how many may be. */
interface Counts {
  manual: number;
  all: number;
  manualCount: number | undefined;
  maxBackups: number | undefined;
}

/**
 * Which backup goes for a further one by hand, by the limits of the project's settings (`displacedByAnother`).
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
  const there = backups.filter(isKept).map((backup) => ({
    backup,
    created: backup.created_at ?? '',
    automated: backup.automated === true,
  }));
  const byHand = there.filter(({ automated }) => !automated);
  const policy = type === undefined ? undefined : kept?.data_retention?.[type];
  const manualCount = policy?.default_config?.manual_count;
  const maxBackups = policy?.max_backups;
  const manual = byHand.length;
  if (manualCount === 0 || maxBackups === 0) return { kind: 'keepsNone' };
  const going = displacedByAnother(there, { manualCount, maxBackups }).map(
    ({ backup: { backup }, by }) => ({ backup, by }),
  );
  if (going.length > 0) {
    return {
      kind: 'evicts',
      going,
      counts: { manual, all: there.length, manualCount, maxBackups },
    };
  }
  if (manualCount !== undefined) return { kind: 'fits', manual, limit: manualCount };
  const [oldest] = displacedByAnother(byHand, { manualCount: manual });
  return {
    kind: 'unknown',
    manual,
    ...(oldest === undefined ? {} : { oldest: oldest.backup.backup }),
  };
}

/** Backups that go for a further one, oldest first; also where it is only possible. */
export function mayGo(seen: Forecast): UpsunBackup[] {
  if (seen.kind === 'evicts') return seen.going.map(({ backup }) => backup);
  return seen.kind === 'unknown' && seen.manual >= SMALLEST && seen.oldest !== undefined
    ? [seen.oldest]
    : [];
}

/** What has to be known of it before. */
export function quotaLine(seen: Forecast, environment: string, whose = 'This backup'): PlanLine {
  switch (seen.kind) {
    case 'evicts': {
      const [first = '', ...more] = mayGo(seen).map(named);
      const also = more.length === 0 ? '' : ` With it go ${more.join(', ')}.`;
      return {
        severity: 'warning',
        code: 'upsun.evicts',
        title: `${whose} takes the place of ${first}${more.length === 0 ? '' : ` and ${more.length} more`} of ${environment}`,
        detail: `${limitsText(seen)}${also} ${HIGHER}`,
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

/** Which limit is reached, and what the platform does then. */
export function limitsText({ going, counts }: Extract<Forecast, { kind: 'evicts' }>): string {
  const { manual, all, manualCount, maxBackups } = counts;
  const reached = (limit: string) => going.some(({ by }) => by === limit);
  return [
    ...(reached('manualCount')
      ? [
          `The platform keeps ${manualCount} backups made by hand of this environment and holds ${manual}: it deletes the oldest of them without asking.`,
        ]
      : []),
    ...(reached('maxBackups')
      ? [
          `The platform keeps ${maxBackups} backups of all kinds of this environment and holds ${all}. That the oldest then goes, whoever made it, is our reading.`,
        ]
      : []),
  ].join(' ');
}

const HIGHER = 'The retention settings say how many are kept.';

/** A backup in a line: its id and when it was made. */
export function named({ id, created_at: created }: UpsunBackup): string {
  return created === undefined ? `backup ${id}` : `backup ${id} (${atText(created)})`;
}
