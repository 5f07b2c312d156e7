import { Readable } from 'node:stream';
import type * as z from 'zod';
import type { ClusterBackupError } from '../../core/errors';
import { redact } from '../../core/redact';
import { HttpClient, HttpStatusError } from '../http';
import { retryAfter, withRetries } from '../retry';
import { ucpApiErrors } from './apiErrors';
import type { ApiTarget } from './apiTarget';
import {
  apiBackupSchema,
  apiBackupsSchema,
  createdSchema,
  errorWords,
  loginSchema,
  versionSchema,
} from './apiWire';
import type { ApiBackup, ApiBackupRequest } from './apiWire';

/** What is asked, for messages: "list its backups". */
interface Question {
  purpose: string;
  signal: AbortSignal;
}

type Headers = Readonly<Record<string, string>>;

/**
 * The HTTP API of UCP from 3.2 on, and of MKE (docker/docs ee/admin/backup/back-up-ucp.md). A token is held in memory
 * only, and got anew once where it runs out in the middle.
 */
export class UcpApi {
  readonly where: string;
  readonly #http: HttpClient;
  #token: Promise<string> | undefined;
  /** Never in a message. */
  readonly #secrets: string[] = [];

  constructor(private readonly target: ApiTarget) {
    this.where = target.http.where;
    this.#http = new HttpClient(target.http);
    if (target.login !== undefined) this.#secrets.push(target.login.password);
  }

  /** All backups it knows of. @throws `ucp.api*`, `ucp.notUcp`, `http.*` */
  async list(signal: AbortSignal): Promise<ApiBackup[]> {
    const question = { purpose: 'list its backups', signal };
    const text = await this.#get('/api/ucp/backups', question);
    return this.#parse(text, apiBackupsSchema, question);
  }

  /** One of them; undefined where it is not known. @throws `ucp.api*`, `ucp.notUcp`, `http.*` */
  async one(id: string, signal: AbortSignal): Promise<ApiBackup | undefined> {
    const question = { purpose: `say how backup ${id} is`, signal };
    const path = `/api/ucp/backup/${encodeURIComponent(id)}`;
    try {
      return this.#parse(await this.#get(path, question), apiBackupSchema, question);
    } catch (error) {
      if (isStatus(error, 404)) return undefined;
      throw error;
    }
  }

