import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, isAbsolute, join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { setTimeout as delay } from 'node:timers/promises';
import type { RunningEngine } from '../../../src/sandbox/parts/dockerEngine';
import { makeEngineCertificates } from '../../../src/sandbox/parts/dockerTls';
import { silent } from '../../../src/sandbox/parts/log';
import { backUpToDisk } from './apiBackup';
import * as shapes from './apiShapes';

/** What goes wrong, from now on. */
export type ApiFault =
  /** Answers by itself. */
  | { kind: 'answer'; status: number; body?: string; headers?: Record<string, string> }
  /** A page of HTML, as of a proxy or a login form. */
  | { kind: 'html'; status: number }
  /** Breaks the connection: before anything is done, or once all is done and before the answer. */
  | { kind: 'cut'; when: 'before' | 'after' }
  /** Answers so many milliseconds later. */
  | { kind: 'slow'; milliseconds: number }
  /** Tokens given so far are not known any more. */
  | { kind: 'tokenRunsOut' };

/** What becomes of backups that are begun from now on. */
export type BackupFault =
  | { kind: 'fails'; shortError: string }
  /** Stays `IN_PROGRESS` for ever. */
  | { kind: 'stuck' };

export interface ApiServerOptions {
  /** For its certificates. */
  folder: string;
  /** Default: 3.2.5. Before 3.2 there are no backups over HTTP. */
  version?: string;
  /** A manager on which the stand-in is installed: backups are really made there. Without one a file is copied. */
  engine?: RunningEngine;
  /** File that is put where a backup would be, without an engine. */
  content?: string;
  /** What it calls the manager; default: the engine's host name. */
  node?: string;
}

export interface UcpApiServer {
  readonly address: string;
  readonly caFile: string;
  /** An authority that signed nothing here. */
  readonly otherCaFile: string;
  /** Folder of an administrator's unpacked client bundle. */
  readonly bundle: string;
  /** An administrator, and a user who is none. */
  readonly admin: { user: string; password: string };
  readonly user: { user: string; password: string };
  /** What was asked, in order: `POST /api/ucp/backup`, and the body as it came. */
  readonly requests: readonly { line: string; body: string }[];
  /** What it keeps. */
  readonly backups: shapes.Backup[];
  /** What broke a shape: of a request that was let in, or of a reply. */
  readonly broken: readonly string[];
  /** @param times how often; always when left out */
  spoil(fault: ApiFault | undefined, rule?: { line?: RegExp; times?: number }): void;
  spoilBackups(fault: BackupFault | undefined): void;
  /** Backups wait before their end until `true` comes. */
  hold(held: boolean): void;
  /** All that was begun is over. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Starts a stateful stand-in of the HTTP API of UCP 3.2 and newer, over HTTPS on a port of 127.0.0.1. */
export async function startUcpApi(options: ApiServerOptions): Promise<UcpApiServer> {
  const { version = '3.2.5', engine } = options;
  await mkdir(options.folder, { recursive: true });
  const tls = await makeEngineCertificates(
    options.folder,
    ['IP:127.0.0.1', 'DNS:localhost'],
    silent,
  );
  const node = options.node ?? engine?.hostname ?? 'manager1';
  const admin = { user: 'admin', password: 'orca-orca-orca' };
  const user = { user: 'viewer', password: 'only-looking' };
  const tokens = new Map<string, string>();
  const requests: { line: string; body: string }[] = [];
  const backups: shapes.Backup[] = [];
  const broken: string[] = [];
  const running = new Set<Promise<void>>();
  let fault: { fault: ApiFault; line: RegExp; left: number } | undefined;
  let backupFault: BackupFault | undefined;
  let held: { passed: Promise<void>; open: () => void } | undefined;

  const [major = 0, minor = 0] = version.split('.').map(Number);
  const keepsBackups = major > 3 || (major === 3 && minor >= 2);

  const server = createServer({
    key: await readFile(tls.server.keyFile),
    cert: await readFile(tls.server.certFile),
    ca: await readFile(tls.caFile),
    requestCert: true,
    rejectUnauthorized: false,
  });
  server.on('secureConnection', (socket: TLSSocket) => {
    // A certificate of somebody else ends it; none at all is for those who log in.
    if (!socket.authorized && socket.getPeerX509Certificate() !== undefined) socket.destroy();
  });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    void serve(request, response).catch(() => response.destroy());
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/' } = request;
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const line = `${method} ${url}`;
    requests.push({ line, body });
    const wrong = faultFor(line);
    if (wrong?.kind === 'cut' && wrong.when === 'before') return void request.socket.destroy();
    if (wrong?.kind === 'slow') await delay(wrong.milliseconds);
    if (wrong?.kind === 'tokenRunsOut') tokens.clear();
    if (wrong?.kind === 'answer') {
      response.writeHead(wrong.status, wrong.headers).end(wrong.body ?? '');
      return;
    }
    if (wrong?.kind === 'html') {
      response.writeHead(wrong.status, { 'content-type': 'text/html' });
      response.end('<!DOCTYPE html><html><body><h1>Something</h1></body></html>');
      return;
    }
    let status = 200;
    let reply: unknown;
    try {
      reply = await answer(line, body, request);
    } catch (error) {
      status = error instanceof Refusal ? error.status : 500;
      reply = { message: (error as Error).message };
    }
    if (wrong?.kind === 'cut') return void request.socket.destroy();
    const text = typeof reply === 'string' ? reply : JSON.stringify(reply);
    const type = typeof reply === 'string' ? 'text/plain' : 'application/json';
    response.writeHead(status, { 'content-type': type }).end(text);
  }

