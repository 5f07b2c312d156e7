import { basename } from 'node:path';
import { systems } from '../adapters/registry';
import type { Capabilities, Log } from '../core/ports';
import { detectFile } from '../snapshots/detect';
import type { FolderVaultOptions } from '../vaults/folder/folderVault';

/** Endings of what is encrypted. */
const SEALED = ['', '.gpg', '.pgp'];

/** File endings a vault takes as backups: each system's own, plain and encrypted, and those that do not tell. */
export function backupEndings(): string[] {
  return systems.flatMap(({ capabilities: { fileEnding, looseEndings = [] } }) => [
    ...(fileEnding === undefined ? [] : [fileEnding, `${fileEnding}.gpg`]),
    ...looseEndings.flatMap((ending) => (ending === '' ? '' : SEALED.map((s) => ending + s))),
  ]);
}

/** Whether a file of a vault is one that a system of these capabilities leaves under an ending that does not tell. */
export async function isLoose(path: string, { format, looseEndings }: Capabilities) {
  const plain = basename(path).replace(/\.(gpg|pgp)$/, '');
  const ending = /\.[^.]*$/.exec(plain)?.[0] ?? '';
  if (looseEndings?.includes(ending) !== true) return false;
  const { id } = await detectFile(path);
  return (format !== undefined && id === format) || id === 'openpgp';
}

/** How every caller opens a vault. */
export function vaultOptions(folder: string, log: Log): FolderVaultOptions {
  return { folder, clock: { now: () => new Date() }, log, endings: backupEndings() };
}
