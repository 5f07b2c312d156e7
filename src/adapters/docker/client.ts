import type { IncomingMessage } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import type * as z from 'zod';
import { isClusterBackupError, throwIfCancelled } from '../../core/errors';
import type { Occasion } from '../httpErrors';
import { AnswerBody } from './answerBody';
import { AnswerWait } from './answerWait';
import { AttachedStream, upgrade } from './attach';
import type { DockerEngine, EngineReply, EngineRequest } from './engine';
import { EngineStatusError, dockerErrors, engineFailure } from './errors';
import { parseExact, stringifyExact } from './exactJson';
import { hostText } from './host';
import { EngineLink } from './link';
import { dial, newModem } from './modem';
import type { Modem } from './modem';
import type { EngineTarget, Environment } from './target';
import { watchUpload } from './upload';
import { flat, engineWords, isOlder, withQuery } from './wire';

/** The newest API we know; its paths and bodies are the same back to the oldest. */
const NEWEST_API = '1.44';
/** Docker 1.13: the first with all that is asked here. */
const OLDEST_API = '1.25';
const FAILURE_BYTES = 64 * 1024;
const ANSWER_BYTES = 256 * 1024 * 1024;

type Sent = { json: Buffer } | { stream: Readable };

/** Connects when it is first asked. */
export function openEngine(target: EngineTarget, env: Environment = process.env): DockerEngine {
  return new EngineClient(target, env);
}

class EngineClient implements DockerEngine {
  readonly where: string;
  readonly #name: string;
  #modem: Promise<{ modem: Modem; link: EngineLink }> | undefined;
  #version: string | undefined;

  constructor(
    private readonly target: EngineTarget,
    private readonly env: Environment,
  ) {
    this.where = target.where;
    this.#name = `Docker at ${target.where}`;
  }

  apiVersion(signal: AbortSignal): Promise<string> {
    return this.#negotiated({ purpose: 'learn which API it speaks', signal });
  }

  async #negotiated({ purpose, signal }: EngineRequest): Promise<string> {
    if (this.#version !== undefined) return this.#version;
    const { headers, body } = await this.#ask('/_ping', { purpose, signal });
    // Read to its end, so that the connection can be used again.
    await this.#read(body, FAILURE_BYTES, purpose);
    const theirs = headers['api-version'];
    if (theirs === undefined || !/^\d+\.\d+$/.test(theirs)) {
      throw dockerErrors.badAnswer({
        message: `What answers at ${this.where} does not say which Docker API it speaks: it is no Docker engine, or older than 1.25.`,
      });
    }
    if (isOlder(theirs, OLDEST_API)) {
      throw dockerErrors.apiTooOld({
        message: `The Docker engine at ${this.where} speaks API ${theirs}; ${OLDEST_API} or newer is needed.`,
      });
    }
    this.#version = isOlder(theirs, NEWEST_API) ? theirs : NEWEST_API;
    return this.#version;
  }

  async json<T>(path: string, request: EngineRequest, schema?: z.ZodType<T>): Promise<T> {
    const { body } = await this.stream(path, request);
    const text = await this.#read(body, ANSWER_BYTES, request.purpose);
    let value: unknown;
    try {
      value = text === '' ? undefined : parseExact(text);
    } catch (cause) {
      throw this.#badAnswer('what is no JSON', request.purpose, cause);
    }
    if (schema === undefined) return value as T;
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    const place = issue === undefined ? '' : ` (${issue.path.join('.')}: ${issue.message})`;
    throw this.#badAnswer(`something unforeseen${place}`, request.purpose, parsed.error);
  }

  async stream(path: string, request: EngineRequest): Promise<EngineReply> {
    const version = await this.#negotiated(request);
    const { body } = request;
    const sent = body === undefined ? undefined : { json: Buffer.from(stringifyExact(body)) };
    return this.#ask(`/v${version}${path}`, request, sent);
  }

  async send(path: string, body: Readable, request: EngineRequest): Promise<string> {
    try {
      const version = await this.#negotiated(request);
      const whole: EngineRequest = { method: 'PUT', ...request };
      const reply = await this.#ask(`/v${version}${path}`, whole, { stream: body });
      return await this.#read(reply.body, ANSWER_BYTES, request.purpose);
    } finally {
      body.destroy();
    }
  }

  async attach(path: string, request: EngineRequest): Promise<Duplex> {
    const version = await this.#negotiated(request);
    const { purpose, signal } = request;
    const { link } = await (this.#modem ??= this.#open());
    const wait = this.#wait(request);
    wait.begin();
    try {
      throwIfCancelled(signal);
      const answer = await upgrade({
        agent: link,
        path: withQuery(`/v${version}${path}`, request.query).replace(/&$/, ''),
        headers: { ...this.#headers(), ...request.headers },
        signal: wait.signal,
      });
      wait.answered();
      if ('message' in answer) {
        const { body } = await this.#reply(answer.message, () => wait.stop(), request);
        body.destroy();
        throw this.#badAnswer('no connection of both directions', purpose, undefined);
      }
      return new AttachedStream(answer.connection, answer.head, {
        broken: (cause, received) =>
          engineFailure(cause, this.#occasion(signal, received), purpose),
        ended: (received) => this.#stillThere(request, received),
        cancelled: signal,
        over: () => wait.stop(),
      });
    } catch (error) {
      wait.stop();
      throwIfCancelled(signal);
      throw wait.failure ?? engineFailure(error, this.#occasion(signal), purpose);
    }
  }

  /** An engine that dies ends a connection just as a container's end does: it is asked whether it is there. */
  async #stillThere({ purpose, signal }: EngineRequest, received: number): Promise<void> {
    try {
      const { body } = await this.#ask('/_ping', { purpose, signal });
      await this.#read(body, FAILURE_BYTES, purpose);
    } catch (cause) {
      throwIfCancelled(signal);
      throw dockerErrors.cut({
        message: `${this.#name} went away after ${received} bytes. This was to ${purpose}.`,
        cause,
      });
    }
  }

  async close(): Promise<void> {
    const open = this.#modem;
    this.#modem = undefined;
    (await open)?.link.destroy();
  }

  async #ask(path: string, request: EngineRequest, sent?: Sent): Promise<EngineReply> {
    const { message, stop } = await this.#begin(path, request, sent).catch((error: unknown) => {
      // A connection that was kept may have been closed just then; what changes nothing is asked once more.
      const changesNothing =
        sent === undefined && ['GET', 'HEAD'].includes(request.method ?? 'GET');
      if (changesNothing && isCode(error, 'docker.reset')) return this.#begin(path, request, sent);
      throw error;
    });
    return this.#reply(message, stop, request);
  }

