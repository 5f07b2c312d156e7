import * as z from 'zod';
import { isCancellation, toErrorInfo } from '../../../core/errors';
import type { RunContext } from '../../../core/ports';
import type { DockerEngine } from '../../docker/engine';

/** An engine of the entry, not asked yet. */
export interface ListedEngine {
  /** The node's host name, where the entry names it. */
  node: string | undefined;
  open: () => Promise<DockerEngine>;
}

/** The engines of a cluster's entry, the main one first. */
export interface ListedEngines {
  listed(): ListedEngine[];
}

const optional = z.string().nullish();
const infoSchema = z.looseObject({
  Name: z.string(),
  ServerVersion: optional,
  DockerRootDir: optional,
  Swarm: z
    .looseObject({
      NodeID: optional,
      NodeAddr: optional,
      LocalNodeState: optional,
      ControlAvailable: z.boolean().nullish(),
      Error: optional,
      RemoteManagers: z.array(z.looseObject({ NodeID: optional, Addr: optional })).nullish(),
    })
    .nullish(),
});

const nodeSchema = z.looseObject({
  ID: z.string(),
  Version: z.looseObject({ Index: z.union([z.number(), z.bigint()]) }),
  Spec: z.looseObject({
    Role: optional,
    Availability: optional,
    Labels: z.record(z.string(), z.string()).nullish(),
  }),
  Description: z.looseObject({ Hostname: optional }).nullish(),
  Status: z.looseObject({ State: optional, Addr: optional }).nullish(),
  ManagerStatus: z
    .looseObject({ Leader: z.boolean().nullish(), Reachability: optional, Addr: optional })
    .nullish(),
});
export type NodeEntry = z.infer<typeof nodeSchema>;

/** Whether a node takes part in the managers' votes; an entry of a manager that does not is a left-over. */
export function isMember({ ManagerStatus }: Pick<NodeEntry, 'ManagerStatus'>): boolean {
  return ManagerStatus !== undefined && ManagerStatus !== null;
}

export const nodesSchema = z.array(nodeSchema);

export const swarmStateSchema = z.looseObject({
  ID: z.string(),
  Version: z.looseObject({ Index: z.union([z.number(), z.bigint()]) }),
  Spec: z.looseObject({
    EncryptionConfig: z.looseObject({ AutoLockManagers: z.boolean().nullish() }).nullish(),
  }),
  JoinTokens: z.looseObject({ Worker: optional, Manager: optional }).nullish(),
});

const servicesSchema = z
  .array(
    z.looseObject({
      Spec: z.looseObject({ Name: z.string(), Mode: z.record(z.string(), z.unknown()).nullish() }),
      ServiceStatus: z
        .looseObject({ RunningTasks: z.number().nullish(), DesiredTasks: z.number().nullish() })
        .nullish(),
    }),
  )
  .nullable();

/** What one engine says, or that it does not. Holds no secret. */
export interface SeenEngine {
  where: string;
  /** Its name, or the one of the entry, or the address. */
  name: string;
  /** Why it did not answer. */
  reason?: string;
  version?: string;
  rootDir?: string;
  nodeId?: string;
  /** Under which it is known to the others. */
  address?: string;
  state: 'silent' | 'inactive' | 'pending' | 'active' | 'error' | 'locked';
  /** A manager, with a leader or without. */
  manager: boolean;
  /** What it says is wrong. */
  error?: string;
  remoteManagers: { id: string; address: string }[];
  /** The list of nodes, where it gives it. */
  nodes?: NodeEntry[];
}

export interface SeenService {
  name: string;
  /** Jobs end; they are not waited for. */
  job: boolean;
  running: number | undefined;
  desired: number | undefined;
}

/** All that is known of a cluster at one moment; the walk is worked out from it alone. */
export interface Survey {
  engines: SeenEngine[];
  /** The engine that speaks for a swarm with quorum. */
  lead?: SeenEngine;
  autolock?: boolean;
  services: SeenService[];
}

/** Seconds; a manager that has lost its leader takes 20 to say so. */
const PATIENCE = 25;

