import { setMaxListeners } from 'node:events';
import { Readable } from 'node:stream';
import type * as z from 'zod';
import type { ClusterBackupError, ErrorOccurrence } from '../core/errors';
import { redact } from '../core/redact';
import { HttpClient, HttpStatusError } from './http';
import type { HttpReply, HttpSettings } from './http';
import { retryAfter, withRetries } from './retry';
import type { TokenKeeper } from './tokens';

type Make = (occurrence: ErrorOccurrence) => ClusterBackupError;

/** A system's own errors for what its API answers. */
export interface ApiErrors {
  /** 401 and 403. */
  denied: Make;
  /** 404. */
  unknown: Make;
  /** 429, after it was waited for. */
  limited: Make;
  /** Any other status of 400 to 499. */
  refused: Make;
  /** 500 and above. */
  failed: Make;
  /** HTML, or JSON of another form: the address of something else. */
  notApi: Make;
}

export interface JsonApiTarget {
  http: HttpSettings;
  errors: ApiErrors;
  /** The product's own words in the text of a failure; undefined where they are not found. */
  words(text: string): string | undefined;
  /** Who we are, for messages: `"admin"`. */
  who: string;
  /** Says who we are with each request; without it the API needs no login. */
  login?: {
    tokens: TokenKeeper;
    header(token: string): Readonly<Record<string, string>>;
  };
  /** Never in a message. */
  secrets: readonly string[];
}

export interface ApiQuestion {
  /** With its query, encoded. */
  path: string;
  /** For messages: "list its backups". */
  purpose: string;
  signal: AbortSignal;
  /** Asked without logging in. */
  open?: boolean;
}

export interface ApiCommand extends ApiQuestion {
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Sent as JSON, also with DELETE. */
  body?: unknown;
  /** In the body, and never in a message. */
  secrets?: readonly string[];
  /** Statuses besides 429 at which nothing was done, so that it may be asked again. */
  again?: readonly number[];
}

/**
 * A JSON API of a platform: logs in, renews the token once where it runs out in the middle, honours `Retry-After`,
 * parses what comes, and turns refusals into errors of the system's own area. Errors carry the status as their cause.
 */
export class JsonApi {
  readonly where: string;
  readonly #http: HttpClient;
  readonly #secrets: string[];

  constructor(private readonly target: JsonApiTarget) {
    this.where = target.http.where;
    this.#http = new HttpClient(target.http);
    this.#secrets = [...target.secrets];
  }

