import { systems } from '../adapters/registry';
import type { Log } from '../core/ports';
import type { FolderVaultOptions } from '../vaults/folder/folderVault';

/** File endings a vault takes as backups: each system's own, plain and encrypted. */
export function backupEndings(): string[] {
  return systems
    .filter((s) => s.capabilities.storage === 'vault')
    .flatMap(({ capabilities: { fileEnding } }) => [fileEnding, `${fileEnding}.gpg`]);
}

/** How every caller opens a vault. */
export function vaultOptions(folder: string, log: Log): FolderVaultOptions {
  return { folder, clock: { now: () => new Date() }, log, endings: backupEndings() };
}