  /** The answer, when it says yes. @throws `EngineStatusError` when it says no */
  async #reply(
    message: IncomingMessage,
    stop: () => void,
    { purpose, signal, idle: given }: EngineRequest,
  ): Promise<EngineReply> {
    const idle = given === undefined ? this.target.timeouts.idle : given * 1000;
    const body = new AnswerBody(message, {
      idle,
      broken: (cause, received) => engineFailure(cause, this.#occasion(signal, received), purpose),
      silent: (received) =>
        dockerErrors.stalled({
          message: `${this.#name} fell silent for ${idle / 1000} seconds after ${received} bytes. This was to ${purpose}.`,
        }),
      over: stop,
    });
    const status = message.statusCode ?? 0;
    if (status >= 200 && status < 300) return { status, headers: flat(message), body };
    const text = await this.#read(body, FAILURE_BYTES, purpose);
    const said = engineWords(text);
    throw new EngineStatusError(
      status,
      said,
      `${this.#name} says no (status ${status}): ${said === '' ? 'it gives no reason' : said}. This was to ${purpose}.`,
    );
  }

  /** Sends the request and resolves with the beginning of the answer; `stop` is to be called when all is over. */
  async #begin(
    path: string,
    request: EngineRequest,
    sent: Sent | undefined,
  ): Promise<{ message: IncomingMessage; stop: () => void }> {
    const { purpose, signal } = request;
    throwIfCancelled(signal);
    const { modem } = await (this.#modem ??= this.#open());
    throwIfCancelled(signal);
    const wait = this.#wait(request);
    const { idle } = this.target.timeouts;
    const upload =
      sent !== undefined && 'stream' in sent
        ? watchUpload(sent.stream, {
            idle,
            sent: wait.begin,
            silent: (bytes) => {
              const message = `${this.#name} took nothing more for ${idle / 1000} seconds after ${bytes} bytes. This was to ${purpose}.`;
              wait.fail(dockerErrors.stalled({ message }));
            },
            failed: (error) => wait.fail(error instanceof Error ? error : new Error(String(error))),
          })
        : undefined;
    if (upload === undefined) wait.begin();
    const stop = (): void => {
      upload?.end();
      wait.stop();
    };
    const file = upload?.body ?? (sent !== undefined && 'json' in sent ? sent.json : undefined);
    const contentType = upload === undefined ? 'application/json' : 'application/x-tar';
    try {
      const message = await dial(modem, {
        path: withQuery(path, request.query),
        method: request.method ?? 'GET',
        headers: {
          ...this.#headers(),
          ...(file === undefined ? {} : { 'Content-Type': contentType }),
          ...request.headers,
        },
        ...(file === undefined ? {} : { file }),
        abortSignal: wait.signal,
      });
      wait.answered();
      return { message, stop };
    } catch (error) {
      stop();
      throwIfCancelled(signal);
      throw wait.failure ?? engineFailure(error, this.#occasion(signal), purpose);
    }
  }

  #wait({ purpose, signal, timeout }: EngineRequest): AnswerWait {
    const limit = timeout === undefined ? this.target.timeouts.headers : timeout * 1000;
    return new AnswerWait(signal, limit, () =>
      dockerErrors.timeout({
        message: `${this.#name} took the request but did not answer within ${limit / 1000} seconds. This was to ${purpose}.`,
      }),
    );
  }

  #occasion(signal: AbortSignal, received?: number): Occasion {
    const { timeouts } = this.target;
    return { where: this.#name, signal, timeouts, ...(received === undefined ? {} : { received }) };
  }

  async #read(body: Readable, limit: number, purpose: string): Promise<string> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > limit) {
        body.destroy();
        throw this.#badAnswer(`more than ${limit / 1024} KiB`, purpose, undefined);
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  }

  #badAnswer(what: string, purpose: string, cause: unknown) {
    const message = `What answers at ${this.where} answers with ${what}. This was to ${purpose}.`;
    return dockerErrors.badAnswer({ message, cause });
  }

  // A proxy before an engine looks at the host; an engine behind a socket does not.
  #headers(): Record<string, string> {
    const { host, tls } = this.target;
    const isTcp = host.kind === 'tcp';
    return {
      Host: isTcp ? hostText(host, tls !== undefined).slice('tcp://'.length) : 'docker',
      'User-Agent': 'cluster-backup',
    };
  }

  async #open(): Promise<{ modem: Modem; link: EngineLink }> {
    const { Dockerode } = await import('../dockerode');
    const link = new EngineLink(this.target, this.env);
    return { modem: newModem(Dockerode, link), link };
  }
}

function isCode(error: unknown, code: string): boolean {
  return isClusterBackupError(error) && error.code === code;
}