  function faultFor(line: string): ApiFault | undefined {
    if (fault === undefined || fault.left <= 0 || !fault.line.test(line)) return undefined;
    fault.left--;
    return fault.fault;
  }

  /** Whose request it is, by token or client certificate. */
  function whoAsks(request: IncomingMessage): string {
    const { socket } = request;
    if (socket instanceof TLSSocket && socket.authorized) return admin.user;
    const [, token] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? [];
    const who = token === undefined ? undefined : tokens.get(token);
    if (who === undefined) throw new Refusal(401, 'unauthorized');
    return who;
  }

  async function answer(line: string, body: string, request: IncomingMessage): Promise<unknown> {
    if (line === 'GET /_ping') return 'OK';
    if (line === 'POST /auth/login') return checked(shapes.loginReply, logIn(body));
    const who = whoAsks(request);
    if (line === 'GET /version') {
      return checked(shapes.version, {
        Version: `ucp/${version}`,
        ApiVersion: '1.40',
        Components: [{ Name: 'Universal Control Plane', Version: version }],
      });
    }
    if (!keepsBackups || !/^\w+ \/api\/ucp\/backups?(\/|$)/.test(line)) {
      throw new Refusal(404, 'page not found');
    }
    if (who !== admin.user) throw new Refusal(403, 'access denied');
    if (line === 'GET /api/ucp/backups') return checked(shapes.backups, backups);
    if (line === 'POST /api/ucp/backup') return checked(shapes.backupCreated, await begin(body));
    const [, id] = /^GET \/api\/ucp\/backup\/([^/]+)$/.exec(line) ?? [];
    const found = backups.find((backup) => backup.id === id);
    if (found === undefined) throw new Refusal(404, 'backup not found');
    return checked(shapes.backup, found);
  }

  function checked(shape: { safeParse(value: unknown): { success: boolean } }, value: unknown) {
    if (!shape.safeParse(value).success) broken.push(JSON.stringify(value));
    return value;
  }

  function parsed(body: string): unknown {
    try {
      return JSON.parse(body);
    } catch {
      throw new Refusal(400, 'invalid JSON');
    }
  }

