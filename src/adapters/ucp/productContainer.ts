import type { Duplex } from 'node:stream';
import { isOlder } from '../docker/wire';
import { isStatus } from '../docker/errors';
import type { NodeEngine } from '../swarm/connections';
import { RUN_LABEL, remove } from '../swarm/helperContainers';
import { createdSchema } from '../swarm/wire';
import { ucpErrors } from './errors';
import type { ProductCommand } from './productRun';
import { containerSchema, exitSchema, securitySchema } from './wire';
import type { InspectedContainer } from './wire';

/** The name that the product asks for: a second run can't have it. */
export const PRODUCT_NAME = 'ucp';
/** Milliseconds for what must be done also after a cancel. */
const MUST = 60_000;
const SOCKET = '/var/run/docker.sock:/var/run/docker.sock';
/** The first that answers a wait before it is over. */
const EARLY_WAIT = '1.30';

/** The container in which a command of the product runs. */
export class ProductContainer {
  #id: string | undefined;

  constructor(
    private readonly on: NodeEngine,
    private readonly command: ProductCommand,
    private readonly run: string,
  ) {}

  /**
   * @returns false where the name is taken
   * @throws `ucp.imageMissing`, `docker.*`
   */
  async create(): Promise<boolean> {
    const { engine, info } = this.on;
    const { command, args, stdin, binds = [], purpose, version } = this.command;
    const withInput = stdin !== undefined;
    const security = securitySchema.parse(info).SecurityOptions ?? [];
    const isSelinux = security.some((option) => /^(name=)?selinux\b/.test(option));
    try {
      const { Id } = await engine.json(
        '/containers/create',
        {
          method: 'POST',
          query: { name: PRODUCT_NAME },
          body: {
            Image: version.image,
            Cmd: [command, ...args],
            // A tty would change the bytes.
            Tty: false,
            ...{ AttachStdin: withInput, OpenStdin: withInput, StdinOnce: withInput },
            ...{ AttachStdout: true, AttachStderr: true },
            Labels: { [RUN_LABEL]: this.run },
            HostConfig: {
              Binds: [SOCKET, ...binds],
              // Its output is the whole backup, and would be written to the manager's disk.
              LogConfig: { Type: 'none' },
              ...(isSelinux ? { SecurityOpt: ['label=disable'] } : {}),
            },
          },
          purpose,
          // Not cut short: what it made would not be known.
          signal: AbortSignal.timeout(MUST),
        },
        createdSchema,
      );
      this.#id = Id;
      return true;
    } catch (error) {
      if (isStatus(error, 409)) return false;
      if (!isStatus(error, 404)) throw error;
      throw ucpErrors.imageMissing({
        message: `The engine on ${this.on.node} has no image ${version.image}, which ${version.title} needs to ${purpose}.`,
        next: `On ${this.on.node}: docker pull ${version.image}; or load it there with docker load.`,
        cause: error,
      });
    }
  }

  /** Its input and output; before it starts, or the first bytes would be lost. */
  attach(signal: AbortSignal): Promise<Duplex> {
    const { stdin, purpose } = this.command;
    const query = { stream: true, stdin: stdin !== undefined, stdout: true, stderr: true };
    return this.on.engine.attach(this.#path('/attach'), { query, purpose, signal });
  }

  /**
   * Starts it.
   * @returns its exit code, once it has one
   */
  async start(signal: AbortSignal): Promise<{ exit: Promise<number> }> {
    const { engine } = this.on;
    const { purpose } = this.command;
    const early = !isOlder(await engine.apiVersion(signal), EARLY_WAIT);
    // Begun before the start, so that an end right after it is not missed.
    const begun = early ? await this.#wait('next-exit', signal) : undefined;
    begun?.exit.catch(() => undefined);
    await engine.json(this.#path('/start'), { method: 'POST', purpose, signal });
    return begun ?? { exit: this.#wait('not-running', signal).then(({ exit }) => exit) };
  }

  async #wait(condition: string, signal: AbortSignal): Promise<{ exit: Promise<number> }> {
    const { engine, node } = this.on;
    const { body } = await engine.stream(this.#path('/wait'), {
      method: 'POST',
      query: { condition },
      purpose: this.command.purpose,
      signal,
      // As long as it takes; who watches its output sees when nothing comes.
      ...{ timeout: Infinity, idle: Infinity },
    });
    const read = async (): Promise<number> => {
      let text = '';
      for await (const chunk of body.setEncoding('utf8') as AsyncIterable<string>) text += chunk;
      const { StatusCode, Error: failure } = exitSchema.parse(JSON.parse(text));
      if (failure?.Message === undefined) return StatusCode;
      throw ucpErrors.failed({
        message: `The engine on ${node} lost the container of ${this.command.version.title}: ${failure.Message}.`,
      });
    };
    return { exit: read() };
  }

  /** Ends and removes it, also when all else was cancelled. */
  async remove(): Promise<void> {
    if (this.#id === undefined) return;
    await remove(this.on.engine, `/containers/${this.#id}`, { force: true, v: true });
  }

  #path(what: string): string {
    return `/containers/${this.#id ?? PRODUCT_NAME}${what}`;
  }
}

/** The container that has the product's name now; undefined when there is none. */
export async function productContainer(
  { engine }: NodeEngine,
  signal: AbortSignal,
): Promise<InspectedContainer | undefined> {
  try {
    const request = { purpose: 'look whether a command of UCP is running', signal };
    return await engine.json(`/containers/${PRODUCT_NAME}/json`, request, containerSchema);
  } catch (error) {
    if (isStatus(error, 404)) return undefined;
    throw error;
  }
}

/** The run of ours that a container belongs to. */
export function runOf({ Config }: InspectedContainer): string | undefined {
  return Config.Labels?.[RUN_LABEL];
}

/** What has the name, since when and whose it is; never its options, which may hold a passphrase. */
export function busyText(node: string, found: InspectedContainer): string {
  const { Config, State, Created } = found;
  const command = /^[a-z][a-z-]{0,30}$/.exec(Config.Cmd?.[0] ?? '')?.[0] ?? 'an unknown command';
  const since = (State.Running === true ? State.StartedAt : Created) ?? 'an unknown time';
  const whose =
    runOf(found) === undefined
      ? 'It was not started by Cluster Backup.'
      : 'It belongs to another run of Cluster Backup.';
  const state = State.Running === true ? 'runs' : `is left (${State.Status ?? 'not running'})`;
  return `On ${node} a container "${PRODUCT_NAME}" with ${command} of ${Config.Image ?? 'an unknown image'} ${state} since ${since}, and only one can be there at a time. ${whose}`;
}
