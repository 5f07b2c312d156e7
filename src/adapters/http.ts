import { Transform } from 'node:stream';
import type { Readable } from 'node:stream';
import type { Dispatcher, Pool } from 'undici';
import { throwIfCancelled } from '../core/errors';
import { RememberingConnector } from './connector';
import { connectionError, httpErrors } from './httpErrors';
import type { Occasion } from './httpErrors';
import { retryAfter, withRetries } from './retry';

/** TLS of one cluster; never the process-wide settings. */
export interface TlsSettings {
  /** PEM; replaces the system's CAs when given. */
  ca?: string[];
  cert?: string;
  key?: string;
  servername?: string;
  rejectUnauthorized: boolean;
}

export interface HttpSettings {
  /** Scheme, host and port. */
  origin: string;
  /** A unix socket that is connected to instead of the origin's host. */
  socketPath?: string;
  /** Put before every path; without a trailing slash. */
  pathPrefix: string;
  /** Sent with every request. */
  headers: Record<string, string>;
  tls?: TlsSettings;
  /** Milliseconds: to connect, to the first byte of an answer, between two pieces of a body. */
  timeouts: { connect: number; headers: number; idle: number };
  /** At the same time, at most. Default: 6. */
  connections?: number;
  /** For messages, e.g. `Consul "prod" at https://10.0.0.1:8501`. */
  where: string;
}

export interface HttpRequest {
  path: string;
  /** Undefined values are left out; `''` gives a bare name. */
  query?: Record<string, string | undefined>;
  /** Statuses of 300 and above that are an answer here, not a failure. */
  accept?: readonly number[];
  /** Besides those of the settings. */
  headers?: Readonly<Record<string, string>>;
  /** Milliseconds; instead of the settings' own. */
  headersTimeout?: number;
  signal: AbortSignal;
}

export interface HttpReply {
  status: number;
  headers: Readonly<Record<string, string>>;
  /** Fails with `http.cut` or `http.stalled`; destroying it ends the request. */
  body: Readable;
}

/** An answer that was read whole. */
export type HttpText = Omit<HttpReply, 'body'> & { text: string };

/** A status that was not asked for. Adapters turn it into an error of their own area. */
export class HttpStatusError extends Error {
  override readonly name = 'HttpStatusError';
  constructor(
    readonly status: number,
    readonly headers: Readonly<Record<string, string>>,
    /** The beginning of the answer. */
    readonly text: string,
  ) {
    super(`HTTP status ${status}`);
  }
}

/** What is sent, once. */
export interface HttpUpload extends HttpRequest {
  /** Default: PUT. */
  method?: 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  body: Readable;
  /** Bytes of the body, where known. */
  size?: number | undefined;
  contentType: string;
  /** Told of the bytes given to the connection, and when they are all. */
  told?: (bytes: number, whole: boolean) => void;
}

interface Line {
  pool: Pool;
  connector: RememberingConnector;
}

/** How much of a failure's text is read, and of a small answer. */
const FAILURE_BYTES = 64 * 1024;
const SMALL_BYTES = 64 * 1024 * 1024;
const CONNECTIONS = 6;
/** Statuses that may pass by themselves. */
const PASSING = [429, 502, 503, 504];

/** Talks to one server. Follows no redirect, and repeats only what changes nothing. */
export class HttpClient {
  #line: Promise<Line> | undefined;

  constructor(private readonly settings: HttpSettings) {}

  /**
   * Sends a GET, again if need be, and resolves with the first byte of the answer.
   *
   * @throws HttpStatusError for statuses not accepted; `http.*`; `core.cancelled`
   */
  get(request: HttpRequest): Promise<HttpReply> {
    return withRetries(() => this.#getOnce(request), this.#judge, request.signal);
  }

  /** As `get`, with the whole answer as text; for answers that fit into memory. */
  getText(request: HttpRequest): Promise<HttpText> {
    const once = async () => {
      const { body, ...head } = await this.#getOnce(request);
      return { ...head, text: await this.#read(body, SMALL_BYTES) };
    };
    return withRetries(once, this.#judge, request.signal);
  }

  /**
   * Sends a body once, on a connection of its own, and never again by itself. When the body fails, the request is cut
   * off, so that the server never has a whole one.
   *
   * @throws what made the body fail; HttpStatusError; `http.*`; `core.cancelled`
   */
  async put(request: HttpUpload): Promise<HttpText> {
    const { body, size } = request;
    let sent = 0;
    const outgoing = new Transform({
      highWaterMark: 256 * 1024,
      transform(chunk: Buffer, _encoding, done) {
        sent += chunk.length;
        request.told?.(sent, false);
        done(null, chunk);
      },
      flush(done) {
        request.told?.(sent, true);
        done();
      },
    });
    let failure: { error: unknown } | undefined;
    body.on('error', (error) => {
      // A connection that failed ends the body too; that is no failure of the body.
      if (!outgoing.destroyed) failure = { error };
      outgoing.destroy(error);
    });
    outgoing.on('error', () => body.destroy());
    // A connection kept alive may be closed by the server just as the body is sent.
    const line = await this.#open(1);
    try {
      body.pipe(outgoing);
      const reply = await this.#send(line, request, {
        method: request.method ?? 'PUT',
        headers: {
          'content-type': request.contentType,
          ...(size === undefined ? {} : { 'content-length': String(size) }),
        },
        body: outgoing,
      });
      const limit = reply.status < 300 ? SMALL_BYTES : FAILURE_BYTES;
      const text = await this.#read(reply.body, limit);
      this.#refuse(request, reply, text);
      return { status: reply.status, headers: reply.headers, text };
    } catch (error) {
      throwIfCancelled(request.signal);
      throw failure === undefined ? error : failure.error;
    } finally {
      body.destroy();
      outgoing.destroy();
      await line.pool.destroy();
    }
  }

  /** Ends what still runs and lets go of the connections. */
  async close(): Promise<void> {
    const line = this.#line;
    this.#line = undefined;
    await (await line)?.pool.destroy();
  }

  async #getOnce(request: HttpRequest): Promise<HttpReply> {
    this.#line ??= this.#open(this.settings.connections ?? CONNECTIONS);
    const reply = await this.#send(await this.#line, request, { method: 'GET' });
    const { status } = reply;
    if (status < 300 || request.accept?.includes(status)) return reply;
    this.#refuse(request, reply, await this.#read(reply.body, FAILURE_BYTES));
    return reply;
  }

