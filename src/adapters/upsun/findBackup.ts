import type { HostedRef } from '../../core/model';
import type { RunContext } from '../../core/ports';
import { isStatus } from '../jsonApi';
import type { UpsunConnections } from './connection';
import { upsunErrors } from './errors';
import { readHoldings } from './listing';
import type { UpsunBackup } from './wire';

export interface FoundBackup {
  backup: UpsunBackup;
  /** Id of the environment it is listed in. */
  environment: string;
  /** All backups of that environment, itself included. */
  beside: UpsunBackup[];
}

/**
 * A backup by its id, in the environment that is named, or in any that is shown.
 *
 * @throws `upsun.unknownBackup`
 */
export async function findBackup(
  upsun: UpsunConnections,
  { id, group }: HostedRef,
  context: RunContext,
): Promise<FoundBackup> {
  const api = await upsun.api();
  const lists = new Map<string, UpsunBackup[]>();
  let missed = '';
  if (group === undefined) {
    const { backups, failures } = await readHoldings(upsun, context);
    for (const [environment, list] of backups) lists.set(environment, list);
    const names = [...failures.keys()].join(', ');
    if (names !== '') missed = ` These could not be asked: ${names}.`;
  } else {
    try {
      lists.set(group, await api.backups(group, context.signal));
    } catch (error) {
      if (!isStatus(error, 404)) throw error;
    }
  }
  for (const [environment, beside] of lists) {
    const backup = beside.find((each) => each.id === id);
    if (backup !== undefined) return { backup, environment, beside };
  }
  const where = group === undefined ? 'in no environment that is shown' : `not in ${group}`;
  throw upsunErrors.unknownBackup({
    message: `${api.where} knows of no backup ${id}: it is ${where}.${missed}`,
  });
}
