import { readFile } from 'node:fs/promises';
import { createServer as createPlainServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { makeEngineCertificates } from '../../../src/sandbox/parts/dockerTls';
import { temporaryFolder } from '../../../src/sandbox/parts/folders';
import { silent } from '../../../src/sandbox/parts/log';
import { adminRouter } from './adminRouter';
import type { Reply } from './adminRouter';
import type { DcosRequest, DcosSettings, DcosStandIn, DcosStandInOptions } from './contract';
import { BackupService } from './backupService';
import { Faults } from './faults';
import { Iam, parsed, presented } from './iam';
import { SAMPLE_GROUPS } from './marathon';
import { fillForTryOut, TRY_OUT } from './tryOut';

const ADMIN = { user: 'bootstrapuser', password: 'deleteme-deleteme' };
const OPERATOR = { user: 'operator', password: 'keeps-backups' };
const VIEWER = { user: 'viewer', password: 'only-looking' };
const SERVICE = 'cluster-backup';
const FIVE_DAYS = 5 * 24 * 3600;

/** Starts a stateful stand-in of a DC/OS master, as far as backups go, on a port of 127.0.0.1. */
export async function startDcosStandIn(options: DcosStandInOptions = {}): Promise<DcosStandIn> {
  const { version = '2.1.0', variant = 'enterprise', masters = 1, tryOut = false } = options;
  const settings: DcosSettings = {
    backup: { looks: 2, milliseconds: 0 },
    restore: { looks: 2, milliseconds: 0 },
    away: { requests: 0, milliseconds: 0, service: true },
    restores: 'object',
    ownStatus: 'staysReady',
    tokenSeconds: FIVE_DAYS,
    master: 0,
    deployments: [],
    tellsAll: false,
    ...(tryOut ? TRY_OUT : {}),
    ...known(options),
  };
  let groups = structuredClone(options.groups ?? SAMPLE_GROUPS);
  const iam = await Iam.make(SERVICE, [
    { id: ADMIN.user, password: ADMIN.password, may: 'superuser' },
    {
      id: OPERATOR.user,
      password: OPERATOR.password,
      may: ['dcos:adminrouter:ops:system-backup'],
    },
    { id: VIEWER.user, password: VIEWER.password, may: [] },
  ]);
  const faults = new Faults();
  const requests: DcosRequest[] = [];
  const folder = options.tls === true ? await temporaryFolder('dcos-stand-in') : undefined;
  const tls =
    folder === undefined
      ? undefined
      : await makeEngineCertificates(folder.path, ['IP:127.0.0.1', 'DNS:localhost'], silent);
  const service: BackupService = new BackupService({
    settings,
    version,
    masters,
    groups: () => groups,
    setGroups: (next) => void (groups = next),
    restarts: () => router.restarts(),
  });
  const router = adminRouter({
    settings,
    version,
    variant,
    iam,
    service,
    groups: () => groups,
    ca: tls === undefined ? undefined : await readFile(tls.caFile, 'utf8'),
  });

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = 'GET', url: path = '/', headers } = request;
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    requests.push({
      method,
      path,
      auth: presented(headers).auth,
      body: path.startsWith('/acs/') ? withoutSecrets(body) : body,
      headers: { ...headers, authorization: undefined, cookie: undefined },
    });
    const fault = faults.of(`${method} ${path}`);
    if (fault?.kind === 'cut' && fault.when === 'before') return void request.socket.destroy();
    if (fault?.kind === 'tokensRunOut') iam.revokeAll();
    const reply: Reply =
      faults.reply(fault) ??
      (await router.answer(method, new URL(path, 'http://x'), headers, body));
    if (fault?.kind === 'slow') await delay(fault.milliseconds);
    if (fault?.kind === 'cut' && fault.when === 'after') return void request.socket.destroy();
    const bytes = Buffer.from(reply.body);
    response.writeHead(reply.status, { ...reply.headers, 'content-length': bytes.length });
    if (fault?.kind === 'cut') {
      response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () =>
        request.socket.destroy(),
      );
      return;
    }
    response.end(bytes);
  };
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    void serve(request, response).catch(() => response.destroy());
  };
  const server =
    tls === undefined
      ? createPlainServer(listener)
      : createServer(
          {
            key: await readFile(tls.server.keyFile),
            cert: await readFile(tls.server.certFile),
          },
          listener,
        );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  if (tryOut) fillForTryOut(service);

  return {
    address: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    get caFile() {
      return withTls(tls).caFile;
    },
    get otherCaFile() {
      return withTls(tls).otherCaFile;
    },
    admin: ADMIN,
    operator: OPERATOR,
    viewer: VIEWER,
    service: { id: SERVICE, privateKey: iam.servicePrivateKey },
    settings,
    requests,
    get backups() {
      return service.backups;
    },
    broken: service.broken,
    get groups() {
      return groups;
    },
    set groups(next) {
      groups = next;
    },
    spoil: (fault, rule) => faults.spoil(fault, rule),
    spoilBackups: (fault) => void (service.backupFault = fault),
    spoilRestores: (fault) => void (service.restoreFault = fault),
    hold: (kind) => void (service.held = kind),
    keep: (label, more = {}, master = 0) => service.keep(label, more, master),
    clear: () => {
      service.clear();
      requests.length = 0;
    },
    token: (user, seconds = settings.tokenSeconds) => iam.token(user, seconds),
    revokeTokens: () => iam.revokeAll(),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await folder?.remove();
    },
  };
}

/** The settings among the options. */
function known(options: DcosStandInOptions): Partial<DcosSettings> {
  const {
    tls: _tls,
    version: _version,
    variant: _variant,
    masters: _masters,
    groups: _groups,
    tryOut: _tryOut,
    ...settings
  } = options;
  return settings;
}

function withTls<T>(tls: T | undefined): T {
  if (tls === undefined) throw new Error('Started without tls: there is no CA.');
  return tls;
}

/** Only who logged in. */
function withoutSecrets(body: string): string {
  const { uid } = (parsed(body) ?? {}) as { uid?: unknown };
  return JSON.stringify({ uid });
}
