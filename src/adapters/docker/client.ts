import type { IncomingMessage } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import type Dockerode from 'dockerode';
import type * as z from 'zod';
import { isClusterBackupError, throwIfCancelled } from '../../core/errors';
import { AnswerBody } from './answerBody';
import type { DockerEngine, EngineReply, EngineRequest } from './engine';
import { EngineStatusError, dockerErrors, engineFailure } from './errors';
import { parseExact, stringifyExact } from './exactJson';
import { hostText } from './host';
import { EngineLink } from './link';
import type { EngineTarget, Environment } from './target';
import { watchUpload } from './upload';
import { flat, engineWords, isOlder, withQuery } from './wire';

/** The newest API we know; its paths and bodies are the same back to the oldest. */
const NEWEST_API = '1.44';
/** Docker 1.13: the first with all that is asked here. */
const OLDEST_API = '1.25';
const FAILURE_BYTES = 64 * 1024;
const ANSWER_BYTES = 256 * 1024 * 1024;

type Modem = Dockerode['modem'];
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

  attach(_: string, request: EngineRequest): Promise<Duplex> {
    return Promise.reject(
      dockerErrors.badAnswer({ message: `Not there yet: ${request.purpose}.` }),
    );
  }

  async close(): Promise<void> {
    const open = this.#modem;
    this.#modem = undefined;
    (await open)?.link.destroy();
  }

  async #ask(path: string, request: EngineRequest, sent?: Sent): Promise<EngineReply> {
    const { purpose, signal } = request;
    const answer = await this.#begin(path, request, sent).catch((error: unknown) => {
      // A connection that was kept may have been closed just then; what changes nothing is asked once more.
      const changesNothing =
        sent === undefined && ['GET', 'HEAD'].includes(request.method ?? 'GET');
      if (changesNothing && isCode(error, 'docker.reset')) return this.#begin(path, request, sent);
      throw error;
    });
    const { message, stop } = answer;
    const { timeouts } = this.target;
    const occasion = (received?: number) => ({
      where: this.#name,
      signal,
      timeouts,
      ...(received === undefined ? {} : { received }),
    });
    const body = new AnswerBody(message, {
      idle: timeouts.idle,
      broken: (cause, received) => engineFailure(cause, occasion(received), purpose),
      silent: (received) =>
        dockerErrors.stalled({
          message: `${this.#name} fell silent for ${timeouts.idle / 1000} seconds after ${received} bytes. This was to ${purpose}.`,
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
    this.#modem ??= this.#open();
    const { modem } = await this.#modem;
    throwIfCancelled(signal);
    const inner = new AbortController();
    let failure: Error | undefined;
    const fail = (error: Error): void => {
      failure ??= error;
      inner.abort();
    };
    const cancel = (): void => inner.abort();
    signal.addEventListener('abort', cancel, { once: true });
    const limit =
      request.timeout === undefined ? this.target.timeouts.headers : request.timeout * 1000;
    let timer: NodeJS.Timeout | undefined;
    const awaitAnswer = (): void => {
      timer = setTimeout(() => {
        const message = `${this.#name} took the request but did not answer within ${limit / 1000} seconds. This was to ${purpose}.`;
        fail(dockerErrors.timeout({ message }));
      }, limit);
    };
    const { idle } = this.target.timeouts;
    const upload =
      sent !== undefined && 'stream' in sent
        ? watchUpload(sent.stream, {
            idle,
            sent: awaitAnswer,
            silent: (bytes) => {
              const message = `${this.#name} took nothing more for ${idle / 1000} seconds after ${bytes} bytes. This was to ${purpose}.`;
              fail(dockerErrors.stalled({ message }));
            },
            failed: (error) => fail(error instanceof Error ? error : new Error(String(error))),
          })
        : undefined;
    if (upload === undefined) awaitAnswer();
    const stop = (): void => {
      signal.removeEventListener('abort', cancel);
      clearTimeout(timer);
      upload?.end();
      inner.abort();
    };
    const file = upload?.body ?? (sent !== undefined && 'json' in sent ? sent.json : undefined);
    const contentType = upload === undefined ? 'application/json' : 'application/x-tar';
    try {
      const message = await dial(modem, {
        path: withQuery(path, request.query),
        method: request.method ?? 'GET',
        headers: {
          Host: this.#hostHeader(),
          'User-Agent': 'cluster-backup',
          ...(file === undefined ? {} : { 'Content-Type': contentType }),
          ...request.headers,
        },
        ...(file === undefined ? {} : { file }),
        isStream: true,
        statusCodes: EVERY_STATUS,
        abortSignal: inner.signal,
      });
      clearTimeout(timer);
      return { message, stop };
    } catch (error) {
      stop();
      throwIfCancelled(signal);
      const occasion = { where: this.#name, signal, timeouts: this.target.timeouts };
      throw failure ?? engineFailure(error, occasion, purpose);
    }
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

  // A proxy before an engine looks at it; an engine behind a socket does not.
  #hostHeader(): string {
    const { host, tls } = this.target;
    return host.kind === 'tcp'
      ? hostText(host, tls !== undefined).slice('tcp://'.length)
      : 'docker';
  }

  async #open(): Promise<{ modem: Modem; link: EngineLink }> {
    const { newModem } = await import('./modem');
    const { Dockerode } = await import('../dockerode');
    const link = new EngineLink(this.target, this.env);
    return { modem: newModem(Dockerode, link), link };
  }
}

// Every status is an answer to the modem: it would read a failure's text without a limit.
const EVERY_STATUS = Object.fromEntries(
  Array.from({ length: 500 }, (_, index) => [index + 100, true]),
);

function dial(modem: Modem, options: Parameters<Modem['dial']>[0]): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    modem.dial(options, (error, result) => {
      if (error === null) resolve(result as IncomingMessage);
      else reject(error);
    });
  });
}

function isCode(error: unknown, code: string): boolean {
  return isClusterBackupError(error) && error.code === code;
}
