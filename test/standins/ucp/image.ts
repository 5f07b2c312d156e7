import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ensureDebianPackage } from '../../../src/sandbox/parts/debian';
import type { RunningEngine } from '../../../src/sandbox/parts/dockerEngine';
import { runInNode } from '../../../src/sandbox/parts/dockerNode';
import { cacheFolder, makeOnce, repositoryRoot } from '../../../src/sandbox/parts/folders';
import { silent } from '../../../src/sandbox/parts/log';
import { run } from '../../../src/sandbox/parts/processes';

/** What the stand-in can be told to do wrong; the scripts beside this file say what each does. */
export const UCP_FAULTS = [
  ...['exit1HalfWay', 'hang', 'noise', 'cut', 'cutMessage', 'fatalButZero', 'tooFewFiles'],
  ...['notATar', 'uninstallNeverEnds', 'uninstallTooLong', 'restoreFailsHalfWay', 'unhealthy'],
] as const;
export type UcpFault = (typeof UCP_FAULTS)[number];

/** What the stand-in is installed with. */
export interface UcpInstallation {
  /** Bytes of one more file in `ucp-auth-store-data`; they cannot be compressed. */
  bytes?: number;
  /** Files of tables; left out: enough for the vendor's rule of a sound backup. */
  files?: number;
  /** Names of the controller's certificate besides `localhost`, 127.0.0.1, and the engine's name and address. */
  sans?: readonly string[];
}

/** Programs of the image, each with the Debian package that holds it. */
const PROGRAMS = [
  ['busybox', 'busybox-static'],
  ['curl', 'curl'],
  ['gpg', 'gnupg'],
  ['gpg-agent', 'gnupg'],
  ['jq', 'jq'],
  ['openssl', 'openssl'],
  ['socat', 'socat'],
] as const;
const SCRIPTS = join(repositoryRoot, 'test/standins/ucp');
const FAULT_VOLUME = 'ucp-stand-in';

let made: Promise<string> | undefined;

/**
 * Makes the stand-in of the product's image of this version (`3.2.4`) known to an engine.
 * @returns its reference: `docker/ucp:<version>`, from 3.3 on `mirantis/ucp:<version>`
 */
export async function importUcp(engine: RunningEngine, version: string): Promise<string> {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const renamed = major > 3 || (major === 3 && minor >= 3);
  const reference = `${renamed ? 'mirantis' : 'docker'}/ucp:${version}`;
  await giveSocket(engine);
  await engine.docker(
    'import',
    ...['--change', 'ENTRYPOINT ["/bin/sh", "/stand-in/ucp.sh"]'],
    ...['--change', `ENV UCP_VERSION=${version} PATH=/bin OPENSSL_CONF=/etc/openssl.cnf`],
    ...['--message', 'A stand-in of the vendor’s image'],
    ...[await (made ??= rootTar()), reference],
  );
  return reference;
}

/** Installs the stand-in on an engine, which begins a swarm where it is in none. */
export async function installUcp(
  engine: RunningEngine,
  version: string,
  options: UcpInstallation = {},
): Promise<void> {
  const image = await importUcp(engine, version);
  const state = await engine.docker('info', '--format', '{{.Swarm.LocalNodeState}}');
  if (state.trim() === 'inactive') {
    await engine.docker('swarm', 'init', '--advertise-addr', engine.address);
  }
  const names = [engine.hostname, engine.address, ...(options.sans ?? [])];
  await engine.docker(
    ...['run', '--rm', '--name', 'ucp', '--log-driver', 'none', ...SOCKET, image],
    ...['stand-in-install', ...names.flatMap((name) => ['--san', name])],
    ...(options.bytes === undefined ? [] : ['--bytes', String(options.bytes)]),
    ...(options.files === undefined ? [] : ['--files', String(options.files)]),
  );
}

// The product wants the engine's socket at the usual path. There only this machine's own engine could have one, which is
// none of ours: the node gets a /run of its own, as it has mounts of its own.
async function giveSocket(engine: RunningEngine): Promise<void> {
  await runInNode(
    engine.node,
    ...['sh', '-ec'],
    `cd -P /var/run
     [ "$(readlink docker.sock)" = "$1" ] && exit
     mount -t tmpfs -o mode=755 stand-in .
     ln -s "$1" "$PWD/docker.sock"`,
    ...['sh', engine.socket],
  );
}

