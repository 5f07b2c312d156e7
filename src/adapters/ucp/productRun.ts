import { Readable } from 'node:stream';
import type { Duplex } from 'node:stream';
import { coreErrors, throwIfCancelled } from '../../core/errors';
import type { RunContext } from '../../core/ports';
import { Demultiplexer } from '../docker/demultiplex';
import { dockerErrors } from '../docker/errors';
import type { NodeEngine } from '../swarm/connections';
import type { UcpConnections } from './connections';
import { ucpErrors } from './errors';
import { ProductLog, phaseOf } from './output';
import type { LogLine } from './output';
import { runningParts } from './parts';
import { claimContainer, RunEnd } from './productEnd';
import { Silence } from './silence';
import type { UcpVersion } from './versions';

/** Milliseconds that a container may take to end once its output has. */
const ENDS_WITHIN = 60_000;

/** A command of the product, run in its own container on one manager. */
export interface ProductCommand {
  version: UcpVersion;
  /** `backup`, `restore`, `uninstall-ucp`. */
  command: string;
  /** Its options, without the command. */
  args: readonly string[];
  /** Streamed into its standard input, which ends with it. */
  stdin?: Readable;
  /** Further binds besides the engine's socket: `/var/log:/var/log`. */
  binds?: readonly string[];
  /** Masked in all that the product says. */
  secrets: readonly string[];
  /** For messages: "take a backup". */
  purpose: string;
  /** Seconds in which it may say and give nothing; the entry's `timeouts.silence` when left out. */
  silence?: number;
}

export interface ProductRun {
  /** Its standard output. Ends only after the product has ended well; fails with `ucp.*` or `docker.*` otherwise. */
  stdout: Readable;
  /**
   * Settles when the product has ended and its container is gone, with the last lines of its log. Rejects as `stdout`
   * does. Standard output has to be read meanwhile (`stdout.resume()` where nobody wants it).
   */
  done: Promise<{ log: readonly LogLine[] }>;
}

/**
 * Runs a command of the product on a manager. Whatever happens, its container is gone in the end, and the product's
 * containers that it had stopped run again; `connections.close()` waits for that.
 *
 * @throws `ucp.imageMissing`, `ucp.busy`, `docker.*`; what comes later fails the output
 */
export async function runProduct(
  connections: UcpConnections,
  on: NodeEngine,
  command: ProductCommand,
  context: RunContext,
): Promise<ProductRun> {
  const { signal, log } = context;
  throwIfCancelled(signal);
  const stops = command.command === 'backup' && command.version.stops;
  const parts = stops ? await runningParts(on.engine, signal) : [];
  const { container, journal } = await claimContainer(connections, on, command, context);
  const end = new RunEnd(on, container, journal, log);
  // The connection outlives a cancel until the container is gone: an input that breaks off would look like a whole one.
  const open = new AbortController();
  try {
    throwIfCancelled(signal);
    if (parts.length > 0) await journal.add(...parts);
    const connection = await container.attach(open.signal);
    connection.on('error', () => undefined);
    const { exit } = await container.start(open.signal);
    exit.catch(() => undefined);
    const following = new Following(connections, on, command, context, end, open);
    return following.begin(connection, exit);
  } catch (error) {
    await end.tidy();
    open.abort();
    throw error;
  }
}

/** One run on its way: whatever ends it, its container is gone before the output fails. */
class Following {
  #failure: Error | undefined;

  constructor(
    private readonly connections: UcpConnections,
    private readonly on: NodeEngine,
    private readonly command: ProductCommand,
    private readonly context: RunContext,
    private readonly end: RunEnd,
    private readonly open: AbortController,
  ) {}

