import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { throwIfCancelled } from '../core/errors';
import type { Backup } from '../core/model';
import { verifyErrors } from '../core/operations/verify';
import type { RunContext } from '../core/ports';

/**
 * Copies a backup's file as it is stored: to a partial file, checked against the manifest on the way, synced,
 * then renamed. Readable by its owner only.
 *
 * @throws `verify.storedHash` when the bytes are not those of the manifest; nothing is left then
 */
export async function copyOut(backup: Backup, to: string, context: RunContext): Promise<void> {
  const partial = `${to}.partial`;
  const target = await open(partial, 'w', 0o600);
  const hash = createHash('sha256');
  let done = 0;
  try {
    const source = createReadStream(backup.path, { highWaterMark: 1 << 20 });
    for await (const chunk of source as AsyncIterable<Uint8Array>) {
      throwIfCancelled(context.signal);
      hash.update(chunk);
      await target.writeFile(chunk);
      done += chunk.length;
      context.progress({ phase: 'Copying', done, total: backup.manifest.bytes, unit: 'bytes' });
    }
    if (hash.digest('hex') !== backup.manifest.sha256.stored) {
      throw verifyErrors.storedHash({
        message: `The SHA-256 of ${backup.manifest.file} is not the one in its manifest; nothing was copied.`,
      });
    }
    await target.sync();
    await target.close();
    await rename(partial, to);
  } catch (error) {
    await target.close().catch(() => undefined);
    await rm(partial, { force: true });
    throw error;
  }
}
