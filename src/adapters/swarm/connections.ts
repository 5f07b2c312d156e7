import { isCancellation } from '../../core/errors';
import type { ConnectedCluster, Log } from '../../core/ports';
import { openEngine } from '../docker/client';
import type { DockerEngine } from '../docker/engine';
import { resolveTarget } from '../docker/target';
import { engineEntries, swarm, swarmConnectionSchema } from './definition';
import type { SwarmConnection } from './definition';
import { swarmErrors } from './errors';
import { journalFolder } from './journal';
import { infoSchema } from './wire';
import type { EngineInfo } from './wire';

export type Environment = Readonly<Record<string, string | undefined>>;

/** An engine that answers, and which node it is. */
export interface NodeEngine {
  engine: DockerEngine;
  /** Host name: as the swarm calls the node. */
  node: string;
  /** Of the swarm; undefined where the engine is in none. */
  nodeId: string | undefined;
  state: 'inactive' | 'pending' | 'active' | 'error' | 'locked';
  /** A manager that can be asked for services. */
  manager: boolean;
  /** Id of the swarm, where it says. */
  clusterId: string | undefined;
  info: EngineInfo;
}

/** A further engine that could not be asked. */
export interface UnreachedEngine {
  where: string;
  node: string | undefined;
  reason: string;
}

export interface ReachedEngines {
  main: NodeEngine;
  /** The main one first; one for each node. */
  all: NodeEngine[];
  /** One that can be asked for services; undefined where there is none. */
  manager: NodeEngine | undefined;
  unreached: UnreachedEngine[];
}

/** The engines of one cluster's entry; connected when first asked, closed together. */
export class SwarmConnections {
  readonly connection: SwarmConnection;
  readonly #work = new Set<Promise<void>>();
  readonly #opened = new Map<number, Promise<DockerEngine>>();

  constructor(
    readonly cluster: ConnectedCluster,
    private readonly env: Environment,
    /** Folder of this user's state. */
    readonly state: string,
  ) {
    this.connection = swarmConnectionSchema.parse(cluster.connection);
  }

  /** Folder of this cluster's journals. */
  get journals(): string {
    const { host, context, clientBundle } = this.connection;
    const named = host ?? context ?? clientBundle;
    // Without one, the environment says which cluster it is.
    const { DOCKER_HOST, DOCKER_CONTEXT } = named === undefined ? this.env : {};
    const address = [swarm.secretBinding(this.connection), DOCKER_HOST, DOCKER_CONTEXT].join(' ');
    return journalFolder(this.state, this.cluster.name, address);
  }

  /** The engine that is asked for everything of the cluster. */
  engine(): Promise<DockerEngine> {
    return this.#open(0);
  }

  /** As `engine`, with what it says of itself. */
  async main(signal: AbortSignal): Promise<NodeEngine> {
    return identify(await this.engine(), signal);
  }

  /**
   * All engines that answer. A further one that does not is told, not thrown.
   *
   * @param options.anyMain where the main engine does not answer, the first that does takes its place
   * @throws when the main engine does not answer; `swarm.wrongNode`, `swarm.otherCluster`
   */
  async reach(
    signal: AbortSignal,
    log?: Log,
    { anyMain = false }: { anyMain?: boolean } = {},
  ): Promise<ReachedEngines> {
    const further = this.connection.engines ?? [];
    let silence: unknown;
    const [first, others] = await Promise.all([
      this.main(signal).catch((error: unknown) => {
        if (!anyMain || isCancellation(error)) throw error;
        silence = error;
        return undefined;
      }),
      Promise.all(
        further.map(async ({ node }, index) => {
          let where = `engines[${index}]`;
          try {
            const engine = await this.#open(index + 1);
            where = engine.where;
            const found = await identify(engine, signal);
            return { where, node, found, reason: '' };
          } catch (error) {
            if (isCancellation(error)) throw error;
            const reason = wordsOf(error);
            log?.warn(`The engine ${where} was not reached: ${reason}`);
            return { where, node, reason, found: undefined };
          }
        }),
      ),
    ]);
    const main = first ?? others.find(({ found }) => found !== undefined)?.found;
    if (main === undefined) throw silence;
    const all = [main];
    const unreached: UnreachedEngine[] =
      first === undefined
        ? [{ where: 'the main engine', node: undefined, reason: wordsOf(silence) }]
        : [];
    for (const { where, node, found, reason } of others) {
      if (found === undefined) {
        unreached.push({ where, node, reason });
        continue;
      }
      check(main, found, node);
      if (all.some((known) => isSame(known, found))) continue;
      // Two machines may have one host name.
      const taken = all.some((known) => known.node === found.node);
      const id = found.nodeId ?? found.info.ID ?? String(all.length);
      all.push(taken ? { ...found, node: `${found.node}.${id}` } : found);
    }
    return { main, all, manager: all.find(({ manager }) => manager), unreached };
  }

