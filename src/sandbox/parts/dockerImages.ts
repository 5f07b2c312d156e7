import { copyFile, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureDebianPackage } from './debian';
import type { Log } from './log';
import { run } from './processes';

/** Makes a tar of a root folder with Debian's static busybox: a shell, tar, sha256sum and the like. */
export async function makeBusyboxTar(workFolder: string, log: Log): Promise<string> {
  const program = await ensureDebianPackage('busybox-static', 'busybox', log);
  const root = join(workFolder, 'busybox-root');
  for (const name of ['bin', 'etc', 'tmp', 'root']) {
    await mkdir(join(root, name), { recursive: true });
  }
  await copyFile(program, join(root, 'bin', 'busybox'));
  await writeFile(join(root, 'etc', 'passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
  await writeFile(join(root, 'etc', 'group'), 'root:x:0:\n');
  const applets = (await run(program, ['--list'])).split('\n').filter((name) => name !== '');
  for (const name of applets) {
    if (name !== 'busybox') await symlink('busybox', join(root, 'bin', name));
  }
  const file = join(workFolder, 'busybox.tar');
  await run('tar', ['-C', root, '--owner=0', '--group=0', '-cf', file, '.']);
  await rm(root, { recursive: true });
  return file;
}

/** Makes a tar with nothing in it: the end mark alone. */
export async function makeEmptyTar(workFolder: string): Promise<string> {
  const file = join(workFolder, 'empty.tar');
  await writeFile(file, Buffer.alloc(1024));
  return file;
}
