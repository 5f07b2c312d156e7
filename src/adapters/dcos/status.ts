import { isCancellation, isClusterBackupError } from '../../core/errors';
import type { ClusterStatus, Inventory } from '../../core/model';
import type { RunContext } from '../../core/ports';
import type { DcosApi, DcosRelease } from './api';
import type { DcosConnections } from './connections';
import { countGroups, marathonInfo } from './marathonFacts';
import type { MarathonInfo } from './marathonFacts';

/** Who may not look at Marathon is no failure; who is not logged in at all is one. */
const UNREADABLE = 'dcos.denied';
/** What says that Marathon does not answer, while DC/OS itself does. */
const AWAY = /^(dcos\.(failed|notDcos|noService|limited)|http\.(timeout|reset|cut|stalled))$/;

/**
 * Asks DC/OS which release it is, and Marathon how it is.
 *
 * @throws `dcos.badConnection`, `dcos.badLogin`, `dcos.tokenExpired`, `http.*`
 */
export async function readStatus(
  dcos: DcosConnections,
  context: RunContext,
): Promise<ClusterStatus> {
  const api = await dcos.api();
  const release = await releaseOf(api, context);
  const { info, reason, warnings } = await marathonOf(api, context);
  const open =
    release.variant === 'open'
      ? ['This is the open edition of DC/OS: it has no backup service, only the export works.']
      : [];
  return {
    ...(release.version === undefined ? {} : { version: release.version }),
    ...(info?.leader === undefined ? {} : { leader: info.leader }),
    health: reason === undefined ? 'healthy' : 'degraded',
    ...(reason === undefined ? {} : { reason }),
    servers: [],
    warnings: [...open, ...warnings],
  };
}

/** What it says it is; nothing where it does not say so in a way that is known. */
export async function releaseOf(api: DcosApi, { signal, log }: RunContext): Promise<DcosRelease> {
  try {
    return await api.release(signal);
  } catch (error) {
    // Who is not reached has no release, and nothing else.
    if (!isClusterBackupError(error) || !error.code.startsWith('dcos.')) throw error;
    log.warn(`The version is not known: ${error.message}`);
    return {};
  }
}

async function marathonOf(
  api: DcosApi,
  context: RunContext,
): Promise<{ info?: MarathonInfo; reason?: string; warnings: string[] }> {
  try {
    return { info: await marathonInfo(api, context), warnings: [] };
  } catch (error) {
    if (!isClusterBackupError(error)) throw error;
    if (error.code === UNREADABLE) {
      return { warnings: [`How Marathon is can't be seen: ${error.message}`] };
    }
    if (!AWAY.test(error.code)) throw error;
    return { reason: `Marathon does not answer: ${error.message}`, warnings: [] };
  }
}

/** What Marathon holds; nothing where it may not be read. @throws `http.*` */
export async function countInventory(
  dcos: DcosConnections,
  context: RunContext,
): Promise<Inventory> {
  try {
    const { groups, apps, pods } = await countGroups(await dcos.api(), context);
    return { counts: { Groups: groups, Apps: apps, Pods: pods } };
  } catch (error) {
    if (isCancellation(error) || !isClusterBackupError(error)) throw error;
    if (error.code !== UNREADABLE && !AWAY.test(error.code)) throw error;
    context.log.warn(`What Marathon holds was not counted: ${error.message}`);
    return { counts: {} };
  }
}
