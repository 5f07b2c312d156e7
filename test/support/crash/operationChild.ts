import { withParts } from '../../../src/compose/parts';
import { vaultOptions } from '../../../src/compose/vaultOptions';
import { backUp } from '../../../src/core/operations/backup';
import { planRestore } from '../../../src/core/operations/planRestore';
import { restore } from '../../../src/core/operations/restore';
import type { ClusterParts } from '../../../src/core/operations/context';
import type { RunContext } from '../../../src/core/ports';
import { openFolderVault } from '../../../src/vaults/folder/folderVault';
import { clusterAt } from '../../integration/operations/support';

// Runs one operation and kills itself without warning before its Nth step: argv is folder, address, what, N.
// A step is any call of the vault, of its writer, or of the cluster.

const [, , folder = '', address = '', what = '', limit = '0'] = process.argv;
let left = Number(limit);

function step(): void {
  if (--left === 0) process.kill(process.pid, 'SIGKILL');
}

/** Counts every call of a method as a step, of what the methods give back too. */
function counted<T extends object>(target: T): T {
  return new Proxy(target, {
    get(object, key, receiver) {
      const value: unknown = Reflect.get(object, key, receiver);
      if (typeof value !== 'function') return value;
      return async (...args: unknown[]) => {
        step();
        const result: unknown = await (value as (...a: unknown[]) => unknown).apply(object, args);
        const isWriter = key === 'create' || key === 'lock';
        return isWriter && typeof result === 'object' && result !== null ? counted(result) : result;
      };
    },
  });
}

async function main(): Promise<void> {
  const place = {
    folder,
    vault: `${folder}/vault`,
    activities: `${folder}/activities`,
    remove: () => Promise.resolve(),
  };
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const context: RunContext = {
    signal: new AbortController().signal,
    progress: () => undefined,
    log,
    clock: { now: () => new Date() },
  };
  const cluster = await clusterAt(place, address);
  await withParts(cluster, { env: {}, state: `${folder}/state` }, log, async (parts) => {
    const watched: ClusterParts = {
      ...parts,
      vault: counted(parts.vault),
      adapter: counted(parts.adapter),
    };
    if (what === 'backup') {
      await backUp(watched, { origin: { kind: 'manual' } }, context);
      return;
    }
    const vault = openFolderVault(vaultOptions(place.vault, log));
    const [backup] = await vault.list('prod');
    if (backup === undefined) throw new Error('no backup');
    if (what === 'delete') {
      const lock = await watched.vault.lock('prod', 'delete');
      await watched.vault.remove(backup.manifest.id);
      await lock.release();
      return;
    }
    const source = {
      name: backup.manifest.file,
      size: backup.manifest.bytes,
      backup,
      open: () => watched.vault.read(backup),
    };
    const plan = await planRestore(source, parts, { safetyBackup: true }, context);
    await restore(source, watched, { plan }, context);
  });
  // The run went to its end: no step was left to be killed at.
  process.stdout.write('done');
}

void main();
