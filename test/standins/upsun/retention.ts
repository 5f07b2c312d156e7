import type { Backup, DataRetention, Environment, ProjectState, RetentionOfType } from './model';
import { Refusal } from './refusal';

/** As a PATCH names it. */
export type RetentionPatch = Record<string, PatchOfType> | null;
interface PatchOfType {
  max_backups?: number;
  default_config: Partial<RetentionOfType['default_config']>;
}

/** How far a PATCH merges, about which nothing is known. */
export type Merge = 'deep' | 'types' | 'whole';

/** What a type starts from when a PATCH names it first. */
const EMPTY: RetentionOfType = {
  max_backups: 100,
  default_config: { manual_count: 10, schedule: [{ interval: '1d', count: 2 }] },
};

/** The retention settings after a PATCH. @throws `Refusal` 400 for an interval or a count that is none */
export function merged(now: DataRetention, patch: RetentionPatch, merge: Merge): DataRetention {
  if (patch === null) return null;
  const next: Record<string, RetentionOfType> = merge === 'whole' ? {} : { ...now };
  for (const [type, given] of Object.entries(patch)) {
    const before = merge === 'deep' ? (now?.[type] ?? EMPTY) : EMPTY;
    next[type] = {
      max_backups: given.max_backups ?? before.max_backups,
      default_config: { ...before.default_config, ...given.default_config },
    };
    check(type, next[type]);
  }
  return next;
}

function check(type: string, { max_backups, default_config }: RetentionOfType): void {
  if (!['production', 'staging', 'development'].includes(type)) {
    throw new Refusal(400, `${type} is no type of environment`);
  }
  if (max_backups < 0 || default_config.manual_count < 0) {
    throw new Refusal(400, 'a number of backups is 0 or more');
  }
  for (const { interval, count } of default_config.schedule) {
    if (!/^[1-9]\d*[hdwMy]$/.test(interval) || count < 1) {
      throw new Refusal(400, `no schedule: ${interval}, ${count}`);
    }
  }
}

/**
 * Makes room for a backup that was just made by hand, without a word: the oldest made by hand goes where they are too
 * many, the oldest of all where all are.
 */
export function evict(state: ProjectState, environment: Environment, manualLimit: number): void {
  const policy = state.settings.data_retention?.[environment.type];
  const all = (): Backup[] =>
    state.backups
      .filter((backup) => backup.environment === environment.id && backup.status === 'CREATED')
      .sort((a, b) => Date.parse(a.created_at) - Date.parse(b.created_at));
  const manual = (): Backup[] => all().filter(({ automated }) => !automated);
  const shorten = (list: () => Backup[], atMost: number) => {
    while (list().length > Math.max(1, atMost)) {
      state.backups.splice(state.backups.indexOf(list()[0] as Backup), 1);
    }
  };
  shorten(manual, policy?.default_config.manual_count ?? manualLimit);
  shorten(all, policy?.max_backups ?? Infinity);
}
