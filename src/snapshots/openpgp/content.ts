import { pipeline, Readable } from 'node:stream';
import { createInflate, createInflateRaw } from 'node:zlib';
import { isClusterBackupError } from '../../core/errors';
import { openpgpErrors } from '../openpgpErrors';
import { ByteSource } from './byteSource';
import { readPacket, Tag, wholeBody, type Packet } from './packets';

/** The head of the literal packet that holds the content: binary, no name, no time. RFC 4880 5.9. */
export const LITERAL_HEAD = Buffer.from([0x62, 0, 0, 0, 0, 0]);

const CHUNK = 1 << 17;

/**
 * The content of a decrypted message: the literal data, unpacked where it was compressed. Signatures
 * are passed over. All of the message is read, so that its integrity check is reached.
 *
 * @throws `openpgp.damaged`, `openpgp.unsupported`
 */
export async function* readContent(
  message: AsyncIterable<Uint8Array>,
  depth = 0,
): AsyncGenerator<Buffer, void, undefined> {
  const source = new ByteSource(message);
  try {
    const packet = await dataPacket(source);
    if (packet.tag === Tag.literal) yield* literal(packet);
    else if (depth < 2) yield* readContent(inflated(packet), depth + 1);
    else throw noContent();
    await source.drain();
  } finally {
    await source.close();
  }
}

async function dataPacket(source: ByteSource): Promise<Packet> {
  for (;;) {
    const packet = await readPacket(source);
    if (packet?.tag === Tag.literal || packet?.tag === Tag.compressed) return packet;
    const passed: unknown[] = [Tag.marker, Tag.onePassSignature, Tag.signature];
    if (packet === undefined || !passed.includes(packet.tag)) throw noContent();
    await wholeBody(packet);
  }
}

async function* literal({ body }: Packet): AsyncGenerator<Buffer, void, undefined> {
  const source = new ByteSource(body);
  const nameLength = (await source.exactly(2)).readUInt8(1);
  await source.exactly(nameLength + 4);
  yield* source.rest();
}

async function* inflated({ body }: Packet): AsyncGenerator<Buffer, void, undefined> {
  const source = new ByteSource(body);
  const algorithm = await source.byte();
  if (algorithm === 0) return yield* source.rest();
  if (algorithm > 2) {
    throw openpgpErrors.unsupported({
      message: 'The encrypted file is compressed in a way that is not read here (bzip2).',
    });
  }
  const options = { chunkSize: CHUNK };
  const unzip = algorithm === 1 ? createInflateRaw(options) : createInflate(options);
  const input = Readable.from(source.rest(CHUNK));
  pipeline(input, unzip, () => undefined);
  try {
    for await (const chunk of unzip) yield chunk as Buffer;
  } catch (cause) {
    if (isClusterBackupError(cause) || !isZlibError(cause)) throw cause;
    throw openpgpErrors.damaged({
      message: 'The encrypted file is damaged: what is compressed in it cannot be unpacked.',
      cause,
    });
  }
}

function isZlibError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^Z_/.test(String(error.code));
}

function noContent() {
  return openpgpErrors.damaged({
    message: 'The encrypted file is damaged: there is no content in it that could be read.',
  });
}