  /** Every engine of the entry, the main one first, none of them asked yet. */
  listed(): { node: string | undefined; open: () => Promise<DockerEngine> }[] {
    const further = this.connection.engines ?? [];
    return [
      { node: undefined, open: () => this.#open(0) },
      ...further.map(({ node }, index) => ({ node, open: () => this.#open(index + 1) })),
    ];
  }

  /** Keeps the connections open until something is over that its caller does not wait for. */
  keepFor(work: Promise<unknown>): void {
    const over = work.then(
      () => undefined,
      () => undefined,
    );
    this.#work.add(over);
    void over.then(() => this.#work.delete(over));
  }

  /** Waits for what must be brought to its end, then lets go of the connections. */
  async close(): Promise<void> {
    await Promise.all(this.#work);
    const opened = [...this.#opened.values()];
    this.#opened.clear();
    await Promise.all(opened.map(async (engine) => (await engine.catch(() => undefined))?.close()));
  }

  #open(index: number): Promise<DockerEngine> {
    const known = this.#opened.get(index);
    if (known !== undefined) return known;
    const opened = this.#connect(index);
    this.#opened.set(index, opened);
    // A file that could not be read may be there the next time.
    opened.catch(() => {
      if (this.#opened.get(index) === opened) this.#opened.delete(index);
    });
    return opened;
  }

  async #connect(index: number): Promise<DockerEngine> {
    const entry = engineEntries(this.connection)[index];
    if (entry === undefined) throw new Error('No such engine.');
    return openEngine(await resolveTarget(entry, this.env), this.env);
  }
}

async function identify(engine: DockerEngine, signal: AbortSignal): Promise<NodeEngine> {
  const info = await engine.json('/info', { purpose: 'say what it is', signal }, infoSchema);
  const swarm = info.Swarm;
  const states = ['pending', 'active', 'error', 'locked'] as const;
  const state = states.find((known) => known === swarm?.LocalNodeState) ?? 'inactive';
  return {
    engine,
    node: info.Name,
    nodeId: swarm?.NodeID || undefined,
    state,
    manager: swarm?.ControlAvailable === true,
    clusterId: swarm?.Cluster?.ID || undefined,
    info,
  };
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** An engine's own id is no help: machines that were copied from one another share it. */
function isSame(one: NodeEngine, other: NodeEngine): boolean {
  if (one.nodeId !== undefined || other.nodeId !== undefined) return one.nodeId === other.nodeId;
  return one.info.ID === other.info.ID && one.info.Name === other.info.Name;
}

function check(main: NodeEngine, found: NodeEngine, expected: string | undefined): void {
  const { where } = found.engine;
  if (expected !== undefined && expected !== found.node) {
    throw swarmErrors.wrongNode({
      message: `The engine at ${where} is the one of node ${found.node}, and ${expected} was expected.`,
    });
  }
  // A worker does not say which swarm it is in; the list of nodes tells.
  if (
    main.clusterId !== undefined &&
    found.clusterId !== undefined &&
    main.clusterId !== found.clusterId
  ) {
    throw swarmErrors.otherCluster({
      message: `The engine at ${where} (node ${found.node}) is in another swarm than ${main.engine.where}.`,
    });
  }
}
