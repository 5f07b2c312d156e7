import { isClusterBackupError } from '../../core/errors';
import type { RunContext } from '../../core/ports';
import { treeSchema } from '../../snapshots/marathon/layout';
import type { MarathonObject, MarathonTree } from '../../snapshots/marathon/layout';
import { isTooDeep, MAX_DEPTH } from '../../snapshots/marathon/tree';
import { isStatus } from '../jsonApi';
import type { DcosApi } from './api';
import { dcosErrors } from './errors';
import * as z from 'zod';

const GROUPS = '/v2/groups?embed=group.groups&embed=group.apps&embed=group.pods';
/** Besides, how many tasks run: for people, never in an export. */
const WITH_COUNTS = `${GROUPS}&embed=group.apps.counts`;

/**
 * What Marathon adds to what a person wrote (its groups.raml and AppsResource): read-only, and refused or senseless
 * when it comes back.
 */
const ADDED: readonly string[] = [
  'version',
  'versionInfo',
  'tasks',
  'taskStats',
  'tasksStaged',
  'tasksRunning',
  'tasksHealthy',
  'tasksUnhealthy',
  'deployments',
  'lastTaskFailure',
  'readinessCheckResults',
];

/** The groups as a person wrote them, without what Marathon adds. @throws `dcos.*`, `http.*` */
export async function readGroups(api: DcosApi, { signal }: RunContext): Promise<MarathonTree> {
  return writtenGroup(await ask(api, GROUPS, signal));
}

/** The groups with the counts of their tasks. @throws `dcos.*`, `http.*` */
export function readGroupsWithCounts(api: DcosApi, { signal }: RunContext): Promise<MarathonTree> {
  return ask(api, WITH_COUNTS, signal);
}

async function ask(api: DcosApi, path: string, signal: AbortSignal): Promise<MarathonTree> {
  let value: unknown;
  try {
    value = await api.marathon(path, 'list Marathon’s groups', z.unknown(), signal);
  } catch (error) {
    if (!isClusterBackupError(error) || !isStatus(error, 403)) throw error;
    throw dcosErrors.marathonDenied({ message: error.message, cause: error });
  }
  const why = isTooDeep(value) ? `is nested deeper than ${MAX_DEPTH} levels` : undefined;
  const parsed = why === undefined ? treeSchema.safeParse(value) : undefined;
  if (parsed?.success === true) return parsed.data;
  throw dcosErrors.notDcos({
    message: `${api.where} was asked to list Marathon’s groups; its answer ${why ?? 'is of another form'}.`,
    cause: parsed?.error,
  });
}

function writtenGroup({ apps, pods, groups, ...fields }: MarathonTree): MarathonTree {
  return {
    ...written(fields),
    // Always there: one that was left out and one that is empty are the same.
    apps: (apps ?? []).map(written),
    pods: (pods ?? []).map(written),
    groups: (groups ?? []).map(writtenGroup),
  };
}

function written(object: MarathonObject): MarathonObject {
  const fields = Object.entries(object).filter(([name]) => !ADDED.includes(name));
  return Object.fromEntries(fields) as MarathonObject;
}
