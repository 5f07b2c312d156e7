import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { ensureDebianPackage } from './debian';
import { cacheFolder, exists, makeOnce } from './folders';
import { type Log, silent } from './log';
import { MissingPart } from './missing';
import { findOnPath, plainEnvironment, run, startProcess } from './processes';
import { waitFor } from './wait';

const nodeMajor = 24;
const codeServerVersion = '4.139.1';
// What the editor needs compiled; the rest of its native modules come ready or are not used.
const compiled = ['@vscode/spdlog', '@vscode/native-watchdog'];

/** An installed VS Code server. */
export interface VSCodeHost {
  /** The Node it runs on. */
  node: string;
  /** Its own folder, with `out/server-main.js`. */
  folder: string;
}

export interface ServeOptions {
  /** Where it keeps settings, extensions and state. */
  dataDir: string;
  /** Left out: a free one. */
  port?: number;
  /** A process in whose network it runs; left out: this machine's. A port there is none of this machine's. */
  network?: number;
  /** Lets a page run tests in the extension host; modal dialogs are refused then. */
  smokeTestDriver?: boolean;
  /** Trusts every folder; without it a folder starts in Restricted Mode. */
  disableTrust?: boolean;
  /** Needed from whoever opens the page; without it any local user may. */
  connectionToken?: string;
  /** Settings of the machine scope, written before the start. */
  machineSettings?: Record<string, unknown>;
  env?: NodeJS.ProcessEnv;
  log?: Log;
}

export interface ServedVSCode {
  readonly port: number;
  /** The server's origin, e.g. `http://127.0.0.1:20000`. */
  readonly origin: string;
  readonly dataDir: string;
  /** The address that opens a folder; further parameters as the workbench takes them. */
  readonly folderUrl: (folder: string, parameters?: Record<string, string>) => string;
  readonly output: () => string;
  readonly ended: () => boolean;
  readonly stop: () => Promise<void>;
}

/** Settings for a window with nothing in it but what is tried on. */
export const bareSettings: Readonly<Record<string, unknown>> = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'telemetry.telemetryLevel': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'update.mode': 'none',
  'git.enabled': false,
};

let inThisProcess: Promise<VSCodeHost> | undefined;

/** Installs the VS Code server into the cache folder where it is not there yet. */
export function ensureCodeServer(log: Log = silent): Promise<VSCodeHost> {
  inThisProcess ??= install(log);
  inThisProcess.catch(() => (inThisProcess = undefined));
  return inThisProcess;
}

async function install(log: Log): Promise<VSCodeHost> {
  if (process.platform === 'win32') {
    throw new MissingPart('VS Code', 'Install the desktop VS Code so that `code` is on PATH.');
  }
  const folder = await makeOnce(
    join(cacheFolder(), `vscode-host-${codeServerVersion}`),
    async (draft) => {
      log(`Installing the VS Code server ${codeServerVersion}; this takes about a minute`);
      await installInto(draft, log);
    },
  );
  return { node: nodeFor(folder), folder: editorFolder(folder) };
}

function nodeFor(folder: string): string {
  return ownNodeFits() ? process.execPath : join(nodePackage(folder), 'bin', 'node');
}

function ownNodeFits(): boolean {
  return Number(process.versions.node.split('.')[0]) === nodeMajor;
}

function nodePackage(folder: string): string {
  return join(folder, 'node_modules', `node-${process.platform}-${process.arch}`);
}

function editorFolder(folder: string): string {
  return join(folder, 'node_modules', 'code-server', 'lib', 'vscode');
}

