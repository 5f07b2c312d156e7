import type * as vscode from 'vscode';
import { toErrorInfo } from '../core/errors';
import type { Services } from './services';
import type { ClusterEntry } from './store/clusterStore';

/**
 * Finishes, once for each cluster that answers, what a run that was cut off has left: e.g. services are brought back
 * that a consistent backup had stopped. Asks nobody, tells what was done.
 */
export function finishInterrupted(services: Services): vscode.Disposable {
  const { store, client, secrets, log, ui } = services;
  const asked = new Set<string>();
  const finish = async (entry: ClusterEntry): Promise<void> => {
    const { key, config, health } = entry;
    if (health.state !== 'known' || asked.has(key)) return;
    asked.add(key);
    try {
      const cluster = await store.resolve(entry, secrets.stored);
      const done = await client.call('resume', { cluster });
      if (done.length === 0) return;
      for (const line of done) log.info(`${config.name}: ${line}`);
      void ui.info(
        `Finished what an interrupted run had left on ${config.name}: ${done.join(' ')}`,
      );
    } catch (error) {
      const { code, message, next } = toErrorInfo(error);
      log.warn(`${config.name}: what was interrupted is not finished: ${code}: ${message}`);
      // Somebody works on the cluster, and finishes it with that; asked again with the next look at its health.
      if (code === 'vault.locked') asked.delete(key);
      else {
        void ui.warn(
          `${config.name}: what was interrupted is not finished. ${message} ${next} [${code}]`,
        );
      }
    }
  };
  return store.onDidCheck((entry) => void finish(entry));
}
