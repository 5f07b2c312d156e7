import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startConsulStandIn } from './consulStandIn';
import { onSignal } from './parts/cleanup';
import { bareSettings, installVsix, serveVSCode } from './parts/codeServer';
import { startConsulContainer } from './parts/consulContainer';
import { startConsul } from './parts/consulServer';
import { repositoryRoot, temporaryFolder } from './parts/folders';
import { httpRequest } from './parts/http';
import { MissingPart } from './parts/missing';
import { findOnPath, plainEnvironment, run, startProcess } from './parts/processes';
import { seed } from './seed';
import { dcosStandIn, upsunStandIn } from './standIns';
import { startTryOutSwarm } from './tryOutSwarm';

interface TryOutCluster {
  name: string;
  /** Its entry in the configuration. */
  entry: { system: string; address?: string; host?: string } & Record<string, unknown>;
  /** Where it is, for people. */
  address: string;
  /** What the entry's references to the environment name. */
  env?: Record<string, string>;
  stop: () => Promise<void>;
}

const log = console.log;

/** The configuration file of the folder that opens. */
function configuration(clusters: readonly TryOutCluster[]): string {
  const entries = Object.fromEntries(clusters.map(({ name, entry }) => [name, entry]));
  const text = JSON.stringify({ vault: './backups', clusters: entries }, null, 2);
  return text.replace('{', '{\n  // Made for this try-out; it goes away with it.');
}

/** The first that can be had: Consul itself, Consul in a container, a stand-in. */
async function firstConsul(): Promise<{
  name: string;
  address: string;
  stop: () => Promise<void>;
}> {
  try {
    const consul = await startConsul({ log });
    return { name: 'try-out', address: consul.address, stop: consul.stop };
  } catch (error) {
    if (!(error instanceof MissingPart)) throw error;
    log(error.message);
  }
  try {
    return { name: 'try-out', ...(await startConsulContainer(log)) };
  } catch (error) {
    if (!(error instanceof MissingPart)) throw error;
    log(`${error.message}\nA small stand-in takes Consul's place.`);
  }
  return { name: 'stand-in', ...(await startConsulStandIn()) };
}

async function consulCluster(): Promise<TryOutCluster> {
  const { name, address, stop } = await firstConsul();
  await seed(async (path, body) => {
    const reply = await httpRequest(`${address}${path}`, { method: 'PUT', body });
    if (reply.status !== 200)
      throw new Error(`PUT ${path}: ${reply.status} ${reply.body.toString()}`);
  });
  return { name, entry: { system: 'consul', address }, address, stop };
}

/** A swarm besides, where one can be had without installing anything. */
async function swarmCluster(): Promise<TryOutCluster | undefined> {
  try {
    const { host, stop } = await startTryOutSwarm(log);
    return { name: 'try-out-swarm', entry: { system: 'swarm', host }, address: host, stop };
  } catch (error) {
    log(error instanceof MissingPart ? error.message : `No swarm to try out: ${String(error)}`);
    return undefined;
  }
}

/** A running editor: a way to stop it, and a promise for when the person closes it. */
interface Editor {
  stop: () => Promise<void>;
  closed: Promise<void>;
}

type Variables = Readonly<Record<string, string>>;

async function openDesktop(
  code: string,
  folder: string,
  work: string,
  env: Variables,
): Promise<Editor> {
  const userData = join(work, 'user');
  await writeSettings(join(userData, 'User'));
  const editor = startProcess(
    code,
    [
      `--extensionDevelopmentPath=${repositoryRoot}`,
      `--user-data-dir=${userData}`,
      `--extensions-dir=${join(work, 'extensions')}`,
      '--disable-workspace-trust',
      '--new-window',
      '--wait',
      ...(process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      folder,
    ],
    { env: { ...process.env, ...env } },
  );
  log(`VS Code opens ${folder}`);
  return { stop: () => editor.stop(), closed: editor.end };
}

async function openInBrowser(folder: string, work: string, env: Variables): Promise<Editor> {
  const dataDir = join(work, 'server');
  const vsix = join(work, 'cluster-backup.vsix');
  // Only a packaged extension is taken by a server that a person looks at.
  log('Packaging the extension');
  const vsce = join(repositoryRoot, 'node_modules', '@vscode', 'vsce', 'vsce');
  await run(
    process.execPath,
    [vsce, 'package', '--no-dependencies', '--allow-missing-repository', '--out', vsix],
    { cwd: repositoryRoot, env: plainEnvironment() },
  );
  await installVsix(vsix, dataDir, log);
  const served = await serveVSCode({
    dataDir,
    disableTrust: true,
    // Other users of this machine stay out.
    connectionToken: randomBytes(16).toString('hex'),
    machineSettings: bareSettings,
    env: { ...env },
    log,
  });
  log(`\nOpen VS Code at\n  ${served.folderUrl(folder)}\n`);
  return { stop: served.stop, closed: new Promise(() => undefined) };
}

async function writeSettings(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'settings.json'), JSON.stringify(bareSettings, null, 2));
}

