import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureConsul } from './consulBinary';
import { temporaryFolder } from './folders';
import { type Reply, httpRequest } from './http';
import { type Log, silent } from './log';
import { freePorts } from './ports';
import { type RunningProcess, run, startProcess } from './processes';
import { waitFor } from './wait';

export interface ConsulOptions {
  /** How many servers form the cluster; one when left out. */
  servers?: number;
  datacenter?: string;
  /** Turns ACLs on, deny by default, with this token allowed everything. */
  acl?: { masterToken: string };
  /** Serves HTTPS only, and to clients with a certificate only. */
  tls?: boolean;
  /** Further settings, as in Consul's own configuration file. */
  config?: Record<string, unknown>;
  log?: Log;
}

export interface ConsulTls {
  caFile: string;
  /** The client's certificate and key. */
  certFile: string;
  keyFile: string;
  /** The name in the servers' certificate. */
  serverName: string;
}

export interface ConsulRequest {
  body?: string | Buffer;
  /** Another token than the master token; an empty one for none. */
  token?: string;
  /** Which server is asked; the first that runs when left out. */
  server?: number;
}

export interface RunningConsul {
  /** The first server's address. */
  readonly address: string;
  /** Every server's address, stopped or not. */
  readonly addresses: readonly string[];
  readonly program: string;
  readonly version: string;
  readonly datacenter: string;
  readonly folder: string;
  readonly masterToken: string | undefined;
  readonly tls: ConsulTls | undefined;
  /** Process ids by server; undefined for a stopped one. */
  readonly pids: () => (number | undefined)[];
  /** Sends a request as an operator, e.g. `request('PUT', '/v1/kv/a', { body: 'b' })`. */
  readonly request: (method: string, path: string, options?: ConsulRequest) => Promise<Reply>;
  /** Which server leads; undefined when none does. */
  readonly leader: () => Promise<number | undefined>;
  /** Waits until a leader is there and writes are taken, and says which server it is. */
  readonly waitForLeader: (timeoutMs?: number) => Promise<number>;
  /** Waits until autopilot, which looks every two seconds, says the cluster is healthy or is not. */
  readonly waitForHealth: (healthy: boolean, timeoutMs?: number) => Promise<void>;
  /** Stops one server without it leaving the cluster, as a crash would. */
  readonly stopServer: (index: number) => Promise<void>;
  /** Starts a stopped server again on its old data. */
  readonly startServer: (index: number) => Promise<void>;
  /** Stops all servers and removes their folder. */
  readonly stop: () => Promise<void>;
}

interface Ports {
  http: number;
  server: number;
  serfLan: number;
  serfWan: number;
}

const startTimeoutMs = 60_000;
const startAttempts = 3;

/** Starts a Consul of our own on free ports of 127.0.0.1, ready to be written to. */
export async function startConsul(options: ConsulOptions = {}): Promise<RunningConsul> {
  const log = options.log ?? silent;
  const program = await ensureConsul(log);
  for (let attempt = 1; ; attempt++) {
    const consul = await prepare(program, options);
    try {
      await Promise.all(consul.addresses.map((_, index) => consul.startServer(index)));
      await consul.waitForLeader(startTimeoutMs);
      log(`Consul ${consul.version} answers at ${consul.address}`);
      return consul;
    } catch (error) {
      await consul.stop();
      // Somebody may have taken a port between the look and the start.
      const taken = /address already in use/i.test(String(error));
      if (!taken || attempt === startAttempts) throw error;
    }
  }
}

