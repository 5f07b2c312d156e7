import { coreErrors } from '../../core/errors';
import type { BackupSource, RunContext } from '../../core/ports';
import { VERSION } from '../../core/version';
import { createSwarmArchive } from '../../snapshots/swarm/archiveWriter';
import { RAFT_FOLDER } from '../../snapshots/swarm/layout';
import type { SwarmManifest } from '../../snapshots/swarm/layout';
import type { SwarmConnections } from './connections';
import { AUTOLOCK, packFolder, readRaftFacts, refuseRunning } from './raftState';

const UNKNOWN = 'unknown';

/**
 * Copies the Raft state of this machine while its engine is stopped: as Docker's documentation has it.
 *
 * @throws `swarm.engineRunning`, `swarm.noRaftState`
 */
export async function coldBackup(
  connections: SwarmConnections,
  folder: string,
  context: RunContext,
): Promise<BackupSource> {
  const facts = await readRaftFacts(folder);
  await refuseRunning(folder);
  const notes = [
    'The Raft state was copied while the engine was stopped. It goes back onto a machine with the same address and the same version of the engine.',
  ];
  if (facts.autolock) notes.push(AUTOLOCK);
  const manifest: SwarmManifest = {
    format: 'cluster-backup/swarm',
    version: 1,
    created: context.clock.now().toISOString(),
    by: VERSION,
    cluster: connections.cluster.name,
    engine: { name: facts.node, version: UNKNOWN, apiVersion: UNKNOWN },
    mode: 'cold',
    parts: ['raft'],
    definitions: {},
    volumes: [],
    left: [],
    raft: {
      folder: RAFT_FOLDER,
      node: facts.node,
      ...(facts.address === undefined ? {} : { address: facts.address }),
      taken: 'cold',
      autolock: facts.autolock,
    },
    notes,
  };
  const archive = createSwarmArchive();
  const gone = new AbortController();
  archive.stream.once('close', () => gone.abort());
  const signal = AbortSignal.any([context.signal, gone.signal]);
  const cancelled = () => archive.fail(coreErrors.cancelled({ message: 'Cancelled.' }));
  context.signal.addEventListener('abort', cancelled, { once: true });
  const write = async (): Promise<void> => {
    await archive.manifest(manifest);
    context.progress({ phase: 'Copying the Raft state' });
    const content = archive.content(RAFT_FOLDER);
    for await (const chunk of packFolder(folder, signal) as AsyncIterable<Uint8Array>) {
      await content.write(chunk);
    }
    await content.end();
    // It may have been started meanwhile.
    await refuseRunning(folder);
    await archive.finish(context.clock.now());
  };
  const written = write()
    .catch((error: unknown) => {
      archive.fail(error instanceof Error ? error : new Error(String(error)));
    })
    .finally(() => context.signal.removeEventListener('abort', cancelled));
  connections.keepFor(written);
  return { stream: archive.stream, notes };
}