  begin(connection: Duplex, exit: Promise<number>): ProductRun {
    const { command, context } = this;
    const { secrets, stdin, silence: given } = command;
    const log = new ProductLog(secrets, (line) => this.#tell(line));
    const output = new Demultiplexer(this.on.engine.where, (chunk) => log.push(chunk));
    const limit = given ?? this.connections.connection.timeouts.silence;
    const silence = new Silence(limit, connection, output, stdin !== undefined, () => {
      const said = log.lines.at(-1)?.message;
      this.#stop(
        ucpErrors.silent({
          message:
            `${this.#who()} said and gave nothing for ${limit} seconds, and was ended.${said === undefined ? '' : ` Its last words: ${said}`}`.replace(
              /[.\s]*$/,
              '.',
            ),
        }),
      );
    });
    const cancel = (): void => this.#stop(coreErrors.cancelled({ message: 'Cancelled.' }));
    context.signal.addEventListener('abort', cancel, { once: true });
    if (context.signal.aborted) cancel();
    connection.once('error', (error) => {
      output.destroy(error);
    });
    connection.pipe(output);
    if (stdin !== undefined) {
      feed(stdin, connection).catch((error: unknown) => this.#stop(asError(error)));
    }

    const follow = async (): Promise<void> => {
      const code = await this.#exitCode(exit);
      log.end();
      this.#judge(code, log);
      // Its containers run again before it counts as done.
      await this.end.tidy();
    };
    async function* bytes(): AsyncGenerator<Buffer> {
      yield* output as AsyncIterable<Buffer>;
      await follow();
    }
    const letGo = (): void => {
      silence.stop();
      context.signal.removeEventListener('abort', cancel);
      this.open.abort();
      stdin?.destroy();
    };
    const guarded = this.#guarded(bytes(), letGo);
    const stdout = Readable.from(guarded, { objectMode: false, highWaterMark: 1024 * 1024 });
    const done = new Promise<{ log: readonly LogLine[] }>((resolve, reject) => {
      stdout.once('end', () => resolve({ log: log.lines }));
      stdout.once('error', reject);
      stdout.once('close', () => {
        // Whoever reads no further wants none of it.
        cancel();
        void this.end.tidied.then(letGo);
        reject(this.#failure ?? coreErrors.cancelled({ message: 'Cancelled.' }));
      });
    });
    done.catch(() => undefined);
    this.connections.engines.keepFor(this.end.tidied);
    return { stdout, done };
  }

  /** Passes the first failure on, after all has been tidied up. */
  async *#guarded(source: AsyncGenerator<Buffer>, letGo: () => void): AsyncGenerator<Buffer> {
    try {
      yield* source;
    } catch (error) {
      this.#failure ??= asError(error);
    } finally {
      await this.end.tidy();
      letGo();
    }
    const { problems } = this.end;
    if (problems.length > 0) {
      const before = this.#failure === undefined ? '' : `${this.#failure.message} `;
      throw ucpErrors.notStarted({
        message: `${before}On ${this.on.node}, not all runs that ran before: ${problems.join('; ')}`,
        cause: this.#failure,
      });
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** The container first: only then may its input and output break off. */
  #stop(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    void this.end.tidy().then(() => this.open.abort());
  }

  async #exitCode(exit: Promise<number>): Promise<number> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), ENDS_WITHIN);
    });
    try {
      const code = await Promise.race([exit, late]);
      if (code !== undefined) return code;
      throw dockerErrors.cut({
        message: `The engine on ${this.on.node} ended the output of a container and does not say that it has ended. This was to ${this.command.purpose}.`,
      });
    } finally {
      clearTimeout(timer);
    }
  }

  #judge(code: number, log: ProductLog): void {
    if (code === 0 && log.fatal === undefined) return;
    const reason = log.reason?.replace(/[.\s]+$/, '') ?? 'it gives no reason';
    const what =
      code === 0
        ? 'ended as if all were well, but said that it could not go on'
        : `failed (exit code ${code})`;
    throw ucpErrors.failed({ message: `${this.#who()} ${what}: ${reason}.` });
  }

  #tell(line: LogLine): void {
    const { log, progress } = this.context;
    const text = `${this.command.version.title} on ${this.on.node}: ${line.message}`;
    if (line.level === 'debug' || line.level === 'info') log.debug(text);
    else if (line.level === 'warning') log.warn(text);
    else log.error(text);
    const phase = phaseOf(line);
    if (phase !== undefined) progress({ phase });
  }

  #who(): string {
    const { command, version } = this.command;
    return `The ${command} of ${version.title} on ${this.on.node}`;
  }
}

/** Gives it its input, and ends that only where the source did. */
async function feed(source: Readable, connection: Duplex): Promise<void> {
  for await (const chunk of source as AsyncIterable<Buffer>) {
    if (connection.destroyed) return;
    if (connection.write(chunk)) continue;
    await new Promise<void>((resolve) => {
      const go = (): void => {
        connection.off('drain', go).off('close', go);
        resolve();
      };
      connection.on('drain', go).on('close', go);
    });
  }
  connection.end();
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
