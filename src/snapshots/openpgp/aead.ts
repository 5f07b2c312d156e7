import type { SessionKey } from 'openpgp';
import { isClusterBackupError } from '../../core/errors';
import { openpgpErrors } from '../openpgpErrors';
import { streamPacket } from './packets';
import { sessionKeys, type SessionSecrets } from './session';

/**
 * Decrypts what newer programs write (gpg 2.4: OCB; RFC 9580: version 2), by openpgp.js: every chunk
 * is authenticated before it is released. We never write these, gpg 2.2 could not read them.
 *
 * @param sessionPackets the packets before the data
 * @param tag the data packet's
 * @param body the data packet's
 * @throws `openpgp.wrongPassphrase`, `openpgp.damaged`
 */
export async function decryptAead(
  sessionPackets: Buffer,
  tag: number,
  body: AsyncIterable<Buffer>,
  secrets: SessionSecrets,
): Promise<AsyncIterable<Buffer>> {
  // These session keys are authenticated too: one that opens is the right one.
  const [key] = await sessionKeys(sessionPackets, secrets);
  if (key === undefined) {
    throw openpgpErrors.wrongPassphrase({ message: 'The passphrase does not open the backup.' });
  }
  const openpgp = await import('openpgp');
  const chunks = wholeMessage(sessionPackets, tag, body);
  try {
    const message = await openpgp.readMessage({ binaryMessage: webStream(chunks) });
    const decrypted: { data: unknown } = await openpgp.decrypt({
      message,
      // Version 2 needs no algorithm with its key: the data packet names it.
      sessionKeys: [key as SessionKey],
      format: 'binary',
    });
    return content(decrypted.data as AsyncIterable<Uint8Array>, chunks);
  } catch (cause) {
    await chunks.return();
    throw damaged(cause);
  }
}

async function* wholeMessage(
  sessionPackets: Buffer,
  tag: number,
  body: AsyncIterable<Buffer>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield sessionPackets;
  // In one piece each: openpgp.js takes an empty piece for the end.
  for await (const pieces of streamPacket(tag, new Uint8Array(0), body))
    yield Buffer.concat(pieces);
}

async function* content(
  data: AsyncIterable<Uint8Array>,
  chunks: AsyncGenerator<Uint8Array, void, undefined>,
): AsyncGenerator<Buffer, void, undefined> {
  try {
    for await (const { buffer, byteOffset, byteLength } of data) {
      yield Buffer.from(buffer, byteOffset, byteLength);
    }
  } catch (cause) {
    throw damaged(cause);
  } finally {
    await chunks.return();
  }
}

function webStream(chunks: AsyncGenerator<Uint8Array, void, undefined>) {
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const next = await chunks.next();
        if (next.done === true) controller.close();
        else controller.enqueue(next.value);
      },
      cancel: async () => {
        await chunks.return();
      },
    },
    { highWaterMark: 0 },
  );
}

function damaged(cause: unknown) {
  if (isClusterBackupError(cause)) return cause;
  return openpgpErrors.damaged({
    message: 'The encrypted file was cut off or changed after it was written.',
    cause,
  });
}