  function logIn(body: string): { auth_token: string } {
    const { success, data } = shapes.loginRequest.safeParse(parsed(body));
    if (!success) {
      broken.push('a login of another form');
      throw new Refusal(400, 'invalid login');
    }
    const known = [admin, user].find(({ user: name }) => name === data.username);
    if (known?.password !== data.password) throw new Refusal(401, 'invalid credentials');
    const token = randomUUID();
    tokens.set(token, known.user);
    return { auth_token: token };
  }

  async function begin(body: string): Promise<{ backupId: string }> {
    const { success, data } = shapes.backupRequest.safeParse(parsed(body));
    if (!success) throw new Refusal(400, 'invalid request body');
    const { passphrase, nopassphrase, filename, hostpath } = data;
    if (filename === '' || filename !== basename(filename)) {
      throw new Refusal(400, 'fileName must be the name of a file');
    }
    if (!isAbsolute(hostpath)) throw new Refusal(400, 'hostPath must be an absolute path');
    if (nopassphrase === (passphrase !== '')) {
      throw new Refusal(400, 'exactly one of passphrase and noPassphrase is required');
    }
    if (!nopassphrase && passphrase.length < 12) {
      throw new Refusal(400, 'passphrase must be at least 12 characters');
    }
    if (backups.some(({ backupState }) => backupState === 'IN_PROGRESS')) {
      throw new Refusal(500, 'another backup is in progress');
    }
    const backup: shapes.Backup = {
      id: randomUUID(),
      encrypted: !nopassphrase,
      fileName: filename,
      logFileName: data.includelogs ? filename.replace(/(\.tar)?$/, '.log') : '',
      backupPath: hostpath,
      backupState: 'IN_PROGRESS',
      nodeLocation: node,
      shortError: '',
      created_at: new Date().toISOString(),
      completed_at: shapes.NOT_FINISHED,
    };
    backups.push(backup);
    const work = make(backup, data)
      .then(
        () => void (backup.backupState = 'SUCCESS'),
        (error: unknown) => {
          backup.backupState = 'FAILED';
          backup.shortError = error instanceof Error ? error.message : String(error);
        },
      )
      .then(() => void (backup.completed_at = new Date().toISOString()));
    if (backupFault?.kind !== 'stuck') {
      running.add(work);
      void work.then(() => running.delete(work));
    }
    return Promise.resolve({ backupId: backup.id });
  }

  async function make(backup: shapes.Backup, request: shapes.BackupRequest): Promise<void> {
    const wrong = backupFault;
    if (wrong?.kind === 'stuck') await new Promise(() => undefined);
    if (wrong?.kind === 'fails') throw new Error(wrong.shortError);
    await held?.passed;
    // A file of the same name is overwritten without a word.
    if (engine === undefined) {
      const folder = await stat(backup.backupPath).catch(() => undefined);
      if (folder?.isDirectory() !== true)
        throw new Error(`no such directory: ${backup.backupPath}`);
      const file = join(backup.backupPath, backup.fileName);
      if (options.content === undefined) await writeFile(file, 'a backup\n');
      else await copyFile(options.content, file);
      return;
    }
    await backUpToDisk(engine, version, backup, request);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await writeFile(join(tls.folder, 'env.sh'), `export DOCKER_HOST=tcp://127.0.0.1:${port}\n`);
  return {
    address: `https://127.0.0.1:${port}`,
    caFile: tls.caFile,
    otherCaFile: tls.otherCaFile,
    bundle: tls.folder,
    admin,
    user,
    requests,
    backups,
    broken,
    spoil: (next, { line = /^/, times = Infinity } = {}) => {
      fault = next === undefined ? undefined : { fault: next, line, left: times };
    },
    spoilBackups: (next) => void (backupFault = next),
    hold: (wanted) => {
      held?.open();
      held = undefined;
      if (!wanted) return;
      let open: () => void = () => undefined;
      const passed = new Promise<void>((resolve) => (open = resolve));
      held = { passed, open };
    },
    idle: async () => {
      await Promise.all(running);
    },
    close: async () => {
      held?.open();
      await Promise.all(running);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
