import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDebianPackage } from './debian';
import { makeBusyboxTar, makeEmptyTar } from './dockerImages';
import { enterLab } from './dockerLab';
import { cgroupOf, markOwner, removeCgroups, sweepLeftovers } from './dockerLeftovers';
import { type LabNode, makeFolders, makeNode } from './dockerNode';
import { type EngineCertificates, makeEngineCertificates } from './dockerTls';
import { temporaryFolder } from './folders';
import { listensAtPath, listensOnPort } from './listening';
import { type Log, silent } from './log';
import { MissingPart } from './missing';
import { freePort } from './ports';
import { type RunningProcess, findOnPath, run, startProcess } from './processes';
import { waitFor } from './wait';

export interface EngineOptions {
  /** The node's name in a swarm; left out: a random one. */
  hostname?: string;
  /**
   * Also listens on a port of 127.0.0.1: `plain` as it is, `tls` only for who shows a certificate
   * of the engine's own authority.
   */
  tcp?: 'plain' | 'tls';
  /** Further names in the TLS certificate, such as `DNS:engine.test`; 127.0.0.1, localhost and its own are in it. */
  tlsNames?: readonly string[];
  /** Left out: `overlay2` where the temporary folder's file system can carry it, else `vfs`. */
  storageDriver?: 'overlay2' | 'vfs';
  /** Further arguments of dockerd. */
  args?: readonly string[];
  log?: Log;
}

/** A Docker engine of our own: nothing of this machine's network, engines or mounts is touched. */
export interface RunningEngine {
  /** Path of its unix socket. */
  readonly socket: string;
  /** `unix://` and the socket's path. */
  readonly host: string;
  /** Where other engines of this process reach it; this process itself does not. */
  readonly address: string;
  readonly hostname: string;
  readonly dataRoot: string;
  /** A folder that goes away with the engine. */
  readonly folder: string;
  /** Path of dockerd. */
  readonly program: string;
  /** Path of the docker command line. */
  readonly cli: string;
  readonly version: string;
  /** The port of 127.0.0.1 it listens on, when asked to. */
  readonly port: number | undefined;
  readonly tls: EngineCertificates | undefined;
  /** dockerd's process, while it runs. */
  readonly pid: () => number | undefined;
  /** The machine it runs on, to start further programs beside it. */
  readonly node: LabNode;
  /** What dockerd printed last. */
  readonly output: () => string;
  /** Ends dockerd as a crash would. Its containers run on until it starts again. */
  readonly kill: () => Promise<void>;
  /** Ends dockerd and its containers in good order. */
  readonly stopDaemon: () => Promise<void>;
  /** Starts dockerd again on the same data. */
  readonly startDaemon: () => Promise<void>;
  /** Stops dockerd where it is, as an engine that hangs; it goes on with `false`. */
  readonly freeze: (frozen: boolean) => void;
  /** Pulls its network cable, or puts it back. */
  readonly setCable: (up: boolean) => Promise<void>;
  /** Runs the docker command line against it and gives what that printed. */
  readonly docker: (...args: string[]) => Promise<string>;
  /** Makes an image with a shell, tar and the like. */
  readonly importBusybox: (name: string) => Promise<void>;
  /** Makes an image with nothing in it. */
  readonly importEmpty: (name: string) => Promise<void>;
  /** Ends everything in it and removes all it left. */
  readonly stop: () => Promise<void>;
}

const startTimeoutMs = 120_000;
let swept: Promise<void> | undefined;

