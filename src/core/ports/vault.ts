import type { Readable } from 'node:stream';
import type { Backup, Manifest } from '../model';
import type { ServedMoment } from '../schedule/served';

/** A manifest as a writer is given it; the vault adds what it counted itself. */
export type NewManifest = Omit<Manifest, 'bytes' | 'file' | 'sha256'> & {
  /** `asStored`: nothing was encrypted, so the content's sum is that of the bytes on disk. */
  sha256: { content?: string | undefined };
};

/** What a manifest says of the content's sum where the content is stored as it is. */
export const AS_STORED = 'asStored';

/** A backup being written. Nothing of it is visible until `commit` has returned. */
export interface VaultWriter {
  /** Final name of the file. */
  readonly file: string;
  /** Appends; resolves when the bytes are taken (back-pressure). */
  write(chunk: Uint8Array): Promise<void>;
  /**
   * Syncs and renames the file, then writes the manifest: last, so that a crash leaves no half backup.
   * The vault fills in `bytes` and `sha256.stored`, which it counted itself.
   */
  commit(manifest: NewManifest): Promise<Backup>;
  /** Removes what was written. Safe after a failure at any point. */
  abort(): Promise<void>;
}

export interface VaultLock {
  /** Aborted when the lock was lost (e.g. the machine slept and another took it). */
  readonly signal: AbortSignal;
  release(): Promise<void>;
}

export interface Vault {
  /** Absolute folder, for people. */
  readonly location: string;
  /** Newest first. */
  list(cluster?: string): Promise<Backup[]>;
  get(id: string): Promise<Backup | undefined>;
  create(options: {
    id: string;
    cluster: string;
    created: Date;
    label?: string | undefined;
    ending: string;
  }): Promise<VaultWriter>;
  read(backup: Backup): Promise<Readable>;
  update(id: string, change: (manifest: Manifest) => Manifest): Promise<Backup>;
  /**
   * @param discard how to put a file away (e.g. the system's trash); default: delete
   * @param still asked with the manifest as it is, while no other can change it; where it says no, nothing is removed
   */
  remove(
    id: string,
    discard?: (path: string) => Promise<void>,
    still?: (manifest: Manifest) => boolean,
  ): Promise<void>;
  /**
   * One writer a cluster. Throws `vault.locked` with who holds it and since when.
   *
   * @param kind `check`: a lock of its own, for reading a backup back; neither waits for the other
   */
  lock(cluster: string, purpose: string, kind?: 'work' | 'check'): Promise<VaultLock>;
  /** Which planned moment got the last backup of a schedule, also where that one had to go since; undefined: unknown. */
  lastServed(cluster: string): Promise<ServedMoment | undefined>;
  /** Notes it in place of the one before, in one step. Under the cluster's lock. */
  noteServed(cluster: string, served: ServedMoment): Promise<void>;
  /** Finds files without a manifest that nobody is writing. Adopting them is the operation's work. */
  strays(): Promise<{ path: string; cluster: string | undefined }[]>;
  /** Writes a manifest beside a stray file. */
  adopt(path: string, manifest: Omit<Manifest, 'file'>): Promise<Backup>;
  /** Removes what crashed writers left behind; says what it removed. */
  recover(): Promise<string[]>;
  /** Calls back (debounced) when the folder changes, whoever changed it. */
  watch(listener: () => void): { dispose(): void };
}