  /** Asks what changes nothing: repeated where the failure may pass. @throws the system's `ApiErrors`, `http.*` */
  async get<T extends z.ZodType>(question: ApiQuestion, schema: T): Promise<z.infer<T>> {
    const { path, signal } = question;
    const text = await this.#authorised(question, async (headers) => {
      const reply = await this.#http.getText({ path, headers, signal });
      return reply.text;
    });
    return this.#parse(text, schema, question);
  }

  /** The same, as a stream: a log that is still being written. @throws as `get` */
  stream(question: ApiQuestion): Promise<HttpReply> {
    const { path, signal } = question;
    return this.#authorised(question, (headers) => this.#http.get({ path, headers, signal }));
  }

  /**
   * Asks for something to be done, once: only a refusal for haste (429) is repeated.
   *
   * @returns what it answers; undefined where that is empty
   * @throws as `get`
   */
  async send<T extends z.ZodType>(command: ApiCommand, schema: T): Promise<z.infer<T> | undefined> {
    const { method, path, body, signal, again = [], secrets = [] } = command;
    this.#secrets.push(...secrets.filter((secret) => !this.#secrets.includes(secret)));
    const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const once = (headers: Readonly<Record<string, string>>) =>
      withRetries(
        async () => {
          const reply = await this.#http.put({
            method,
            path,
            headers,
            // An empty body has a length too: some proxies drop one that has none.
            body: Readable.from(bytes === undefined ? [] : [bytes]),
            size: bytes?.length ?? 0,
            contentType: 'application/json',
            signal,
          });
          return reply.text;
        },
        (error) =>
          error instanceof HttpStatusError && [429, ...again].includes(error.status)
            ? { after: retryAfter(error.headers['retry-after'], Date.now()) }
            : undefined,
        signal,
      );
    const text = await this.#authorised(command, once);
    return text.trim() === '' ? undefined : this.#parse(text, schema, command);
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  async #authorised<T>(
    question: ApiQuestion,
    ask: (headers: Readonly<Record<string, string>>) => Promise<T>,
  ): Promise<T> {
    const login = question.open === true ? undefined : this.target.login;
    // Many questions at once listen to the same signal, and each lets go of it again: no leak to be warned of.
    setMaxListeners(0, question.signal);
    try {
      if (login === undefined) return await ask({});
      const token = await this.#token(question.signal);
      try {
        return await ask(login.header(token));
      } catch (error) {
        if (!isStatusError(error, 401)) throw error;
        await login.tokens.drop(token);
      }
      return await ask(login.header(await this.#token(question.signal)));
    } catch (error) {
      throw this.#told(error, question);
    }
  }

  async #token(signal: AbortSignal): Promise<string> {
    const token = (await this.target.login?.tokens.get(signal)) ?? '';
    if (!this.#secrets.includes(token)) this.#secrets.push(token);
    return token;
  }

  #parse<T extends z.ZodType>(text: string, schema: T, { purpose }: ApiQuestion): z.infer<T> {
    const notApi = (what: string, cause: unknown) =>
      this.target.errors.notApi({
        message: `${this.where} answers with ${what} where it was asked to ${purpose}.`,
        cause,
      });
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (cause) {
      throw notApi(isPage(text) ? 'a page of HTML' : 'what is no JSON', cause);
    }
    const parsed = schema.safeParse(value);
    if (!parsed.success) throw notApi('JSON of another form', parsed.error);
    return parsed.data;
  }

  /** A status that says no, as one of the system's errors; others pass. */
  #told(error: unknown, { purpose }: ApiQuestion): unknown {
    if (!(error instanceof HttpStatusError)) return error;
    const { errors, who } = this.target;
    const { status } = error;
    const said = `status ${status}: ${this.#words(error)}`;
    const as = (make: Make, message: string) => make({ message, cause: error });
    if (status === 401 || status === 403) {
      const why = status === 401 ? 'is not logged in there' : 'may not do that';
      return as(errors.denied, `${this.where} refused to ${purpose}: ${who} ${why} (${said}).`);
    }
    if (status === 404) {
      return as(
        errors.unknown,
        `${this.where} was to ${purpose} and knows nothing of it (${said}).`,
      );
    }
    if (status === 429) {
      const after = error.headers['retry-after'];
      const when = after === undefined ? '' : ` It asks to wait ${after} seconds.`;
      return as(
        errors.limited,
        `${this.where} limits how often it answers, and did not ${purpose} (${said}).${when}`,
      );
    }
    if (status < 500) return as(errors.refused, `${this.where} refused to ${purpose} (${said}).`);
    return as(errors.failed, `${this.where} failed to ${purpose} (${said}).`);
  }

  /** What the product said, on one line, without our secrets; never a page of HTML. */
  #words({ text }: HttpStatusError): string {
    const said = isPage(text) ? 'a page of HTML' : (this.target.words(text) ?? text);
    const line = said.replace(/\s+/g, ' ').trim();
    return redact(line === '' ? 'no text' : line, this.#secrets).slice(0, 300);
  }
}

function isPage(text: string): boolean {
  return /^\s*</.test(text);
}

/** Whether a failure is the product's answer with that status. */
export function isStatus(error: unknown, status: number): boolean {
  return (
    error instanceof Error && (isStatusError(error, status) || isStatusError(error.cause, status))
  );
}

function isStatusError(error: unknown, status: number): boolean {
  return error instanceof HttpStatusError && error.status === status;
}
