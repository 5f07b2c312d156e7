import type { ClusterStatus, Inventory } from '../../core/model';
import type { RunContext } from '../../core/ports';
import type { UpsunConnections } from './connection';
import { isActive, shownOf } from './environments';
import { readHoldings } from './listing';
import type { Project } from './wire';

/** Codes of a project that is of no use (`Project.status.code`; the description lists none, `OrganizationProject` does). */
const UNWELL = /suspend|fail|delet/i;

/** How the project is. */
export async function upsunStatus(
  upsun: UpsunConnections,
  { signal }: RunContext,
): Promise<ClusterStatus> {
  const api = await upsun.api();
  const [project, all] = await Promise.all([api.readProject(signal), api.environments(signal)]);
  const { shown, missing } = shownOf(all, upsun.connection.environments);
  const reason = unwell(project);
  return {
    ...(project.title === undefined ? {} : { title: project.title }),
    ...(project.region === undefined ? {} : { datacenter: project.region }),
    health: reason === undefined ? 'healthy' : 'degraded',
    ...(reason === undefined ? {} : { reason }),
    servers: [],
    warnings: [
      ...missing.map((id) => `The project has no environment "${id}", which the entry names.`),
      ...(shown.some(isActive) ? [] : ['No environment is active: none can be backed up.']),
    ],
  };
}

function unwell({ status, subscription }: Project): string | undefined {
  if (status?.code !== undefined && UNWELL.test(status.code)) {
    const said = status.message === undefined ? '' : `: ${status.message.replace(/\.$/, '')}`;
    return `The project is "${status.code}"${said}.`;
  }
  return subscription?.suspended === true ? "The project's subscription is suspended." : undefined;
}

/** What there is of it, counted; backups only where every environment could be asked. */
export async function upsunInventory(
  upsun: UpsunConnections,
  context: RunContext,
): Promise<Inventory> {
  const { environments, backups, failures } = await readHoldings(upsun, context);
  let count = 0;
  for (const list of backups.values()) count += list.length;
  return {
    counts: { Environment: environments.length, ...(failures.size === 0 ? { Backup: count } : {}) },
  };
}
