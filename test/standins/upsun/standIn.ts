import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { Activities } from './activities';
import type { AnswerFault, UpsunRequest, UpsunStandIn, UpsunStandInOptions } from './contract';
import { listen } from './listen';
import { Logs } from './logs';
import { moment } from './make';
import { found, Platform } from './platform';
import { Refusal } from './refusal';
import { Replies } from './replies';
import { routes } from './routes';
import type { Reply } from './routes';
import { sample } from './sample';
import { AccessTokens } from './tokens';
import { sharedJudges } from './validation';
import type { Received } from './validation';

const TOKEN_LINE = 'POST /oauth2/token';

/** Starts a stand-in of Upsun's REST API and of its token service, each on a port of 127.0.0.1. */
export async function startUpsunStandIn(options: UpsunStandInOptions = {}): Promise<UpsunStandIn> {
  const { step = 10, tokenSeconds = 900, links = 'region', tls } = options;
  const apiToken = `stand-in-${randomUUID()}`;
  const user = makeUser();
  const { organizations, projects } =
    options.empty === true ? { organizations: [], projects: [] } : sample(user.id);
  const all = await sharedJudges();
  const tokens = new AccessTokens(apiToken, tokenSeconds);
  const logs = new Logs(options.logMissing ?? 1, options.logUnsealed ?? 1);
  const activities = new Activities(step);
  const requests: UpsunRequest[] = [];
  const violations: string[] = [];
  const open = new Set<ServerResponse>();
  let fault: { fault: AnswerFault; line: RegExp; left: number } | undefined;

  const api = await listen(tls, (request, response) => void serve(request, response, 'api'));
  const auth = await listen(tls, (request, response) => void serve(request, response, 'auth'));
  const [region, gateway] = {
    region: ['https://eu-2.platform.sh.invalid/api', 'https://api.upsun.com.invalid'],
    own: [api.address, api.address],
    relative: ['', ''],
  }[links] as [string, string];
  const platform = new Platform(projects, activities, 'Anna', options.manualLimit ?? Infinity);
  const replies = new Replies(platform, region, gateway);
  const answers = routes({ options, platform, replies, organizations, user });

  function faultFor(line: string): AnswerFault | undefined {
    if (fault === undefined || fault.left <= 0 || !fault.line.test(line)) return undefined;
    fault.left--;
    return fault.fault;
  }

  function judge(what: string, problems: (one: (typeof all)[number]) => string[]): string[] {
    const told = all.flatMap((one) =>
      problems(one).map((problem) => `${what}: ${problem.trim()} (by ${one.name} description)`),
    );
    violations.push(...told);
    return told;
  }

  async function serve(
    request: IncomingMessage,
    response: ServerResponse,
    place: 'api' | 'auth',
  ): Promise<void> {
    open.add(response);
    response.on('close', () => open.delete(response));
    try {
      const { method = 'GET', url = '/', headers } = request;
      const chunks: Buffer[] = [];
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
      const body = Buffer.concat(chunks).toString();
      // Regions have their API under /api, and the gateway takes both.
      const path = url.replace(/^\/api(?=\/)/, '');
      const line = `${method} ${path}`;
      requests.push({ line, headers, body });
      const received: Received = { method, path, headers, body };
      const wrong = judge(line, (one) => one.request(received));
      await answer(received, response, place, wrong, faultFor(line));
    } catch (error) {
      violations.push(`the stand-in itself failed: ${String(error)}`);
      response.destroy();
    }
  }

  async function answer(
    received: Received,
    response: ServerResponse,
    place: 'api' | 'auth',
    wrong: readonly string[],
    spoilt: AnswerFault | undefined,
  ): Promise<void> {
    if (spoilt?.kind === 'cut' && spoilt.when === 'before') return void response.destroy();
    if (spoilt?.kind === 'slow') await delay(spoilt.milliseconds);
    if (spoilt?.kind === 'tokenRunsOut') tokens.revoke();
    if (spoilt !== undefined && spoiltAnswer(spoilt, response)) return;
    let reply: Reply;
    try {
      const streamed = await replyTo(received, response, place, wrong);
      if (streamed === undefined) return;
      reply = streamed;
    } catch (error) {
      if (response.headersSent) return void response.destroy();
      reply = refusal(error);
    }
    const line = `${received.method} ${received.path}`;
    judge(`the reply to ${line}`, (one) => one.reply(received, reply.status, reply.value));
    const text = JSON.stringify(reply.value);
    response.writeHead(reply.status, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
    });
    if (spoilt?.kind !== 'cut') return void response.end(text);
    response.write(text.slice(0, text.length / 2), () => response.destroy());
  }

  async function replyTo(
    received: Received,
    response: ServerResponse,
    place: 'api' | 'auth',
    wrong: readonly string[],
  ): Promise<Reply | undefined> {
    const { method, path, headers, body } = received;
    const [bare = '', search = ''] = path.split('?');
    const isToken = `${method} ${bare}` === TOKEN_LINE;
    if (isToken !== (place === 'auth')) throw new Refusal(404, 'Not Found');
    if (isToken) {
      const value = tokens.exchange(headers['authorization'] as string, new URLSearchParams(body));
      return { status: 200, value };
    }
    tokens.check(headers['authorization'] as string | undefined);
    const operation = all[0]?.operation(received);
    if (operation?.operationId === undefined) throw new Refusal(404, 'Not Found');
    const params = parameters(operation.path, bare);
    const query = new URLSearchParams(search);
    if (operation.operationId === 'read-log') {
      const state = platform.project(params['projectId'] ?? '');
      const activity = found(state.activities.find(({ id }) => id === params['activityId']));
      const items = state.logs.get(activity.id) ?? [];
      await logs.send(activity, items, query, response, (sent) => {
        judge(`a line of the log of ${activity.id}`, (one) => one.reply(received, 200, sent));
      });
      return undefined;
    }
    if (wrong.length > 0) throw new Refusal(400, wrong.join('; '));
    const content: unknown = body === '' ? undefined : JSON.parse(body);
    return found(answers[operation.operationId])({ params, query, search, body: content });
  }

  const stateOf = (id = projects[0]?.project.id ?? '') => platform.project(id);
  const there = <T>(what: string, value: T | undefined): T => {
    if (value === undefined) throw new Error(`The stand-in has no ${what}`);
    return value;
  };

  return {
    apiAddress: api.address,
    authAddress: auth.address,
    apiToken,
    user,
    organizations,
    projects,
    project: stateOf,
    environment: (id, project) =>
      there(
        id,
        stateOf(project).environments.find((one) => one.id === id),
      ),
    backup: (id, project) =>
      there(
        id,
        stateOf(project).backups.find((one) => one.id === id),
      ),
    activity: (id, project) =>
      there(
        id,
        stateOf(project).activities.find((one) => one.id === id),
      ),
    faults: {
      answers: (next, { line = /^/, times = Infinity } = {}) => {
        fault = next === undefined ? undefined : { fault: next, line, left: times };
      },
      activities: (next, rule) => activities.spoil(next, rule),
      logs: (next) => void (logs.fault = next),
      clear: () => {
        fault = undefined;
        activities.spoil(undefined);
        logs.fault = undefined;
      },
    },
    requests,
    violations,
    heldTo: all.map(({ name }) => name),
    hold: (held) => activities.hold(held),
    idle: () => activities.idle(),
    stop: async () => {
      for (const response of open) response.destroy();
      await activities.stop();
      await Promise.all([api.close(), auth.close()]);
    },
  };
}

