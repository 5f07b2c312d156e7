import { createHash } from 'node:crypto';
import { lstat, mkdir, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { manifestSchema } from '../../core/manifest';
import type { Backup } from '../../core/model';
import { AS_STORED } from '../../core/ports';
import type { VaultWriter } from '../../core/ports';
import { errnoOf, vaultError, vaultErrors } from '../errors';
import { FOLDER_MODE, openNew, syncFolder, type StepHook } from './files';
import { prepareManifest, type PreparedManifest } from './manifestFile';
import { changingManifest } from './marker';
import { backupFileName, MANIFEST, PARTIAL, type BackupName } from './names';

/** Small chunks are gathered, so that each write to the disk or the share is worth its way. */
const BLOCK = 1 << 20;

/** Backups that this process is writing now: `recover` leaves them alone, lock or not. */
export const writingHere = new Set<string>();

type CommitManifest = Parameters<VaultWriter['commit']>[0];

/** Writes one backup under another name; see `VaultWriter`. */
export class FolderWriter implements VaultWriter {
  private readonly hash = createHash('sha256');
  private bytes = 0;
  private block = Buffer.allocUnsafe(BLOCK);
  private spare = Buffer.allocUnsafe(BLOCK);
  private filled = 0;
  /** The write under way; a failure shows at the next call. */
  private pending: Promise<void> = Promise.resolve();
  private state: 'open' | 'committed' | 'aborted' = 'open';
  private renamed = false;

  private constructor(
    readonly file: string,
    private readonly path: string,
    private readonly handle: FileHandle,
    private readonly step: StepHook,
  ) {}

  static async open(root: string, name: BackupName, step: StepHook): Promise<FolderWriter> {
    const file = backupFileName(name);
    const folder = join(root, name.cluster);
    const path = join(folder, file);
    try {
      await makeClusterFolder(folder);
      if (await exists(path)) {
        throw vaultErrors.exists({ message: `There is a backup ${path} already.` });
      }
      await step('create:partial');
      const handle = await openNew(path + PARTIAL);
      writingHere.add(path + PARTIAL);
      return new FolderWriter(file, path, handle, step);
    } catch (error) {
      throw vaultError(error, 'Starting the backup', path, 'write');
    }
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.mustBeOpen();
    try {
      await this.step('write');
      for (let from = 0; from < chunk.length;) {
        const part = chunk.subarray(from, from + BLOCK - this.filled);
        this.block.set(part, this.filled);
        this.filled += part.length;
        from += part.length;
        if (this.filled === BLOCK) await this.flush();
      }
    } catch (error) {
      throw vaultError(error, 'Writing the backup', this.path, 'write');
    }
  }

  async commit(manifest: CommitManifest): Promise<Backup> {
    this.mustBeOpen();
    try {
      await this.flush();
      await this.pending;
      await this.step('commit:sync');
      await this.handle.sync();
      await this.handle.close();
      const { data, raw } = this.fullManifest(manifest);
      await changingManifest(this.path, async () => {
        const prepared = await prepareManifest(this.path, raw, this.step);
        await this.put(prepared);
      });
      this.state = 'committed';
      writingHere.delete(this.path + PARTIAL);
      return { manifest: data, path: this.path, state: 'present' };
    } catch (error) {
      await this.abort();
      throw vaultError(error, 'Completing the backup', this.path, 'write');
    }
  }

  async abort(): Promise<void> {
    if (this.state !== 'open') return;
    this.state = 'aborted';
    await this.pending.catch(() => undefined);
    await this.handle.close().catch(() => undefined);
    writingHere.delete(this.path + PARTIAL);
    await rm(this.path + PARTIAL, { force: true }).catch(() => undefined);
    if (!this.renamed) return;
    // Only what this writer itself had put there.
    await rm(this.path + MANIFEST, { force: true }).catch(() => undefined);
    await rm(this.path, { force: true }).catch(() => undefined);
  }

  private async put(prepared: PreparedManifest): Promise<void> {
    try {
      await this.step('commit:rename');
      await this.renameFile();
      this.renamed = true;
      await this.step('commit:renamed');
      await syncFolder(dirname(this.path));
      await prepared.put();
      await this.step('commit:done');
    } catch (error) {
      await prepared.drop().catch(() => undefined);
      throw error;
    }
  }

  private async renameFile(): Promise<void> {
    try {
      await rename(this.path + PARTIAL, this.path);
    } catch (cause) {
      if (errnoOf(cause) !== 'ENOENT') throw cause;
      throw vaultErrors.writerGone({
        message: `The unfinished backup ${this.path}${PARTIAL} has gone while it was written.`,
        cause,
      });
    }
  }

  private fullManifest(manifest: CommitManifest) {
    const stored = this.hash.digest('hex');
    const { content } = manifest.sha256;
    const raw = {
      ...manifest,
      file: this.file,
      bytes: this.bytes,
      sha256: {
        ...manifest.sha256,
        ...(content === AS_STORED ? { content: stored } : {}),
        stored,
      },
    };
    const parsed = manifestSchema.safeParse(raw);
    if (parsed.success) return { data: parsed.data, raw };
    throw vaultErrors.badRequest({
      message: `The manifest of ${this.file} is not valid: ${parsed.error.message}`,
    });
  }

  /** Hands the block to the disk and goes on filling the other one. */
  private async flush(): Promise<void> {
    await this.pending;
    const block = this.block.subarray(0, this.filled);
    this.pending = this.writeAll(block);
    this.pending.catch(() => undefined);
    this.hash.update(block);
    this.bytes += block.length;
    [this.block, this.spare] = [this.spare, this.block];
    this.filled = 0;
  }

  private async writeAll(block: Buffer): Promise<void> {
    for (let from = 0; from < block.length;) {
      from += (await this.handle.write(block, from, block.length - from)).bytesWritten;
    }
  }

  private mustBeOpen(): void {
    if (this.state === 'open') return;
    throw vaultErrors.writerGone({ message: `The backup ${this.path} is already ${this.state}.` });
  }
}

/** Makes the folder of a cluster; a link in its place is refused. */
export async function makeClusterFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
  if ((await lstat(folder)).isDirectory()) return;
  throw vaultErrors.outside({ message: `${folder} is a link, which a vault does not follow.` });
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
