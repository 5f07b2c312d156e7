import type { Clock } from '../../core/ports';
import { VERSION } from '../../core/version';
import { volumeFolder } from '../../snapshots/swarm/layout';
import type { Definition, SwarmManifest } from '../../snapshots/swarm/layout';
import type { NodeEngine, ReachedEngines } from './connections';
import { usersOf } from './volumeUse';
import { swarmSchema } from './wire';
import type { SwarmService } from './wire';

type Volume = SwarmManifest['volumes'][number];

/** The line of the manifest for a volume whose content follows. */
export function volumeEntry(
  volume: Definition,
  services: readonly SwarmService[],
  stopped: readonly SwarmService[],
): Volume {
  const node = volume.node ?? '';
  const { id, name, stack, value } = volume;
  const users = usersOf(services, name).map(({ Spec }) => Spec.Name);
  const held = stopped.map(({ Spec }) => Spec.Name).filter((one) => users.includes(one));
  return {
    id,
    node,
    name,
    driver: typeof value.Driver === 'string' ? value.Driver : 'local',
    folder: volumeFolder(node, name),
    ...(stack === undefined ? {} : { stack }),
    services: users,
    ...(held.length === 0 ? {} : { stopped: held }),
  };
}

/** What a manifest says of the engine and the swarm. */
export async function manifestHead(
  cluster: string,
  reached: ReachedEngines,
  all: readonly Definition[],
  clock: Clock,
  signal: AbortSignal,
): Promise<
  Pick<SwarmManifest, 'format' | 'version' | 'created' | 'by' | 'cluster' | 'engine' | 'swarm'>
> {
  const { main } = reached;
  return {
    format: 'cluster-backup/swarm',
    version: 1,
    created: clock.now().toISOString(),
    by: VERSION,
    cluster,
    engine: await engineEntry(main, signal),
    ...swarmEntry(all),
  };
}

async function engineEntry(
  { engine, node, info }: NodeEngine,
  signal: AbortSignal,
): Promise<SwarmManifest['engine']> {
  return {
    name: node,
    version: info.ServerVersion ?? 'unknown',
    apiVersion: await engine.apiVersion(signal),
    ...(info.OSType === undefined ? {} : { os: info.OSType }),
    ...(info.Architecture === undefined ? {} : { architecture: info.Architecture }),
  };
}

/** Whether managers need an unlock key when they start. */
export function isAutolocked(all: readonly Definition[]): boolean {
  const found = all.find(({ kind }) => kind === 'swarm');
  if (found === undefined) return false;
  return swarmSchema.parse(found.value).Spec.EncryptionConfig?.AutoLockManagers === true;
}

function swarmEntry(all: readonly Definition[]): Pick<SwarmManifest, 'swarm'> {
  const found = all.find(({ kind }) => kind === 'swarm');
  if (found === undefined) return {};
  const { ID, CreatedAt } = swarmSchema.parse(found.value);
  const nodes = all.filter(({ kind }) => kind === 'node');
  return {
    swarm: {
      id: ID,
      ...(CreatedAt === undefined ? {} : { created: CreatedAt }),
      nodes: nodes.length,
      managers: nodes.filter(({ value }) => typeof value.ManagerStatus === 'object').length,
      autolock: isAutolocked(all),
    },
  };
}
