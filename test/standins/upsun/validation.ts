import type { Document, OpenAPIBackend, Operation } from 'openapi-backend';
import * as z from 'zod';
import { description } from './description';
import { usableVendors, vendorsDescription } from './vendors';

export interface Received {
  method: string;
  /** With its query. */
  path: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: string;
}

/** Says what is wrong with requests and replies, by one OpenAPI document. */
export class Judge {
  private constructor(
    /** Whose description it is, for messages. */
    readonly name: string,
    private readonly api: OpenAPIBackend,
    private readonly strangers: 'refused' | 'passed',
  ) {}

  /** @param strangers what becomes of requests and query parameters that the document does not know */
  static async from(name: string, document: unknown, strangers: 'refused' | 'passed') {
    const { OpenAPIBackend } = await import('openapi-backend');
    const api = new OpenAPIBackend({
      // Written out, as the library takes parts that are shared for references.
      definition: JSON.parse(JSON.stringify(document)) as Document,
      // Compiles what is asked for, when it is.
      quick: true,
      ajvOpts: { strict: false, allErrors: true, formats },
    });
    await api.init();
    return new Judge(name, api, strangers);
  }

  /** The operation a request is for; undefined where there is none of that path and method. */
  operation({ method, path }: Received): Operation | undefined {
    return this.api.router.matchOperation({ method, path, headers: {} });
  }

  /** What is wrong with a request. */
  request(received: Received): string[] {
    const operation = this.operation(received);
    if (operation === undefined) {
      return this.strangers === 'passed' ? [] : ['there is no such operation'];
    }
    const [path = ''] = received.path.split('?');
    const { headers, body } = received;
    const wrong = this.api.validator.validateRequest(
      {
        method: received.method,
        path,
        headers: headers as Record<string, string>,
        query: this.query(received.path, operation),
        body: content(headers, body),
      },
      operation,
    ).errors;
    const problems = (wrong ?? []).map(
      ({ instancePath, message = '', params }) =>
        `${instancePath} ${message} ${JSON.stringify(params)}`,
    );
    if (operation.requestBody === undefined && body.trim() !== '') {
      problems.push('it takes no body');
    }
    return problems;
  }

  /** What is wrong with a reply to it. */
  reply(received: Received, status: number, value: unknown): string[] {
    const operation = this.operation(received);
    if (operation === undefined) return [];
    // A single `default` stands for what is answered when all goes well.
    if (status >= 400 && 'default' in (operation.responses ?? {})) return [];
    const wrong = this.api.validator.validateResponse(value, operation, status).errors;
    return (wrong ?? []).map(
      ({ instancePath, message = '', params }) =>
        `${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  }

  /** As the library wants it: by name, `filter[x][op]` under `filter[x]`, repeated ones as arrays. */
  private query(path: string, operation: Operation): Record<string, string | string[]> {
    const query: Record<string, unknown> = {};
    const declared = new Set(
      (operation.parameters ?? []).map((parameter) => ('name' in parameter ? parameter.name : '')),
    );
    const asked = new URLSearchParams(path.split('?')[1] ?? '');
    for (const name of new Set(asked.keys())) {
      const [, outer, inner] = /^(.+\])\[(\w+)\]$/.exec(name) ?? [];
      if (outer !== undefined && inner !== undefined) {
        query[outer] = { ...(query[outer] as object), [inner]: asked.get(name) };
      } else if (this.strangers === 'refused' || declared.has(name)) {
        const values = asked.getAll(name);
        query[name] = values.length > 1 ? values : values[0];
      }
    }
    return query as Record<string, string | string[]>;
  }
}

let shared: Promise<Judge[]> | undefined;

/** The same, compiled once for all stand-ins of a process. */
export const sharedJudges = (): Promise<Judge[]> => (shared ??= judges());

/** What the parts of this project are held to: always its own description, and the vendor's where it is there. */
export async function judges(vendors = vendorsDescription()) {
  const own = await Judge.from("the project's own", description, 'refused');
  if (vendors === undefined) return [own];
  return [own, await Judge.from("the vendor's", usableVendors(vendors), 'passed')];
}

function content(headers: Received['headers'], body: string): string | object | undefined {
  const type = String(headers['content-type'] ?? '').split(';')[0];
  if (body === '') return undefined;
  if (type === 'application/json') return body;
  if (type === 'application/x-www-form-urlencoded') {
    return Object.fromEntries(new URLSearchParams(body));
  }
  return undefined;
}

const is = (schema: z.ZodType) => (value: string) => schema.safeParse(value).success;
const formats = {
  'date-time': is(z.iso.datetime({ offset: true })),
  email: is(z.email()),
  uri: is(z.url()),
  url: is(z.url()),
  uuid: is(z.uuid()),
  ulid: is(z.ulid()),
  float: true as const,
};