  async #send(
    { pool, connector }: Line,
    request: HttpRequest,
    options: Pick<Dispatcher.RequestOptions, 'method' | 'body'> & {
      headers?: Record<string, string>;
    },
  ): Promise<HttpReply> {
    throwIfCancelled(request.signal);
    const { settings } = this;
    const timeouts = {
      ...settings.timeouts,
      headers: request.headersTimeout ?? settings.timeouts.headers,
    };
    const occasion: Occasion = { where: settings.where, signal: request.signal, timeouts };
    try {
      const reply = await pool.request({
        ...options,
        path: settings.pathPrefix + request.path + queryText(request.query ?? {}),
        headers: { ...settings.headers, ...request.headers, ...options.headers },
        headersTimeout: timeouts.headers,
        bodyTimeout: timeouts.idle,
        signal: request.signal,
      });
      return {
        status: reply.statusCode,
        headers: flat(reply.headers),
        body: guarded(reply.body, occasion, connector),
      };
    } catch (error) {
      throw connectionError(connector.causeOf(error), occasion);
    }
  }

  #refuse(request: HttpRequest, reply: Omit<HttpReply, 'body'>, text: string): void {
    const { status, headers } = reply;
    if (status < 300 || request.accept?.includes(status)) return;
    if (status < 400) {
      throw httpErrors.redirected({
        message: `${this.settings.where} redirects (status ${status}) to ${originOf(headers['location'])}.`,
      });
    }
    throw new HttpStatusError(status, headers, text);
  }

  readonly #judge = (error: unknown) => {
    if (error instanceof HttpStatusError) {
      return PASSING.includes(error.status)
        ? { after: retryAfter(error.headers['retry-after'], Date.now()) }
        : undefined;
    }
    const code = (error as { code?: unknown }).code;
    return code === 'http.reset' || code === 'http.cut' ? {} : undefined;
  };

  async #open(connections: number): Promise<Line> {
    const undici = await import('./undici');
    const { origin, socketPath, tls, timeouts } = this.settings;
    const connector = new RememberingConnector(undici, {
      timeout: timeouts.connect,
      ...(socketPath === undefined ? {} : { socketPath }),
      ...tls,
    });
    const { connect } = connector;
    const pool = new undici.Pool(origin, { connections, allowH2: false, pipelining: 1, connect });
    return { pool, connector };
  }

  async #read(body: Readable, limit: number): Promise<string> {
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > limit) {
        throw httpErrors.tooLarge({
          message: `${this.settings.where} answers a small question with over ${limit} bytes.`,
        });
      }
    }
    return Buffer.concat(chunks).toString('utf8');
  }
}

/** The body with errors of ours. Undici's body ends by itself on silence, on a cut and on the signal. */
function guarded(body: Readable, occasion: Occasion, connector: RememberingConnector): Readable {
  let received = 0;
  const out = new Transform({
    highWaterMark: 256 * 1024,
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length;
      done(null, chunk);
    },
    destroy(error, done) {
      body.destroy();
      done(error);
    },
  });
  body.on('error', (error) => {
    out.destroy(connectionError(connector.causeOf(error), { ...occasion, received }));
  });
  body.pipe(out);
  return out;
}

function flat(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const pairs = Object.entries(headers).map(([name, value]) => [
    name.toLowerCase(),
    Array.isArray(value) ? value.join(', ') : (value ?? ''),
  ]);
  return Object.fromEntries(pairs) as Record<string, string>;
}

function queryText(query: Record<string, string | undefined>): string {
  const parts = Object.entries(query).flatMap(([name, value]) => {
    if (value === undefined) return [];
    return value === '' ? [name] : [`${name}=${encodeURIComponent(value)}`];
  });
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

function originOf(location: string | undefined): string {
  if (location === undefined) return 'nowhere';
  return URL.canParse(location) ? new URL(location).origin : 'another path';
}
