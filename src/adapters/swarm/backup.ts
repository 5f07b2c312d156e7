import { coreErrors, isClusterBackupError } from '../../core/errors';
import type { BackupRequest, BackupSource, RunContext } from '../../core/ports';
import { createSwarmArchive } from '../../snapshots/swarm/archiveWriter';
import type { BackupPlan } from './backupPlan';
import { planBackup } from './backupPlan';
import { coldBackup } from './coldBackup';
import type { SwarmConnections } from './connections';
import { whileHeld } from './consistent';
import { ContentReader } from './contentReader';
import { Journal } from './journal';
import { waitForOthers } from './resume';
import { partsOf } from './scope';

/**
 * Begins a backup: reads all definitions, refuses what can't be done, and then streams the archive. Whatever happens to
 * the stream, services that were stopped are brought back and nothing is left on an engine; `connections.close()` waits
 * for that.
 *
 * @throws `core.unsupported`, `swarm.*`, `docker.*`
 */
export async function startBackup(
  connections: SwarmConnections,
  request: BackupRequest,
  context: RunContext,
): Promise<BackupSource> {
  const { mode, scope } = request;
  if (mode !== 'live' && mode !== 'consistent') {
    throw coreErrors.unsupported({ message: `Docker Swarm has no backup mode "${mode}".` });
  }
  const parts = partsOf(scope);
  const { swarmFolder } = connections.connection;
  if (swarmFolder !== undefined && parts.length === 1 && parts[0] === 'raft') {
    const answers = await connections.main(context.signal).then(
      () => true,
      (error: unknown) => {
        if (isClusterBackupError(error) && error.category === 'cancelled') throw error;
        return false;
      },
    );
    if (!answers) return coldBackup(connections, swarmFolder, context);
  }
  await waitForOthers(connections, context);
  context.progress({ phase: 'Reading the definitions' });
  const plan = await planBackup(connections, mode, scope, context);
  return stream(connections, plan, context);
}

function stream(
  connections: SwarmConnections,
  plan: BackupPlan,
  context: RunContext,
): BackupSource {
  const archive = createSwarmArchive();
  const gone = new AbortController();
  archive.stream.once('close', () => gone.abort());
  const cancelled = () => archive.fail(coreErrors.cancelled({ message: 'Cancelled.' }));
  context.signal.addEventListener('abort', cancelled, { once: true });
  const signal = AbortSignal.any([context.signal, gone.signal]);
  const notes = [...plan.manifest.notes];
  const run = { ...context, signal };

  const write = async (): Promise<void> => {
    await archive.manifest(plan.manifest);
    for (const definition of plan.definitions) await archive.definition(definition);
    for (const { name, yaml } of plan.stacks) await archive.stack(name, yaml);
    if (plan.groups.length > 0 || plan.raft !== undefined) {
      await writeContents(connections, plan, archive, run);
    }
    await archive.finish(context.clock.now());
  };
  const written = write()
    .catch((error: unknown) => {
      archive.fail(error instanceof Error ? error : new Error(String(error)));
    })
    .finally(() => context.signal.removeEventListener('abort', cancelled));
  connections.keepFor(written);
  if (context.signal.aborted) cancelled();
  return {
    stream: archive.stream,
    ...(plan.version === undefined ? {} : { systemVersion: plan.version }),
    ...(plan.size === undefined ? {} : { size: plan.size }),
    notes,
  };
}

async function writeContents(
  connections: SwarmConnections,
  plan: BackupPlan,
  archive: ReturnType<typeof createSwarmArchive>,
  context: RunContext,
): Promise<void> {
  const journal = await Journal.begin(connections.journals);
  const reader = new ContentReader(archive, journal.run, context);
  try {
    for (const group of plan.groups) {
      const read = async () => {
        for (const volume of group.volumes) await reader.volume(plan.engineOf(volume), volume);
      };
      if (plan.manifest.mode !== 'consistent' || plan.manager === undefined) await read();
      else {
        const { drain } = connections.connection.timeouts;
        await whileHeld(plan.manager, group, plan.engineOf, journal, drain, context, read);
      }
    }
    if (plan.raft !== undefined) await reader.folder(plan.raft.engine, plan.raft.path);
  } finally {
    const clean = await reader.close();
    if (clean && journal.services.length === 0) await journal.clear();
    else journal.leave();
  }
}