async function installInto(folder: string, log: Log): Promise<void> {
  const npm = findOnPath('npm');
  if (npm === undefined) throw new MissingPart('npm', 'Install npm so that it is on PATH.');
  // The two native modules are compiled on the spot.
  await ensureDebianPackage('g++', 'g++', log);
  await ensureDebianPackage('make', 'make', log);
  await ensureDebianPackage('python3', 'python3', log);

  const env = plainEnvironment();
  const npmRun = (cwd: string, runEnv: NodeJS.ProcessEnv, ...args: string[]): Promise<string> =>
    run(npm, [...args, '--no-audit', '--no-fund'], { cwd, env: runEnv });
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true }));
  if (!ownNodeFits()) {
    const name = `node-${process.platform}-${process.arch}`;
    await npmRun(folder, env, 'install', `${name}@${nodeMajor}`);
  }
  // Its own script would fail on parts that are not needed.
  await npmRun(folder, env, 'install', `code-server@${codeServerVersion}`, '--ignore-scripts');

  const node = nodeFor(folder);
  const inner = {
    ...env,
    PATH: `${dirname(node)}${delimiter}${env['PATH'] ?? ''}`,
    // The headers come with the package: nothing else is downloaded for compiling.
    npm_config_nodedir: ownNodeFits() ? dirname(dirname(node)) : nodePackage(folder),
  };
  const editor = editorFolder(folder);
  await npmRun(editor, inner, 'install', '--omit=dev', '--ignore-scripts');
  await npmRun(editor, inner, 'rebuild', ...compiled);
  for (const name of compiled) {
    if (!(await exists(join(editor, 'node_modules', name, 'build', 'Release')))) {
      throw new MissingPart('VS Code', `${name} was not compiled.`);
    }
  }
}

/** Starts the VS Code server and waits until it serves the workbench. */
export async function serveVSCode(options: ServeOptions): Promise<ServedVSCode> {
  const host = await ensureCodeServer(options.log);
  if (options.machineSettings !== undefined) {
    const machine = join(options.dataDir, 'data', 'Machine');
    await mkdir(machine, { recursive: true });
    await writeFile(join(machine, 'settings.json'), JSON.stringify(options.machineSettings));
  }
  const [program, ...before] =
    options.network === undefined
      ? [host.node]
      : ['nsenter', '-t', String(options.network), '--net', host.node];
  const server = startProcess(
    program,
    [
      ...before,
      join(host.folder, 'out', 'server-main.js'),
      '--host',
      '127.0.0.1',
      '--port',
      String(options.port ?? 0),
      ...(options.connectionToken === undefined
        ? ['--without-connection-token']
        : ['--connection-token', options.connectionToken]),
      '--accept-server-license-terms',
      '--telemetry-level',
      'off',
      '--server-data-dir',
      options.dataDir,
      ...(options.smokeTestDriver ? ['--enable-smoke-test-driver'] : []),
      ...(options.disableTrust ? ['--disable-workspace-trust'] : []),
    ],
    { cwd: host.folder, env: { ...plainEnvironment(), ...options.env } },
  );
  try {
    const port = await waitFor(
      'the VS Code server',
      () => {
        const said = server.output();
        const found = /Extension host agent listening on (\d+)/.exec(said);
        return found && said.includes('Web UI available at') ? Number(found[1]) : undefined;
      },
      {
        timeoutMs: 120_000,
        giveUp: () => (server.ended() ? `it ended:\n${server.output().slice(-4000)}` : undefined),
      },
    );
    const origin = `http://127.0.0.1:${port}`;
    return {
      port,
      origin,
      dataDir: options.dataDir,
      folderUrl: (folder, parameters = {}) => {
        const token = options.connectionToken;
        const query = { ...(token === undefined ? {} : { tkn: token }), folder, ...parameters };
        return `${origin}/?${new URLSearchParams(query).toString()}`;
      },
      output: server.output,
      ended: server.ended,
      stop: () => server.stop(),
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** Installs a packaged extension into the data folder of a server, running or not. */
export async function installVsix(file: string, dataDir: string, log: Log = silent): Promise<void> {
  const host = await ensureCodeServer(log);
  await run(
    host.node,
    [
      join(host.folder, 'out', 'server-main.js'),
      '--accept-server-license-terms',
      '--server-data-dir',
      dataDir,
      '--install-extension',
      file,
    ],
    { cwd: host.folder, env: plainEnvironment() },
  );
}