// Without a terminal there are no keys; a signal ends it then.
function keyPress(): { pressed: Promise<void>; end: () => void } {
  const input = process.stdin;
  if (!input.isTTY) {
    const stayAlive = setInterval(() => undefined, 60_000);
    return { pressed: new Promise(() => undefined), end: () => clearInterval(stayAlive) };
  }
  input.setRawMode(true);
  return {
    pressed: new Promise((resolve) => input.once('data', () => resolve())),
    end: () => {
      input.setRawMode(false);
      input.pause();
    },
  };
}

// npm killed outright sends no signal, but leaves this process, or the shell between, to another parent.
function npmGone(): Promise<void> {
  const parents = (): string => `${process.ppid} ${grandparent(process.ppid)}`;
  const before = parents();
  return new Promise((resolve) => {
    if (process.env['npm_lifecycle_event'] !== 'start') return;
    const timer = setInterval(() => {
      if (parents() === before) return;
      clearInterval(timer);
      resolve();
    }, 500);
    timer.unref();
  });
}

function grandparent(parent: number): string {
  try {
    return /^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${parent}/status`, 'utf8'))?.[1] ?? '';
  } catch {
    return '';
  }
}

async function main(): Promise<void> {
  const stops: (() => Promise<void>)[] = [];
  const stopAll = async (): Promise<void> => {
    for (const stop of stops.reverse()) await stop().catch((error: unknown) => log(String(error)));
    stops.length = 0;
  };
  onSignal(stopAll);
  const keys = keyPress();
  const stopped = Promise.race([keys.pressed, npmGone()]).then(() => 'stop' as const);
  try {
    const up = bringUp(stops);
    // A key pressed while things still come up ends them too.
    const editor = await Promise.race([up, stopped]);
    if (editor === 'stop') {
      log('Stopping …');
      await up.catch(() => undefined);
      return;
    }
    log(process.stdin.isTTY ? 'Press any key to stop' : 'Running until it gets a signal to stop');
    await Promise.race([stopped, editor.closed]);
    log('Stopping …');
  } finally {
    keys.end();
    await stopAll();
  }
}

async function bringUp(stops: (() => Promise<void>)[]): Promise<Editor> {
  const work = await temporaryFolder('try-out');
  stops.push(work.remove);
  const clusters: TryOutCluster[] = [];
  for (const start of [consulCluster, swarmCluster, dcosStandIn, () => upsunStandIn()]) {
    const cluster = await start();
    if (cluster === undefined) continue;
    stops.push(cluster.stop);
    clusters.push(cluster);
  }
  const folder = join(work.path, 'cluster-backup-try-out');
  await mkdir(folder);
  await writeFile(join(folder, 'cluster-backup.jsonc'), configuration(clusters));
  for (const { name, address } of clusters) {
    log(`The folder ${folder} names the cluster ${name} at ${address}`);
  }
  const env = Object.assign({}, ...clusters.map((cluster) => cluster.env)) as Variables;
  const code = findOnPath('code');
  const editor =
    code === undefined
      ? await openInBrowser(folder, work.path, env)
      : await openDesktop(code, folder, work.path, env);
  stops.push(editor.stop);
  return editor;
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof MissingPart ? error.message : error);
    process.exit(1);
  },
);