/** How a container gets the engine's socket: arguments of `docker run`. */
export const SOCKET = ['-v', '/var/run/docker.sock:/var/run/docker.sock'] as const;

/**
 * Switches a fault on, or with `undefined` off. It is read when a command starts, and by `unhealthy` at every request.
 * @param seconds how long `unhealthy` lasts from the start of the controller; left out: for ever
 */
export async function setFault(
  engine: RunningEngine,
  fault: UcpFault | undefined,
  seconds?: number,
): Promise<void> {
  await engine.docker('volume', 'rm', '--force', FAULT_VOLUME);
  if (fault === undefined) return;
  const labels = [`fault=${fault}`, ...(seconds === undefined ? [] : [`seconds=${seconds}`])];
  await engine.docker(
    ...['volume', 'create', ...labels.flatMap((label) => ['--label', label]), FAULT_VOLUME],
  );
}

/** Whether the product's controller is there, running or not. */
export async function isUcpInstalled(engine: RunningEngine): Promise<boolean> {
  const names = await engine.docker('ps', '--all', '--format', '{{.Names}}');
  return names.split('\n').includes('ucp-controller');
}

/** The tar of the image's root folder, kept between runs for as long as programs and scripts are the same. */
async function rootTar(): Promise<string> {
  const programs: string[] = [];
  for (const [program, packageName] of PROGRAMS) {
    programs.push(await ensureDebianPackage(packageName, program, silent));
  }
  const libraries = await sharedLibraries(programs);
  const scripts = (await readdir(SCRIPTS)).filter((name) => name.endsWith('.sh')).sort();
  const sum = createHash('sha256');
  for (const file of [...programs, ...libraries, ...scripts.map((name) => join(SCRIPTS, name))]) {
    sum.update(`${file}\n`).update(await readFile(file));
  }
  const folder = join(cacheFolder(), 'standins', `ucp-${sum.digest('hex').slice(0, 16)}`);
  await makeOnce(folder, (draft) => writeRoot(draft, programs, libraries, scripts));
  return join(folder, 'root.tar');
}

/** Full paths of what the programs load, the loader itself among them. */
async function sharedLibraries(programs: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const program of programs) {
    const lines = await run('ldd', [program]).catch((error: unknown) => {
      if (/not a dynamic executable/.test(String(error))) return '';
      throw error;
    });
    for (const [, path = ''] of lines.matchAll(/(\/\S+) \(0x/g)) found.add(path);
  }
  return [...found].sort();
}

async function writeRoot(
  folder: string,
  programs: readonly string[],
  libraries: readonly string[],
  scripts: readonly string[],
): Promise<void> {
  const root = join(folder, 'root');
  const put = async (file: string, path: string): Promise<void> => {
    await mkdir(join(root, dirname(path)), { recursive: true });
    await copyFile(file, join(root, path));
  };
  for (const program of programs) await put(program, join('bin', basename(program)));
  // Where gpg looks for it.
  await mkdir(join(root, 'usr/bin'), { recursive: true });
  await symlink('/bin/gpg-agent', join(root, 'usr/bin/gpg-agent'));
  for (const library of libraries) await put(library, library);
  for (const script of scripts) await put(join(SCRIPTS, script), join('stand-in', script));
  for (const name of ['tmp', 'root', 'var/run']) await mkdir(join(root, name), { recursive: true });
  await chmod(join(root, 'tmp'), 0o1777);
  await mkdir(join(root, 'etc'));
  await writeFile(
    join(root, 'etc/passwd'),
    'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n',
  );
  await writeFile(join(root, 'etc/group'), 'root:x:0:\nnogroup:x:65534:\n');
  await writeFile(join(root, 'etc/openssl.cnf'), '[req]\ndistinguished_name = name\n[name]\n');
  const applets = (await run(join(root, 'bin/busybox'), ['--list'])).split('\n');
  for (const applet of applets) {
    if (applet === '' || applet === 'busybox') continue;
    await symlink('busybox', join(root, 'bin', applet)).catch((error: unknown) => {
      // One of the programs has that name.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    });
  }
  await run('tar', [
    ...['-C', root, '--owner=0', '--group=0', '--mtime=@0', '--sort=name'],
    ...['-cf', join(folder, 'root.tar'), '.'],
  ]);
  await run('rm', ['-r', root]);
}
