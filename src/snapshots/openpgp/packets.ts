import { openpgpErrors } from '../openpgpErrors';
import { type ByteSource, endsEarly } from './byteSource';

/** Packet tags, RFC 4880 section 4.3, and 20 of draft-ietf-openpgp-rfc4880bis. */
export const Tag = {
  publicKeySession: 1,
  signature: 2,
  passphraseSession: 3,
  onePassSignature: 4,
  compressed: 8,
  unprotected: 9,
  marker: 10,
  literal: 11,
  protected: 18,
  aeadProtected: 20,
} as const;

/** Packets that may come in parts, their length unknown at the start. */
const streamed: readonly number[] = [
  Tag.compressed,
  Tag.unprotected,
  Tag.literal,
  Tag.protected,
  Tag.aeadProtected,
];

export interface Packet {
  tag: number;
  /** Must be read to its end before the next packet. */
  body: AsyncGenerator<Buffer, void, undefined>;
}

/**
 * Reads a packet's header, RFC 4880 section 4.2, old format or new.
 *
 * @returns undefined at the end of the input
 * @throws `openpgp.damaged`
 */
export async function readPacket(source: ByteSource): Promise<Packet | undefined> {
  if ((await source.peek(1)).length === 0) return undefined;
  const header = await source.byte();
  if ((header & 0x80) === 0) throw notAPacket();
  const isNew = (header & 0x40) !== 0;
  const tag = isNew ? header & 0x3f : (header & 0x3c) >> 2;
  // The length is read here, so that a damaged header shows at once.
  const length = isNew ? await newLength(source, tag) : await oldLength(source, header & 3, tag);
  return { tag, body: readBody(source, tag, length) };
}

/** A packet that is held whole. @throws `openpgp.damaged` above `limit` bytes */
export async function wholeBody({ body }: Packet, limit = 1 << 16): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of body) {
    length += part.length;
    if (length > limit) throw notAPacket();
    parts.push(part);
  }
  return Buffer.concat(parts);
}

interface Length {
  bytes: number;
  more: boolean;
}

async function* readBody(source: ByteSource, tag: number, length: Length): Packet['body'] {
  for (let part = length; ; part = await newLength(source, tag)) {
    for (let left = part.bytes; left > 0;) {
      const chunk = await source.some(left);
      if (chunk === undefined) {
        if (left === Infinity) return;
        throw endsEarly();
      }
      left -= chunk.length;
      yield chunk;
    }
    if (!part.more) return;
  }
}

async function newLength(source: ByteSource, tag: number): Promise<Length> {
  const first = await source.byte();
  if (first < 192) return { bytes: first, more: false };
  if (first < 224)
    return { bytes: ((first - 192) << 8) + (await source.byte()) + 192, more: false };
  if (first === 255) return { bytes: (await source.exactly(4)).readUInt32BE(), more: false };
  if (!streamed.includes(tag)) throw notAPacket();
  return { bytes: 2 ** (first & 0x1f), more: true };
}

async function oldLength(source: ByteSource, type: number, tag: number): Promise<Length> {
  if (type < 3)
    return { bytes: (await source.exactly(2 ** type)).readUIntBE(0, 2 ** type), more: false };
  if (!streamed.includes(tag)) throw notAPacket();
  return { bytes: Infinity, more: false };
}

function notAPacket() {
  return openpgpErrors.damaged({
    message: 'The encrypted file is damaged: what should be an OpenPGP packet is none.',
  });
}

/** Bytes of each part of a packet we write; a power of two, by the format. */
const PART_BITS = 20;
const PART = 1 << PART_BITS;

/**
 * Writes a packet of unknown length in parts, RFC 4880 section 4.2.2.4. Nothing is copied: each part
 * comes as its pieces.
 */
export async function* streamPacket(
  tag: number,
  head: Uint8Array,
  content: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array[], void, undefined> {
  let part: Uint8Array[] = [head];
  let filled = head.length;
  yield [Uint8Array.of(0xc0 | tag)];
  for await (const chunk of content) {
    for (let from = 0; from < chunk.length;) {
      const piece = chunk.subarray(from, from + PART - filled);
      part.push(piece);
      filled += piece.length;
      from += piece.length;
      if (filled < PART) continue;
      yield [Uint8Array.of(224 + PART_BITS), ...part];
      part = [];
      filled = 0;
    }
  }
  yield [lengthOf(filled), ...part];
}

/** A packet held whole, with its header. */
export function writePacket(tag: number, body: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([0xc0 | tag]), lengthOf(body.length), body]);
}

function lengthOf(bytes: number): Buffer {
  const length = Buffer.alloc(5, 0xff);
  length.writeUInt32BE(bytes, 1);
  return length;
}