  /**
   * Asks for a backup, once: only a refusal for haste (429) is repeated.
   *
   * @returns its id, where the answer says so
   * @throws `ucp.apiRefused` with the words of the product, `ucp.api*`, `http.*`
   */
  async create(request: ApiBackupRequest, signal: AbortSignal): Promise<string | undefined> {
    const question = { purpose: 'make a backup', signal };
    if (request.passphrase !== undefined) this.#secrets.push(request.passphrase);
    const text = await this.#authorised(question, (headers) =>
      this.#post('/api/ucp/backup', request, headers, question, [429]),
    );
    return this.#parse(text, createdSchema, question);
  }

  /** The product's version; undefined where the answer is only about an engine. @throws as `list` */
  async version(signal: AbortSignal): Promise<string | undefined> {
    const question = { purpose: 'say which version it is', signal };
    const answer = this.#parse(await this.#get('/version', question), versionSchema, question);
    const component = answer.Components?.find(({ Name }) =>
      /universal control plane|mirantis kubernetes engine|^(ucp|mke)$/i.test(Name ?? ''),
    );
    const [, own] = /^(?:ucp|mke)\/(.+)$/.exec(answer.Version ?? '') ?? [];
    const [version] = /^\d+\.\d+\.\d+[\w.+-]*$/.exec(component?.Version ?? own ?? '') ?? [];
    return version;
  }

  close(): Promise<void> {
    this.#token = undefined;
    return this.#http.close();
  }

  #get(path: string, question: Question): Promise<string> {
    const { signal } = question;
    return this.#authorised(
      question,
      async (headers) => (await this.#http.getText({ path, headers, signal })).text,
    );
  }

  /** Asks as who we are. A token that has run out is got anew, once. */
  async #authorised<T>(question: Question, ask: (headers: Headers) => Promise<T>): Promise<T> {
    const held = await this.#logIn(question.signal);
    try {
      return await ask(held.headers);
    } catch (error) {
      if (held.token === undefined || !isStatusError(error, 401)) throw this.#told(error, question);
      if ((await this.#token?.catch(() => undefined)) === held.token) this.#token = undefined;
    }
    const { headers } = await this.#logIn(question.signal);
    try {
      return await ask(headers);
    } catch (error) {
      throw this.#told(error, question);
    }
  }

  async #logIn(signal: AbortSignal): Promise<{ token?: string; headers: Headers }> {
    const { login } = this.target;
    if (login === undefined) return { headers: {} };
    const asked = (this.#token ??= this.#askToken(login, signal));
    try {
      const token = await asked;
      return { token, headers: { authorization: `Bearer ${token}` } };
    } catch (error) {
      if (this.#token === asked) this.#token = undefined;
      throw error;
    }
  }

  async #askToken(
    { user, password }: { user: string; password: string },
    signal: AbortSignal,
  ): Promise<string> {
    const question = { purpose: 'log in', signal };
    const body = { username: user, password };
    try {
      const text = await this.#post('/auth/login', body, {}, question, [429, 502, 503, 504]);
      const { auth_token: token } = this.#parse(text, loginSchema, question);
      this.#secrets.push(token);
      return token;
    } catch (error) {
      if (!(error instanceof HttpStatusError)) throw error;
      if (![400, 401, 403].includes(error.status)) throw this.#told(error, question);
      throw ucpApiErrors.apiLogin({
        message: `${this.where} does not let "${user}" in (status ${error.status}: ${this.#words(error)}).`,
        cause: error,
      });
    }
  }

  #post(
    path: string,
    body: object,
    headers: Headers,
    { signal }: Question,
    again: readonly number[],
  ): Promise<string> {
    const bytes = Buffer.from(JSON.stringify(body));
    const post = async () => {
      const { text } = await this.#http.put({
        method: 'POST',
        path,
        headers,
        body: Readable.from([bytes]),
        size: bytes.length,
        contentType: 'application/json',
        signal,
      });
      return text;
    };
    const judge = (error: unknown) =>
      error instanceof HttpStatusError && again.includes(error.status)
        ? { after: retryAfter(error.headers['retry-after'], Date.now()) }
        : undefined;
    return withRetries(post, judge, signal);
  }

  #parse<T extends z.ZodType>(text: string, schema: T, { purpose }: Question): z.infer<T> {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (cause) {
      const what = /^\s*</.test(text) ? 'a page of HTML' : 'what is no JSON';
      throw this.#notUcp(what, purpose, cause);
    }
    const parsed = schema.safeParse(value);
    if (!parsed.success) throw this.#notUcp('JSON of another form', purpose, parsed.error);
    return parsed.data;
  }

  #notUcp(what: string, purpose: string, cause: unknown): ClusterBackupError {
    return ucpApiErrors.notUcp({
      message: `${this.where} answers with ${what} where it was asked to ${purpose}.`,
      cause,
    });
  }

  /** A status that says no, as one of our errors; others pass. */
  #told(error: unknown, { purpose }: Question): unknown {
    if (!(error instanceof HttpStatusError)) return error;
    const { status } = error;
    const said = `status ${status}: ${this.#words(error)}`;
    const told = { cause: error };
    const who =
      this.target.login === undefined ? 'the client certificate' : `"${this.target.login.user}"`;
    if (status === 401 || status === 403) {
      const message = `${this.where} refused to ${purpose}: ${who} may not, or is not known there (${said}).`;
      return ucpApiErrors.apiDenied({ message, ...told });
    }
    if (status === 404) {
      const message = `${this.where} was to ${purpose} and knows nothing of that (${said}).`;
      return ucpApiErrors.apiTooOld({ message, ...told });
    }
    if (status === 429) {
      const message = `${this.where} limits how often it answers, and did not ${purpose} (${said}).`;
      return ucpApiErrors.apiLimited({ message, ...told });
    }
    if (status < 500) {
      const message = `${this.where} refused to ${purpose} (${said}).`;
      return ucpApiErrors.apiRefused({ message, ...told });
    }
    const message = `${this.where} failed to ${purpose} (${said}).`;
    return ucpApiErrors.apiFailed({ message, ...told });
  }

  /** What the product said, on one line, without our secrets; never a page of HTML. */
  #words({ text }: HttpStatusError): string {
    const said = /^\s*</.test(text) ? 'a page of HTML' : (errorWords(text) ?? text);
    const line = said.replace(/\s+/g, ' ').trim();
    return redact(line === '' ? 'no text' : line, this.#secrets).slice(0, 300);
  }
}

/** Whether a failure is the product's answer with that status. */
export function isStatus(error: unknown, status: number): boolean {
  return error instanceof Error && isStatusError(error.cause, status);
}

function isStatusError(error: unknown, status: number): error is HttpStatusError {
  return error instanceof HttpStatusError && error.status === status;
}
