import type { HostedBackups } from '../../core/ports';
import type { DcosConnections } from './connections';
import { hostedBackup, newestFirst } from './hostedBackup';
import { createHosted } from './hostedCreate';
import { planHostedRemove, removeHosted } from './hostedRemove';
import { planHostedRestore, restoreHosted } from './hostedRestore';
import { ListedBefore } from './listedBefore';

/** Backups that the service of DC/OS Enterprise makes and keeps on the disk of a master. */
export function hostedBackups(dcos: DcosConnections): HostedBackups {
  const { connection, cluster, state } = dcos;
  const silence = connection.timeouts.silence * 1000;
  const before = new ListedBefore(state, cluster.name, new URL(connection.address).origin);
  return {
    async list(context) {
      const list = await (await dcos.api()).list(context.signal);
      return {
        backups: newestFirst(list).map(hostedBackup),
        warnings: await before.warnings(list, context),
      };
    },

    create: async ({ label }, context) => createHosted(await dcos.api(), label, silence, context),

    planRestore: async (request, context) => planHostedRestore(await dcos.api(), request, context),

    restore: async ({ ref }, context) => restoreHosted(await dcos.api(), ref.id, silence, context),

    planRemove: async ({ id }, context) => planHostedRemove(await dcos.api(), id, context),

    async remove({ id }, context) {
      await removeHosted(await dcos.api(), id, silence, context);
      await before.forget(id);
    },
  };
}
