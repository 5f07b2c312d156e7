import type { BackupScope } from '../../core/model';
import type { RunContext } from '../../core/ports';
import type { Definition, SwarmManifest } from '../../snapshots/swarm/layout';
import type { DockerEngine } from '../docker/engine';
import type { NodeEngine, ReachedEngines, SwarmConnections } from './connections';
import { checkHoldable, toStop } from './consistent';
import type { EngineOf } from './consistent';
import { nodeOf, readDefinitions } from './definitions';
import type { ClusterDefinitions } from './definitions';
import { swarmErrors } from './errors';
import { heldServices } from './held';
import { holdGroups } from './holdGroups';
import type { HoldGroup } from './holdGroups';
import { missingVolumes, payloadNote, unreached } from './leftOut';
import { isAutolocked, manifestHead, volumeEntry } from './manifest';
import { sharedHostNames } from './nodeNames';
import { AUTOLOCK } from './raftState';
import { readableVolumes } from './readableVolumes';
import { choose, partsOf } from './scope';
import { stackFiles } from './stacks';
import { saysLeaderless } from './status';
import { volumeSizes } from './volumeSizes';
import { servicesOf } from './volumeUse';
import { nodeSchema } from './wire';

/** Seconds that the sizes of volumes may take; the progress does without them. */
const SIZES = 3;

/** All that is known before the first byte. */
export interface BackupPlan {
  manifest: SwarmManifest;
  definitions: Definition[];
  stacks: { name: string; yaml: string }[];
  /** Volumes to be read, in the manifest's order. */
  groups: HoldGroup[];
  engineOf: EngineOf;
  manager: DockerEngine | undefined;
  raft: { engine: DockerEngine; path: string } | undefined;
  /** Of the product. */
  version: string | undefined;
  /** Bytes to expect, roughly; undefined where the engines do not say. */
  size: number | undefined;
}

/** Asks the engines for everything, and refuses what can't be done. */
export async function planBackup(
  connections: SwarmConnections,
  mode: 'live' | 'consistent',
  scope: BackupScope | undefined,
  context: RunContext,
): Promise<BackupPlan> {
  const { signal, log, clock } = context;
  const reached = await connections.reach(signal, log);
  const parts = partsOf(scope);
  const notes: string[] = [];
  const cluster = await readCluster(reached, parts, mode, notes, signal);
  const chosen = choose(cluster.definitions, scope);
  notes.push(...chosen.notes);
  const services = servicesOf(cluster.definitions);
  notes.push(...heldServices(services), ...payloadNote(chosen.definitions));
  notes.push(...sharedNames(cluster.definitions));

  const withVolumes = parts.includes('volumes');
  const sizing = withVolumes ? volumeSizes(reached, cluster.nodes, SIZES, signal) : undefined;
  sizing?.catch(() => undefined);
  const engines = new Map(reached.all.map((one) => [nodeOf(one, cluster.nodes), one.engine]));
  const engineOf: EngineOf = ({ node }) => engines.get(node ?? '') ?? reached.main.engine;
  const candidates = withVolumes ? chosen.definitions.filter(({ kind }) => kind === 'volume') : [];
  const { volumes, left } = await readableVolumes(candidates, engineOf, connections, context);
  const groups = holdGroups(volumes, services);
  if (mode === 'consistent') await checkHoldable(groups, engineOf, signal);
  if (withVolumes) {
    left.push(...(await unreached(reached, cluster, chosen, signal)));
    notes.push(...missingVolumes(chosen, services, left));
  }
  const raft = parts.includes('raft') ? raftOf(reached, cluster) : undefined;
  if (raft !== undefined) notes.push(HOT, ...(raft.manifest.autolock ? [AUTOLOCK] : []));
  const definitions = chosen.definitions.filter(
    (one) => parts.includes('definitions') || volumes.includes(one),
  );
  const { stacks, notes: stackNotes } = parts.includes('definitions')
    ? stackFiles(cluster.definitions, chosen)
    : { stacks: [], notes: [] };
  const stopped = mode === 'consistent' ? toStop(groups.flatMap((group) => group.services)) : [];
  const sizes = await sizing;
  return {
    manifest: {
      ...(await manifestHead(
        connections.cluster.name,
        reached,
        cluster.definitions,
        clock,
        signal,
      )),
      mode,
      parts: [...parts],
      ...(chosen.only === undefined ? {} : { only: chosen.only }),
      definitions: countsOf(definitions),
      volumes: groups
        .flatMap((group) => group.volumes)
        .map((volume) => volumeEntry(volume, services, stopped)),
      left,
      ...(raft === undefined ? {} : { raft: raft.manifest }),
      notes: [...notes, ...stackNotes],
    },
    definitions,
    stacks,
    groups,
    engineOf,
    manager: reached.manager?.engine,
    raft,
    version: reached.main.info.ServerVersion,
    size: raft === undefined ? sumOf(volumes, sizes) : undefined,
  };
}

