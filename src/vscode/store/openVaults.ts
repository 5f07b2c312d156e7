import type { Log } from '../../core/ports';
import type { FolderVault } from '../../vaults/folder/folderVault';

/** Loaded late by whoever opens a vault. */
type Parts = Pick<typeof import('./storeParts'), 'openFolderVault' | 'vaultOptions'>;

/** The vaults of the clusters there are, each open once and watched. */
export class OpenVaults {
  readonly #open = new Map<string, { vault: FolderVault; watcher: { dispose(): void } }>();

  /** @param onChange somebody changed one of them */
  constructor(
    private readonly log: Log,
    private readonly onChange: () => void,
  ) {}

  /** @param folder absolute */
  of(folder: string, { openFolderVault, vaultOptions }: Parts): FolderVault {
    const known = this.#open.get(folder);
    if (known !== undefined) return known.vault;
    const vault = openFolderVault(vaultOptions(folder, this.log));
    this.#open.set(folder, { vault, watcher: vault.watch(this.onChange) });
    return vault;
  }

  /** Watches these from now on, and no others. */
  watch(folders: ReadonlySet<string>, parts: Parts): void {
    for (const [folder, { watcher }] of this.#open) {
      if (folders.has(folder)) continue;
      watcher.dispose();
      this.#open.delete(folder);
    }
    for (const folder of folders) this.of(folder, parts);
  }

  dispose(): void {
    for (const { watcher } of this.#open.values()) watcher.dispose();
  }
}
