import type { Readable } from 'node:stream';
import type { VaultWriter } from '../ports';
import { throwIfCancelled } from '../errors';

/** Writes a stream to a vault with back-pressure; a cancelled signal ends it between two chunks. */
export async function pipeToWriter(
  stream: Readable,
  writer: VaultWriter,
  signal: AbortSignal,
): Promise<void> {
  const stop = () => stream.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      throwIfCancelled(signal);
      await writer.write(chunk);
    }
    throwIfCancelled(signal);
  } catch (error) {
    throwIfCancelled(signal);
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    stream.destroy();
  }
}
