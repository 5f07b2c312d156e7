import { chmod, copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDebian } from './debian';
import { cacheFolder, exists, makeOnce, removeFolder } from './folders';
import { type Log, silent } from './log';
import { MissingPart } from './missing';
import { findOnPath, plainEnvironment, run } from './processes';

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
// The last release of Debian that has Consul.
const suite = 'bullseye';

let inThisProcess: Promise<string> | undefined;

/** Gives the path of a Consul program: the one on PATH, else Debian's, unpacked into the cache folder. */
export function ensureConsul(log: Log = silent): Promise<string> {
  inThisProcess ??= find(log);
  inThisProcess.catch(() => (inThisProcess = undefined));
  return inThisProcess;
}

async function find(log: Log): Promise<string> {
  const found = findOnPath('consul');
  if (found !== undefined) return found;
  const folder = join(cacheFolder(), 'consul');
  const program = join(folder, 'consul');
  if (await exists(program)) return program;
  if (!(await isDebian()) || findOnPath('dpkg') === undefined) {
    throw new MissingPart('consul', 'Install Consul so that it is on PATH.');
  }
  log(`Fetching Consul from Debian ${suite}`);
  try {
    await makeOnce(folder, unpackInto);
  } catch (error) {
    throw new MissingPart('consul', `Debian's package could not be had: ${String(error)}`);
  }
  return program;
}

async function unpackInto(folder: string): Promise<void> {
  const env = plainEnvironment();
  const work = join(folder, 'apt');
  await mkdir(join(work, 'lists', 'partial'), { recursive: true });
  await mkdir(join(work, 'cache', 'archives', 'partial'), { recursive: true });
  const source = `deb [signed-by=${keyring}] ${await mirror()} ${suite} main\n`;
  await writeFile(join(work, 'sources.list'), source);
  const own = [
    ['Dir::Etc::sourcelist', join(work, 'sources.list')],
    ['Dir::Etc::sourceparts', '-'],
    ['Dir::State::Lists', join(work, 'lists')],
    ['Dir::Cache', join(work, 'cache')],
    // The folder belongs to whoever runs this, not to the package tool's own user.
    ['APT::Sandbox::User', 'root'],
  ].flatMap(([name, value]) => ['-o', `${name ?? ''}=${value ?? ''}`]);
  await run('apt-get', ['-q', ...own, 'update'], { env });
  await run('apt-get', ['-q', ...own, 'download', 'consul'], { env, cwd: work });
  const packages = (await readdir(work)).filter((name) => name.endsWith('.deb'));
  if (packages.length !== 1) throw new Error(`Wanted one package, got ${packages.join(', ')}`);
  await run('dpkg', ['-x', join(work, packages[0] ?? ''), join(work, 'root')], { env });
  await copyFile(join(work, 'root', 'usr', 'bin', 'consul'), join(folder, 'consul'));
  await chmod(join(folder, 'consul'), 0o755);
  await removeFolder(work);
}

// The machine says where its packages come from; a mirror close by is quicker than a fixed one.
async function mirror(): Promise<string> {
  const targets = await run(
    'apt-get',
    ['indextargets', '--format', '$(SITE)', 'Created-By: Packages'],
    { env: plainEnvironment() },
  );
  const site = targets.split('\n').find((line) => line.replace(/\/$/, '').endsWith('/debian'));
  if (site === undefined) throw new Error('The package sources name no Debian mirror');
  return site;
}