async function prepare(program: string, options: ConsulOptions): Promise<RunningConsul> {
  const count = options.servers ?? 1;
  const datacenter = options.datacenter ?? 'dc1';
  const masterToken = options.acl?.masterToken;
  const version = /v(\d+\.\d+\.\d+)/.exec(await run(program, ['version']))?.[1] ?? '0.0.0';
  const folder = await temporaryFolder('consul');
  const tls = options.tls ? await makeCertificates(program, folder.path, datacenter) : undefined;
  const allPorts = await portsFor(count);
  const addresses = allPorts.map((p) => `${tls ? 'https' : 'http'}://127.0.0.1:${p.http}`);
  const running: (RunningProcess | undefined)[] = addresses.map(() => undefined);
  const identity = tls && {
    ca: await readFile(tls.caFile),
    cert: await readFile(tls.certFile),
    key: await readFile(tls.keyFile),
    servername: tls.serverName,
  };

  for (const [index, ports] of allPorts.entries()) {
    const config = serverConfig({
      version,
      index,
      count,
      datacenter,
      ports,
      allPorts,
      folder: folder.path,
      masterToken,
      tls,
    });
    await mkdir(join(folder.path, `data-${index}`));
    await writeFile(
      join(folder.path, `server-${index}.json`),
      JSON.stringify({ ...config, ...options.config }),
      { mode: 0o600 },
    );
  }

  const isRunning = (index: number): boolean => running[index]?.ended() === false;
  const firstRunning = (): number =>
    Math.max(
      0,
      running.findIndex((_, index) => isRunning(index)),
    );

  const request: RunningConsul['request'] = (method, path, { body, token, server } = {}) => {
    const sent = token ?? masterToken;
    return httpRequest(`${addresses[server ?? firstRunning()] ?? ''}${path}`, {
      method,
      headers: sent ? { 'X-Consul-Token': sent } : {},
      ...identity,
      ...(body === undefined ? {} : { body }),
    });
  };

  const leader = async (): Promise<number | undefined> => {
    const reply = await request('GET', '/v1/status/leader').catch(() => undefined);
    const raft = reply?.body.toString().replaceAll('"', '').trim();
    const index = allPorts.findIndex((p) => raft === `127.0.0.1:${p.server}`);
    return index >= 0 && isRunning(index) ? index : undefined;
  };

  const consul: RunningConsul = {
    address: addresses[0] ?? '',
    addresses,
    program,
    version,
    datacenter,
    folder: folder.path,
    masterToken,
    tls,
    pids: () => running.map((server) => (server?.ended() === false ? server.pid : undefined)),
    request,
    leader,
    waitForLeader: (timeoutMs = 30_000) =>
      waitFor(
        'Consul to have a leader that takes writes',
        async () => {
          const index = await leader();
          if (index === undefined) return undefined;
          const probe = '/v1/kv/cluster-backup-ready';
          const written = await request('PUT', probe, { body: '1' });
          if (written.status !== 200) return undefined;
          await request('DELETE', probe);
          return (await leader()) === index ? index : undefined;
        },
        {
          timeoutMs,
          giveUp: () => {
            const dead = running.find((server) => server?.ended());
            const all = running.every((server) => server === undefined || server.ended());
            return all && dead ? `it ended:\n${dead.output().slice(-4000)}` : undefined;
          },
        },
      ),
    waitForHealth: async (healthy, timeoutMs = 30_000) => {
      await waitFor(
        `autopilot to say healthy=${healthy}`,
        async () => {
          const reply = await request('GET', '/v1/operator/autopilot/health');
          const health = JSON.parse(reply.body.toString()) as {
            Healthy: boolean;
            Servers: unknown;
          };
          // No servers: it has not looked yet.
          return health.Servers !== null && health.Healthy === healthy ? true : undefined;
        },
        { timeoutMs },
      );
    },
    stopServer: async (index) => {
      await running[index]?.stop();
      running[index] = undefined;
    },
    startServer: async (index) => {
      if (isRunning(index)) return;
      const server = startProcess(program, [
        'agent',
        `-config-file=${join(folder.path, `server-${index}.json`)}`,
      ]);
      running[index] = server;
      const address = new URL(addresses[index] ?? '');
      await waitFor(
        `Consul to listen at ${address.host}`,
        async () =>
          (await request('GET', '/v1/status/leader', { server: index })).status || undefined,
        {
          timeoutMs: startTimeoutMs,
          giveUp: () => (server.ended() ? `it ended:\n${server.output().slice(-4000)}` : undefined),
        },
      );
    },
    stop: async () => {
      await Promise.all(running.map(async (server) => server?.stop()));
      await folder.remove();
    },
  };
  return consul;
}

async function portsFor(count: number): Promise<Ports[]> {
  const free = await freePorts(count * 4);
  return Array.from({ length: count }, (_, index) => {
    const [http = 0, server = 0, serfLan = 0, serfWan = 0] = free.slice(index * 4);
    return { http, server, serfLan, serfWan };
  });
}

interface ServerFacts {
  version: string;
  index: number;
  count: number;
  datacenter: string;
  ports: Ports;
  allPorts: Ports[];
  folder: string;
  masterToken: string | undefined;
  tls: ConsulTls | undefined;
}

function serverConfig(facts: ServerFacts): Record<string, unknown> {
  const { ports, tls, masterToken } = facts;
  const atLeast = (minor: number): boolean => {
    const [major = 0, ownMinor = 0] = facts.version.split('.').map(Number);
    return major > 1 || ownMinor >= minor;
  };
  return {
    server: true,
    node_name: `server-${facts.index}`,
    datacenter: facts.datacenter,
    data_dir: join(facts.folder, `data-${facts.index}`),
    bind_addr: '127.0.0.1',
    client_addr: '127.0.0.1',
    bootstrap_expect: facts.count,
    retry_join: facts.allPorts.filter((p) => p !== ports).map((p) => `127.0.0.1:${p.serfLan}`),
    retry_interval: '200ms',
    // A stopped server stays a member, as after a crash.
    leave_on_terminate: false,
    disable_update_check: true,
    performance: { raft_multiplier: 1 },
    autopilot: { server_stabilization_time: '200ms' },
    ports: {
      http: tls ? -1 : ports.http,
      https: tls ? ports.http : -1,
      server: ports.server,
      serf_lan: ports.serfLan,
      serf_wan: ports.serfWan,
      dns: -1,
      grpc: -1,
      ...(atLeast(14) ? { grpc_tls: -1 } : {}),
    },
    ...(masterToken === undefined
      ? {}
      : {
          acl: {
            enabled: true,
            default_policy: 'deny',
            tokens: {
              [atLeast(11) ? 'initial_management' : 'master']: masterToken,
              agent: masterToken,
            },
          },
        }),
    ...(tls && {
      ca_file: tls.caFile,
      cert_file: join(facts.folder, `${facts.datacenter}-server-consul-0.pem`),
      key_file: join(facts.folder, `${facts.datacenter}-server-consul-0-key.pem`),
      verify_incoming: true,
      verify_outgoing: true,
      verify_server_hostname: true,
    }),
  };
}

async function makeCertificates(
  program: string,
  folder: string,
  datacenter: string,
): Promise<ConsulTls> {
  await run(program, ['tls', 'ca', 'create'], { cwd: folder });
  await run(program, ['tls', 'cert', 'create', '-server', `-dc=${datacenter}`], { cwd: folder });
  await run(program, ['tls', 'cert', 'create', '-client', `-dc=${datacenter}`], { cwd: folder });
  return {
    caFile: join(folder, 'consul-agent-ca.pem'),
    certFile: join(folder, `${datacenter}-client-consul-0.pem`),
    keyFile: join(folder, `${datacenter}-client-consul-0-key.pem`),
    serverName: `server.${datacenter}.consul`,
  };
}
