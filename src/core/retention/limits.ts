import type { ExistingBackup } from './forecast';
import type { RetentionPolicy } from './policy';

type Limit = keyof Pick<RetentionPolicy, 'manualCount' | 'maxBackups'>;
type Limited = Pick<ExistingBackup, 'created' | 'automated'>;

/** What a further backup takes the place of. */
export interface Displaced<T> {
  backup: T;
  /** The limit that it goes by. */
  by: Limit;
}

/** Those above a limit: the oldest go first, whoever made them. @param backups oldest first */
export function beyond<T>(backups: readonly T[], most: number | undefined): T[] {
  return backups.slice(0, most === undefined ? 0 : Math.max(0, backups.length - most));
}

/**
 * Which backups go once one more has been made by hand: of those made by hand all but the newest `manualCount`, then
 * of what is left, of both kinds, all but the newest `maxBackups`. The further one is the newest of all. `forecast` goes
 * by the same limits; that the oldest goes whoever made it is our reading (docs/upsun.md).
 *
 * @param backups those of one environment, in any order; one whose time can't be read counts as the oldest
 * @returns oldest first
 */
export function displacedByAnother<T extends Limited>(
  backups: readonly T[],
  { manualCount, maxBackups }: { [limit in Limit]?: number | undefined },
): Displaced<T>[] {
  const time = ({ created }: Limited) => Date.parse(created) || 0;
  const all = [...backups].sort((a, b) => time(a) - time(b));
  const another = undefined;
  const byHand = beyond([...all.filter(({ automated }) => !automated), another], manualCount);
  const left = all.filter((backup) => !byHand.includes(backup));
  const inAll = beyond([...left, another], maxBackups);
  return all.flatMap((backup): Displaced<T>[] => {
    if (byHand.includes(backup)) return [{ backup, by: 'manualCount' }];
    return inAll.includes(backup) ? [{ backup, by: 'maxBackups' }] : [];
  });
}
