import { readFile } from 'node:fs/promises';
import type { Log } from './log';
import { MissingPart } from './missing';
import { findOnPath, plainEnvironment, run } from './processes';

let queue: Promise<unknown> = Promise.resolve();

/** Whether this is Debian, or made from it, with its package tool at hand. */
export async function isDebian(): Promise<boolean> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  return /^ID(_LIKE)?=.*debian/m.test(release) && findOnPath('apt-get') !== undefined;
}

/**
 * Gives the path of `program`, installing the Debian package that holds it where it is not on PATH.
 * Throws `MissingPart` where that can't be done.
 */
export async function ensureDebianPackage(
  packageName: string,
  program: string,
  log: Log,
): Promise<string> {
  const found = findOnPath(program);
  if (found !== undefined) return found;
  // One after the other: the package tool holds a lock.
  const turn = queue.then(() => install(packageName, program, log));
  queue = turn.catch(() => undefined);
  return turn;
}

async function install(packageName: string, program: string, log: Log): Promise<string> {
  const there = findOnPath(program);
  if (there !== undefined) return there;
  if (!(await isDebian())) {
    throw new MissingPart(program, `Install ${program} so that it is on PATH.`);
  }
  if (process.getuid?.() !== 0) {
    throw new MissingPart(program, `Install it: sudo apt-get install ${packageName}`);
  }
  log(`Installing Debian's ${packageName}`);
  const env = { ...plainEnvironment(), DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args: string[]): Promise<string> =>
    run('apt-get', ['-q', '-y', '-o', 'DPkg::Lock::Timeout=300', ...args], { env });
  const want = (): Promise<string> => apt('install', '--no-install-recommends', packageName);
  try {
    // A new machine has no package lists yet, and old ones may name files that are gone.
    await want().catch(async () => {
      await apt('update');
      await want();
    });
  } catch (error) {
    throw new MissingPart(
      program,
      `Debian's ${packageName} could not be installed: ${String(error)}`,
    );
  }
  const installed = findOnPath(program);
  if (installed === undefined) {
    throw new MissingPart(program, `Debian's ${packageName} does not hold it.`);
  }
  return installed;
}
