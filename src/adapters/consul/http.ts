import type * as z from 'zod';
import { isClusterBackupError } from '../../core/errors';
import type { ClusterBackupError } from '../../core/errors';
import { redact } from '../../core/redact';
import { HttpClient, HttpStatusError } from '../http';
import type { HttpReply, HttpRequest, HttpSettings, HttpUpload } from '../http';
import type { ConsulTarget } from './connection';
import { countItems } from './countItems';
import { consulErrors } from './errors';

/** What is asked of Consul, in a few words for messages: "back up", "list the tokens". */
interface Question {
  signal: AbortSignal;
  /** For the message when it fails, e.g. `make a snapshot`. */
  purpose: string;
  /** The ACL rule this needs, as one writes it in a policy. */
  needs?: string;
  query?: Record<string, string | undefined>;
  accept?: readonly number[];
  headersTimeout?: number;
}

/** How many items a list has, and what Consul says about the list. */
export interface ListCount {
  count: number;
  /** X-Consul-Index: when something of this list was last written. */
  index: number | undefined;
  /** Consul says that the token may not see all of it. */
  filtered: boolean;
}

/** Talks to one Consul: its headers, its datacenter, its errors. */
export class ConsulClient {
  readonly #http: HttpClient;
  readonly #secrets: string[];

  constructor(
    readonly target: ConsulTarget,
    settings: HttpSettings,
  ) {
    this.#secrets = Object.values(settings.headers);
    this.#http = new HttpClient(settings);
  }

  /** Asks for JSON and parses it. @throws `consul.*`, `http.*` */
  async json<T extends z.ZodType>(
    path: string,
    schema: T,
    question: Question,
  ): Promise<z.infer<T>> {
    const text = await this.#tell(question, async () => {
      return (await this.#http.getText(this.#request(path, question))).text;
    });
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      throw this.#notConsul(path, 'no JSON', error);
    }
    const parsed = schema.safeParse(value);
    if (!parsed.success) throw this.#notConsul(path, 'JSON of another form', parsed.error);
    return parsed.data;
  }

  /** Counts a list of any length without keeping it. @throws `consul.*`, `http.*` */
  async count(path: string, question: Question): Promise<ListCount> {
    const reply = await this.stream(path, { accept: [404], ...question });
    const index = Number(reply.headers['x-consul-index']);
    const count = await countItems(reply.body);
    if (count === undefined && reply.status !== 404) throw this.#notConsul(path, 'no list');
    return {
      count: reply.status === 404 ? 0 : (count ?? 0),
      index: Number.isFinite(index) && index > 0 ? index : undefined,
      filtered: reply.headers['x-consul-results-filtered-by-acls'] === 'true',
    };
  }

  /** Asks for a stream. Repeats the question, never a part of the answer. @throws `consul.*`, `http.*` */
  stream(path: string, question: Question): Promise<HttpReply> {
    return this.#tell(question, () => this.#http.get(this.#request(path, question)));
  }

  /**
   * Sends a snapshot once.
   *
   * @throws HttpStatusError, `http.*`, what made the stream fail
   */
  async sendSnapshot(upload: Pick<HttpUpload, 'body' | 'size' | 'told' | 'signal'>): Promise<void> {
    await this.#http.put({
      ...upload,
      path: '/v1/snapshot',
      query: { dc: this.target.datacenter },
      headersTimeout: this.target.timeouts.apply,
      contentType: 'application/octet-stream',
    });
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  /** A failure status in Consul's own words (a plain text), as one of our errors. */
  explain(failure: HttpStatusError, purpose: string, needs?: string): ClusterBackupError {
    const { where } = this.target;
    const said = this.words(failure);
    const cause = { cause: failure };
    if (/ACL not found/i.test(said)) {
      const message = `${where} does not know the token it was given, so it refused to ${purpose}.`;
      return consulErrors.tokenUnknown({ message, ...cause });
    }
    if (failure.status === 401 || failure.status === 403 || /Permission denied/i.test(said)) {
      const message = `${where} refused to ${purpose}: the token lacks ${needs ?? 'a permission'} (status ${failure.status}: ${said}).`;
      const next = needs === undefined ? {} : { next: `Use a token whose policy has ${needs}.` };
      return consulErrors.denied({ message, ...(needs?.startsWith('acl') ? {} : next), ...cause });
    }
    if (NO_LEADER.test(said)) {
      const message = `${where} could not ${purpose}: the cluster has no leader that answers (${said}).`;
      return consulErrors.noLeader({ message, ...cause });
    }
    if (/No path to datacenter/i.test(said)) {
      const message = `${where} knows no way to datacenter "${this.target.datacenter ?? ''}".`;
      return consulErrors.wrongDatacenter({ message, ...cause });
    }
    if (failure.status === 429) {
      const message = `${where} limits how often it answers, and did not ${purpose} (${said}).`;
      return consulErrors.rateLimited({ message, ...cause });
    }
    if (/HTTP request to an HTTPS server/i.test(said)) {
      const message = `${where} speaks HTTPS, and was asked without.`;
      const next = 'Begin the address with https://.';
      return consulErrors.notConsul({ message, next, ...cause });
    }
    if (failure.status < 500) {
      const message = `${where} does not answer like Consul (status ${failure.status}: ${said}).`;
      return consulErrors.notConsul({ message, ...cause });
    }
    const message = `${where} failed to ${purpose} (status ${failure.status}: ${said}).`;
    return consulErrors.serverError({ message, ...cause });
  }

  /** What the server said, short, on one line, without our secrets; never a page of HTML. */
  words(failure: HttpStatusError): string {
    const text = /^\s*</.test(failure.text) ? 'a page of HTML' : failure.text;
    const line = text.replace(/\s+/g, ' ').trim().slice(0, 300);
    return redact(line === '' ? 'no text' : line, this.#secrets);
  }

  #request(path: string, question: Question): HttpRequest {
    const { signal, accept, headersTimeout, query } = question;
    return {
      path,
      query: { dc: this.target.datacenter, ...query },
      signal,
      ...(accept === undefined ? {} : { accept }),
      ...(headersTimeout === undefined ? {} : { headersTimeout }),
    };
  }

  async #tell<T>(question: Question, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof HttpStatusError)) throw error;
      throw this.explain(error, question.purpose, question.needs);
    }
  }

  #notConsul(path: string, what: string, cause?: unknown): ClusterBackupError {
    const message = `${this.target.where} does not answer like Consul: ${path} gives ${what}.`;
    return consulErrors.notConsul({ message, cause });
  }
}

/** No leader, or one that is gone and not yet replaced: servers then pass on what they could not pass on. */
const NO_LEADER =
  /No cluster leader|dial tcp|rpc error getting client|leadership lost|not the leader/i;

/**
 * The answer, or undefined where the cluster does not give it to this token or does not have it.
 * Anything else that fails still fails.
 */
export async function unlessDenied<T>(
  answer: Promise<T>,
  denied?: (error: ClusterBackupError) => void,
): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (!isClusterBackupError(error) || !WITHHELD.has(error.code)) throw error;
    denied?.(error);
    return undefined;
  }
}

const WITHHELD = new Set([
  'consul.denied',
  'consul.tokenUnknown',
  'consul.noLeader',
  'consul.notConsul',
  'consul.serverError',
  'http.timeout',
]);
