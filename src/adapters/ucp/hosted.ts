import { isCancellation } from '../../core/errors';
import type { HostedBackups } from '../../core/ports';
import { UcpApi } from './api';
import { resolveApi } from './apiTarget';
import type { UcpConnections } from './connections';
import { fetchable, hostedBackup, newestFirst } from './hostedBackup';
import { createHosted } from './hostedCreate';
import { fetchHosted } from './hostedFetch';

/** Backups that the product makes over its HTTP API and keeps on the managers, from UCP 3.2 on. */
export function hostedBackups(ucp: UcpConnections): HostedBackups {
  const asked = async <T>(run: (api: UcpApi) => Promise<T>): Promise<T> => {
    const api = new UcpApi(await resolveApi(ucp));
    try {
      return await run(api);
    } finally {
      await api.close();
    }
  };
  return {
    list: ({ signal, log }) =>
      asked(async (api) => {
        const [list, reached] = await Promise.all([
          api.list(signal),
          ucp.engines.reach(signal, log, { anyMain: true }).catch((error: unknown) => {
            if (isCancellation(error)) throw error;
            return `No engine of the entry was reached: ${error instanceof Error ? error.message : String(error)}`;
          }),
        ]);
        const backups = newestFirst(list).map((backup) =>
          hostedBackup(backup, fetchable(backup, reached)),
        );
        return { backups, warnings: [] };
      }),

    create: (request, context) => asked((api) => createHosted(ucp, api, request, context)),

    fetch: (id, context) => asked((api) => fetchHosted(ucp, api, id, context)),
  };
}
