// Plain JavaScript without dependencies: this runs before anything is installed or built.
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

/** The checkout's top folder. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

/** Runs a program with this terminal; a failure throws. */
export async function runHere(program, args, env = process.env) {
  const child = spawn(program, args, {
    cwd: root,
    env,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  const code = await new Promise((done, failed) => {
    child.once('error', failed);
    child.once('exit', (exitCode, signal) => done(exitCode ?? signal));
  });
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}`);
}

async function packagesIn(lockFile) {
  const text = await readFile(join(root, lockFile), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : JSON.parse(text).packages;
}

/** Whether node_modules holds what the lock file says; file times say nothing after a checkout. */
async function isInstalled() {
  const wanted = await packagesIn('package-lock.json');
  const present = await packagesIn('node_modules/.package-lock.json');
  if (wanted === undefined || present === undefined) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '' || entry.optional || entry.devOptional) return true;
    return present[path]?.version === entry.version;
  });
}

/** Installs the npm packages of the lock file where they are missing or others. */
export async function ensureInstalled() {
  if (await isInstalled()) return;
  console.log('Installing the npm packages of package-lock.json');
  await runHere(npm, ['ci', '--no-audit', '--no-fund']);
}

/** Builds dist/ and out/. */
export async function build() {
  await runHere(process.execPath, ['esbuild.mjs']);
}