function spoiltAnswer(fault: AnswerFault, response: ServerResponse): boolean {
  if (fault.kind === 'answer') {
    response.writeHead(fault.status, fault.headers).end(fault.body ?? '');
  } else if (fault.kind === 'html') {
    response.writeHead(fault.status, { 'content-type': 'text/html' });
    response.end('<!DOCTYPE html><html><body><h1>Bad gateway</h1></body></html>');
  } else if (fault.kind === 'limited') {
    response.writeHead(429, { 'retry-after': String(fault.seconds) });
    response.end(JSON.stringify({ status: 'Too Many Requests', code: 429, message: 'Slow down.' }));
  } else {
    return false;
  }
  return true;
}

function refusal(error: unknown): Reply {
  const { status, message, body } =
    error instanceof Refusal ? error : new Refusal(500, String(error));
  return { status, value: body ?? { status: 'Error', code: status, message, detail: {} } };
}

/** What stands for the parts of a path in braces, decoded. */
function parameters(template: string, path: string): Record<string, string> {
  const given = path.split('/');
  const pairs = template.split('/').flatMap((part, index) => {
    const [, name] = /^\{(.+)\}$/.exec(part) ?? [];
    return name === undefined ? [] : [[name, decodeURIComponent(given[index] ?? '')] as const];
  });
  return Object.fromEntries(pairs);
}

function makeUser() {
  const at = moment(Date.UTC(2023, 5, 1));
  return {
    id: randomUUID(),
    deactivated: false,
    namespace: 'upsun',
    username: 'anna',
    email: 'anna@example.org',
    email_verified: true,
    first_name: 'Anna',
    last_name: 'Berger',
    picture: 'https://example.org/anna.png',
    company: 'Acme',
    website: 'https://example.org',
    country: 'AT',
    created_at: at,
    updated_at: at,
  };
}