/** Looks at all engines at once; one that does not answer is told, not thrown. */
export async function surveyEngines(
  swarm: ListedEngines,
  context: Pick<RunContext, 'signal' | 'progress' | 'log'>,
): Promise<{ survey: Survey; engines: Map<SeenEngine, DockerEngine> }> {
  const { signal, progress, log } = context;
  const entries = swarm.listed();
  const open = new Map<SeenEngine, DockerEngine>();
  let done = 0;
  const tell = () =>
    progress({ phase: 'Looking at what is left', done, total: entries.length, unit: 'records' });
  tell();
  const engines = await Promise.all(
    entries.map(async ({ node, open: connect }, index) => {
      let where = node ?? (index === 0 ? 'the first engine' : `engine ${index + 1}`);
      try {
        const engine = await connect();
        where = engine.where;
        const seen = await look(engine, signal);
        if (node !== undefined && node !== seen.name) {
          return silent(where, node, `it is the engine of ${seen.name}, not of ${node}`);
        }
        open.set(seen, engine);
        return seen;
      } catch (error) {
        if (signal.aborted || isCancellation(error)) throw error;
        const { message } = toErrorInfo(error);
        log.warn(`Recovery: ${where} did not answer: ${message}`);
        return silent(where, node, message);
      } finally {
        done++;
        tell();
      }
    }),
  );
  const distinct = engines.filter((one, at) => !engines.slice(0, at).some((o) => isSame(o, one)));
  const survey: Survey = { engines: distinct, services: [] };
  const lead = distinct.find(hasQuorum);
  const engine = lead && open.get(lead);
  if (lead !== undefined && engine !== undefined) {
    Object.assign(survey, { lead, ...(await readLead(engine, signal)) });
  }
  return { survey, engines: open };
}

/** What the swarm itself says, asked of an engine with quorum. */
export async function readLead(
  engine: DockerEngine,
  signal: AbortSignal,
): Promise<{ autolock: boolean; services: SeenService[] }> {
  const ask = { signal, timeout: PATIENCE };
  const [state, services] = await Promise.all([
    engine.json('/swarm', { ...ask, purpose: 'describe its swarm' }, swarmStateSchema),
    engine.json(
      '/services',
      { ...ask, query: { status: true }, purpose: 'list its services' },
      servicesSchema,
    ),
  ]);
  return {
    autolock: state.Spec.EncryptionConfig?.AutoLockManagers === true,
    services: (services ?? []).map(({ Spec, ServiceStatus }) => ({
      name: Spec.Name,
      job: 'ReplicatedJob' in (Spec.Mode ?? {}) || 'GlobalJob' in (Spec.Mode ?? {}),
      running: ServiceStatus?.RunningTasks ?? undefined,
      desired: ServiceStatus?.DesiredTasks ?? undefined,
    })),
  };
}

async function look(engine: DockerEngine, signal: AbortSignal): Promise<SeenEngine> {
  const ask = { signal, timeout: PATIENCE };
  const [info, nodes] = await Promise.all([
    engine.json('/info', { ...ask, purpose: 'say how it is' }, infoSchema),
    engine
      .json('/nodes', { ...ask, purpose: 'list the nodes of its swarm' }, nodesSchema)
      .catch(() => undefined),
  ]);
  signal.throwIfAborted();
  const swarm = info.Swarm ?? {};
  const states = ['pending', 'active', 'error', 'locked'] as const;
  return {
    where: engine.where,
    name: info.Name,
    ...known('version', info.ServerVersion),
    ...known('rootDir', info.DockerRootDir),
    ...known('nodeId', swarm.NodeID),
    ...known('address', swarm.NodeAddr),
    ...known('error', swarm.Error),
    state: states.find((s) => s === swarm.LocalNodeState) ?? 'inactive',
    manager: swarm.ControlAvailable === true,
    remoteManagers: (swarm.RemoteManagers ?? []).map((m) => ({
      id: m.NodeID ?? '',
      address: m.Addr ?? '',
    })),
    ...(nodes === undefined ? {} : { nodes }),
  };
}

function known<K extends string>(key: K, value: string | null | undefined): { [P in K]?: string } {
  return value === null || value === undefined || value === ''
    ? {}
    : ({ [key]: value } as { [P in K]?: string });
}

function silent(where: string, node: string | undefined, reason: string): SeenEngine {
  return {
    where,
    name: node ?? where,
    reason,
    state: 'silent',
    manager: false,
    remoteManagers: [],
  };
}

function isSame(one: SeenEngine, other: SeenEngine): boolean {
  return one.nodeId !== undefined && one.nodeId === other.nodeId;
}

/**
 * Whether a majority of the managers is there. A leader that has just lost the others still answers for some
 * seconds: its own word is not enough.
 */
export function hasQuorum({ nodes }: Pick<SeenEngine, 'nodes'>): boolean {
  if (nodes === undefined) return false;
  const managers = nodes.filter(isMember);
  const reachable = managers.filter((n) => n.ManagerStatus?.Reachability === 'reachable');
  return reachable.length * 2 > managers.length;
}