/** Starts a private dockerd, ready to be asked. Needs Linux and root. */
export async function startEngine(options: EngineOptions = {}): Promise<RunningEngine> {
  const log = options.log ?? silent;
  const programs = await ensurePrograms(log);
  // What another process left and can't be removed yet is none of this one's affair: the next one tries again.
  await (swept ??= sweepLeftovers().catch((error: unknown) => log(`Left over: ${String(error)}`)));
  const folder = await temporaryFolder('engine');
  await markOwner(folder.path);
  const [dataRoot = '', execRoot = '', config = ''] = await makeFolders(
    ...[folder.path, 'data', 'exec', 'config'],
  );
  const node = await makeNode(options.hostname);
  const lab = await enterLab();
  const plug = await lab.plugIn(node.pid);
  const socket = join(folder.path, 'docker.sock');
  const pidFile = join(folder.path, 'docker.pid');
  const tls =
    options.tcp === 'tls'
      ? await makeEngineCertificates(
          folder.path,
          [
            ...['IP:127.0.0.1', `IP:${plug.address}`, 'DNS:localhost', `DNS:${node.hostname}`],
            ...(options.tlsNames ?? []),
          ],
          log,
        )
      : undefined;
  const port = options.tcp === undefined ? undefined : await freePort();
  const args = [
    ...['--data-root', dataRoot, '--exec-root', execRoot, '-p', pidFile, '-H', `unix://${socket}`],
    ...['--storage-driver', options.storageDriver ?? (await storageDriver())],
    ...[
      '--exec-opt',
      'native.cgroupdriver=cgroupfs',
      '--cgroup-parent',
      `/${cgroupOf(folder.path)}`,
    ],
    ...['--userland-proxy=false', '--shutdown-timeout', '3'],
    ...(tls ? tlsArguments(tls) : []),
    ...(options.args ?? []),
  ];
  const forwarders =
    port === undefined ? [] : forward(node, folder.path, port, tls ? undefined : socket);
  let daemon: { process: RunningProcess; pid: number } | undefined;
  let lastOutput = '';

  const docker = (...dockerArgs: string[]): Promise<string> =>
    run(programs.cli, ['--host', `unix://${socket}`, ...dockerArgs], {
      env: { PATH: process.env['PATH'], HOME: config, DOCKER_CONFIG: config },
    });

  const importTar = async (
    name: string,
    make: () => Promise<string>,
    command: string,
  ): Promise<void> => {
    await docker('import', '--change', `CMD ["${command}"]`, await make(), name);
  };

  const engine: RunningEngine = {
    socket,
    host: `unix://${socket}`,
    address: plug.address,
    hostname: node.hostname,
    dataRoot,
    folder: folder.path,
    program: programs.dockerd,
    cli: programs.cli,
    version:
      /version (\d+\.\d+\.\d+)/.exec(await run(programs.dockerd, ['--version']))?.[1] ?? '0.0.0',
    port,
    tls,
    node,
    pid: () => (daemon?.process.ended() === false ? daemon.pid : undefined),
    output: () => daemon?.process.output() ?? lastOutput,
    kill: () => end('SIGKILL'),
    stopDaemon: () => end('SIGTERM'),
    startDaemon: async () => {
      if (engine.pid() !== undefined) return;
      const started = await node.start(programs.dockerd, args);
      daemon = started;
      await waitFor(
        'dockerd to answer',
        () => docker('version', '--format', '{{.Server.Version}}').then(() => true),
        {
          timeoutMs: startTimeoutMs,
          giveUp: () =>
            started.process.ended()
              ? `it ended:\n${started.process.output().slice(-4000)}`
              : undefined,
        },
      );
    },
    freeze,
    setCable: (up) => lab.setCable(plug.cable, up),
    docker,
    importBusybox: (name) => importTar(name, () => makeBusyboxTar(folder.path, log), '/bin/sh'),
    importEmpty: (name) => importTar(name, () => makeEmptyTar(folder.path), '/nothing'),
    stop: async () => {
      await Promise.all(forwarders.map((forwarder) => forwarder.stop('SIGKILL')));
      freeze(false);
      // The node's first process takes dockerd, shims and containers with it, and their mounts.
      await node.stop();
      await daemon?.process.end;
      await lab.leave();
      await folder.remove();
      await removeCgroups(folder.path);
    },
  };

  function freeze(frozen: boolean): void {
    const pid = engine.pid();
    if (daemon === undefined || pid === undefined) return;
    // The program before it stops itself with it, and would not notice its end.
    for (const each of frozen ? [pid] : [daemon.process.pid, pid]) {
      try {
        process.kill(each, frozen ? 'SIGSTOP' : 'SIGCONT');
      } catch {
        // It ended just now.
      }
    }
  }

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const pid = engine.pid();
    if (daemon === undefined || pid === undefined) return;
    process.kill(pid, signal);
    freeze(false);
    await daemon.process.end;
    lastOutput = daemon.process.output();
    daemon = undefined;
  };

  try {
    await engine.startDaemon();
    if (port !== undefined) {
      const isReady = async (): Promise<true | undefined> =>
        ((await listensOnPort(port)) &&
          (tls === undefined || (await listensAtPath(bridgeIn(folder.path), node.pid)))) ||
        undefined;
      await waitFor('the port of the engine', isReady, {
        timeoutMs: 60_000,
        everyMs: 20,
        giveUp: () => forwarders.find((forwarder) => forwarder.ended())?.output(),
      });
    }
  } catch (error) {
    await engine.stop();
    throw error;
  }
  log(`dockerd ${engine.version} answers at ${engine.host}`);
  return engine;
}

async function ensurePrograms(log: Log): Promise<{ dockerd: string; cli: string }> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new MissingPart('dockerd', 'A private Docker engine needs Linux and root.');
  }
  const dockerd = await ensureDebianPackage('docker.io', 'dockerd', log);
  await ensureDebianPackage('iproute2', 'ip', log);
  await ensureDebianPackage('iptables', 'iptables', log);
  await ensureDebianPackage('util-linux', 'unshare', log);
  await ensureDebianPackage('socat', 'socat', log);
  // The one that came with dockerd, before another on PATH.
  const cli = findOnPath('docker', '/usr/bin') ?? findOnPath('docker');
  if (cli === undefined) throw new MissingPart('docker', "Install Docker's command line.");
  return { dockerd, cli };
}

async function storageDriver(): Promise<string> {
  const overlay = 0x794c7630;
  return (await statfs(tmpdir())).type === overlay ? 'vfs' : 'overlay2';
}

function tlsArguments(tls: EngineCertificates): string[] {
  return [
    ...['-H', `tcp://127.0.0.1:${innerPort}`, '--tlsverify', '--tlscacert', tls.caFile],
    ...['--tlscert', tls.server.certFile, '--tlskey', tls.server.keyFile],
  ];
}

const innerPort = 2376;

/** Where the way into the node's network begins. */
const bridgeIn = (folder: string): string => join(folder, 'tcp.sock');

// A port inside the node's network is not one of this machine: a unix socket leads from one into the other.
function forward(
  node: LabNode,
  folder: string,
  port: number,
  socket: string | undefined,
): RunningProcess[] {
  const bridge = bridgeIn(folder);
  const patient = ['-t', '86400'];
  const outer = startProcess('socat', [
    ...[...patient, `TCP-LISTEN:${port},bind=127.0.0.1,reuseaddr,fork`],
    `UNIX-CONNECT:${socket ?? bridge}`,
  ]);
  if (socket !== undefined) return [outer];
  const inner = startProcess('nsenter', [
    ...['-t', String(node.pid), '--net', 'socat', ...patient],
    ...[`UNIX-LISTEN:${bridge},fork`, `TCP:127.0.0.1:${innerPort}`],
  ]);
  return [outer, inner];
}
