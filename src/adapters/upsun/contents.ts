import type { ContentsGroup, ContentsItem } from '../../core/model';
import type { RunContext } from '../../core/ports';
import { isKept, restorable } from './backupRows';
import type { UpsunConnections } from './connection';
import { described, isActive } from './environments';
import { readHoldings } from './listing';
import { atText } from './times';
import type { Environment, UpsunBackup } from './wire';

/** The environments, each with the age of the newest backup that can be restored. */
export async function upsunContents(
  upsun: UpsunConnections,
  context: RunContext,
): Promise<ContentsGroup[]> {
  const { environments, backups, failures, warnings } = await readHoldings(upsun, context);
  const now = context.clock.now();
  return [
    {
      id: 'environments',
      title: 'Environments',
      items: environments.map((environment) => {
        const { id } = environment;
        return itemOf(environment, backups.get(id), failures.get(id), now);
      }),
      ...(warnings.length === 0 ? {} : { warning: warnings.join(' ') }),
    },
  ];
}

function itemOf(
  environment: Environment,
  backups: readonly UpsunBackup[] | undefined,
  failure: Error | undefined,
  now: Date,
): ContentsItem {
  const { id, title, name, type, status, parent } = environment;
  const newest = newestOf(backups ?? []);
  const active = isActive(environment);
  const known: [string, string | undefined][] = [
    ['Title', title ?? name],
    ['Type', type],
    ['Status', status],
    ['Parent', parent],
    ['Backups', backups === undefined ? undefined : String(backups.filter(isKept).length)],
    ['Newest that can be restored', newest?.created_at && atText(newest.created_at)],
    ['To be backed up', active ? undefined : 'It has to be activated first: only active ones can.'],
    ['Not asked', failure?.message],
  ];
  return {
    id: `environment/${id}`,
    kind: 'environment',
    name: id,
    description: [
      described({ ...environment, title: undefined, name: undefined }),
      failure === undefined ? ageOf(newest, now) : 'backups not known',
    ].join(' · '),
    state: stateOf(environment, newest, failure),
    facts: known.flatMap(([fact, value]) => (value === undefined ? [] : [[fact, value]])),
  };
}

function stateOf(
  environment: Environment,
  newest: UpsunBackup | undefined,
  failure: Error | undefined,
): ContentsItem['state'] {
  if (failure !== undefined) return 'unknown';
  if (!isActive(environment)) return 'idle';
  return newest === undefined ? 'warning' : 'good';
}

function newestOf(backups: readonly UpsunBackup[]): UpsunBackup | undefined {
  return backups
    .filter((backup) => restorable(backup) === true)
    .sort((a, b) => madeAt(b) - madeAt(a))[0];
}

function madeAt({ created_at: created }: UpsunBackup): number {
  return Date.parse(created ?? '') || 0;
}

function ageOf(newest: UpsunBackup | undefined, now: Date): string {
  if (newest === undefined) return 'no backup to restore';
  const made = Date.parse(newest.created_at ?? '');
  if (Number.isNaN(made)) return 'newest backup of unknown age';
  const minutes = Math.max(0, Math.floor((now.getTime() - made) / 60_000));
  if (minutes < 60) return `newest backup ${minutes} min old`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `newest backup ${hours} h old`;
  return `newest backup ${Math.floor(hours / 24)} days old`;
}
