import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { errnoOf, vaultError, vaultErrors } from '../errors';
import { openNoFollow } from './files';

const BLOCK = 1 << 18;

/**
 * Opens a backup's file to read it from its start.
 *
 * @throws `vault.missingFile`, `vault.outside` for a link, `vault.notReadable`
 */
export async function readBackupFile(path: string): Promise<Readable> {
  const handle = await open(path);
  try {
    if (!(await handle.stat()).isFile()) {
      throw vaultErrors.outside({ message: `${path} is not a plain file.` });
    }
  } catch (error) {
    await handle.close().catch(() => undefined);
    throw vaultError(error, 'Reading the backup', path, 'read');
  }
  return Readable.from(blocks(handle, path)).once(
    'close',
    // A stream that is dropped before its first read has not started the generator that closes.
    () => void handle.close().catch(() => undefined),
  );
}

async function open(path: string): Promise<FileHandle> {
  try {
    return await openNoFollow(path);
  } catch (cause) {
    if (errnoOf(cause) === 'ENOENT') {
      throw vaultErrors.missingFile({ message: `The backup's file ${path} is not there.`, cause });
    }
    throw vaultError(cause, 'Reading the backup', path, 'read');
  }
}

async function* blocks(handle: FileHandle, path: string): AsyncGenerator<Buffer> {
  try {
    for (;;) {
      const block = Buffer.allocUnsafe(BLOCK);
      const { bytesRead } = await handle.read(block, 0, BLOCK, null);
      if (bytesRead === 0) return;
      yield block.subarray(0, bytesRead);
    }
  } catch (error) {
    throw vaultError(error, 'Reading the backup', path, 'read');
  } finally {
    await handle.close();
  }
}