const HOT =
  'The Raft state was copied while the engine was running: Docker does not promise that it can be read again.';

/** Reads what there is; only volumes where the swarm itself is not asked for and can't answer. */
async function readCluster(
  reached: ReachedEngines,
  parts: readonly string[],
  mode: 'live' | 'consistent',
  notes: string[],
  signal: AbortSignal,
): Promise<ClusterDefinitions> {
  const { main, manager } = reached;
  const needsSwarm =
    parts.includes('definitions') || parts.includes('raft') || mode === 'consistent';
  if (manager === undefined) {
    if (main.state === 'inactive') {
      if (parts.includes('raft')) throw noManager(main);
      notes.push(`The engine on ${main.node} is in no swarm: this holds its volumes only.`);
    } else if (needsSwarm) throw noManager(main);
  }
  try {
    return await readDefinitions(reached, signal);
  } catch (error) {
    if (!saysLeaderless(error)) throw error;
    if (needsSwarm) {
      throw swarmErrors.noLeader({
        message: `${main.engine.where} has no leader of its swarm, so it can't be asked for its definitions.`,
        next: 'Bring enough managers back, or back up the volumes alone, in mode "live".',
        cause: error,
      });
    }
    notes.push('The swarm had no leader: which services use the volumes is not known.');
    return readDefinitions({ ...reached, manager: undefined }, signal);
  }
}

function noManager({ node, state, engine }: NodeEngine) {
  if (state === 'locked') {
    return swarmErrors.locked({
      message: `The swarm on ${node} (${engine.where}) is locked: it was started again while autolock is on.`,
    });
  }
  const what = state === 'inactive' ? 'in no swarm' : state === 'active' ? 'a worker' : state;
  return swarmErrors.noManager({
    message: `The engine on ${node} (${engine.where}) is ${what}, and only a manager can be asked for this.`,
  });
}

function raftOf({ manager, main }: ReachedEngines, { nodes, definitions }: ClusterDefinitions) {
  if (manager === undefined) throw noManager(main);
  const { info } = manager;
  const root = info.DockerRootDir;
  if (root === undefined || root === '') {
    throw swarmErrors.noRaftState({
      message: `The engine on ${manager.node} does not say where its data root is.`,
    });
  }
  const address = info.Swarm?.NodeAddr;
  const entry = {
    folder: 'raft' as const,
    node: nodeOf(manager, nodes),
    ...(address === undefined || address === '' ? {} : { address }),
    ...(info.ServerVersion === undefined ? {} : { engineVersion: info.ServerVersion }),
    taken: 'hot' as const,
    autolock: isAutolocked(definitions),
  };
  return { engine: manager.engine, path: `${root.replace(/\/$/, '')}/swarm`, manifest: entry };
}

function sharedNames(all: readonly Definition[]): string[] {
  const nodes = all.filter(({ kind }) => kind === 'node');
  return sharedHostNames(nodes.map(({ value }) => nodeSchema.parse(value)));
}

function countsOf(definitions: readonly Definition[]): SwarmManifest['definitions'] {
  const counts: SwarmManifest['definitions'] = {};
  for (const { kind } of definitions) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

function sumOf(
  volumes: readonly Definition[],
  sizes: ReadonlyMap<string, { bytes: number }> | undefined,
): number | undefined {
  let sum = 0;
  for (const { id } of volumes) {
    const size = sizes?.get(id);
    if (size === undefined) return undefined;
    sum += size.bytes;
  }
  return sum === 0 ? undefined : sum;
}
