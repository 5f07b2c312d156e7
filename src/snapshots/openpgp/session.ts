import type { PrivateKey } from 'openpgp';
import { openpgpErrors } from '../openpgpErrors';
import type { ByteSource } from './byteSource';
import { readPacket, Tag, wholeBody, writePacket, type Packet } from './packets';

/** What stands before the encrypted data: for whom it is, and by which way it opens. */
export interface MessageHead {
  /** The session key packets, as bytes that openpgp.js reads. */
  sessionPackets: Buffer;
  /** 16 hex digits each, in upper case. */
  keyIds: string[];
  /** True when a passphrase opens it. */
  passphrase: boolean;
  /** Symmetric ciphers named by the passphrase packets, RFC 4880 section 9.2. */
  ciphers: number[];
  /** The packet of the encrypted data; undefined when there is none. */
  data: Packet | undefined;
}

export function emptyHead(): MessageHead {
  return {
    sessionPackets: Buffer.alloc(0),
    keyIds: [],
    passphrase: false,
    ciphers: [],
    data: undefined,
  };
}

/**
 * Reads up to the encrypted data.
 *
 * @param head filled as far as the bytes go, also when they end in an error
 * @throws `openpgp.damaged`
 */
export async function readHead(source: ByteSource, head = emptyHead()): Promise<MessageHead> {
  // No message has more recipients than that.
  for (let count = 0; count < 1000; count++) {
    const packet = await readPacket(source);
    if (packet === undefined) return head;
    if (packet.tag === Tag.publicKeySession || packet.tag === Tag.passphraseSession) {
      note(head, packet.tag, await wholeBody(packet));
    } else if (packet.tag === Tag.marker) await wholeBody(packet);
    else {
      head.data = packet;
      return head;
    }
  }
  return head;
}

function note(head: MessageHead, tag: number, body: Buffer): void {
  const versions = tag === Tag.passphraseSession ? [4, 5, 6] : [2, 3, 6];
  if (!versions.includes(body[0] ?? 0)) {
    throw damagedHead();
  }
  if (tag === Tag.passphraseSession) {
    head.passphrase = true;
    head.ciphers.push(body[1] ?? 0);
  } else head.keyIds.push(recipientId(body));
  head.sessionPackets = Buffer.concat([head.sessionPackets, writePacket(tag, body)]);
}

/** Version 3, RFC 4880 section 5.1, and version 6, RFC 9580 section 5.1.2. */
function recipientId(body: Buffer): string {
  const id = body[0] === 6 ? fingerprintId(body) : body.subarray(1, 9);
  return id.toString('hex').toUpperCase().padStart(16, '0');
}

function fingerprintId(body: Buffer): Buffer {
  const fingerprint = body.subarray(3, 2 + (body[1] ?? 0));
  return body[2] === 4 ? fingerprint.subarray(-8) : fingerprint.subarray(0, 8);
}

/** Whether a packet can begin an encrypted message; little else has these first bytes. */
export function beginsMessage(head: Uint8Array): boolean {
  const [first = 0] = head;
  const tag = first & 0x40 ? first & 0x3f : (first & 0x3c) >> 2;
  const begins: unknown[] = [Tag.publicKeySession, Tag.passphraseSession, Tag.marker];
  return (first & 0x80) !== 0 && begins.includes(tag);
}

export interface SessionSecrets {
  passphrase?: string;
  privateKeys?: PrivateKey[];
}

/** The session keys that the secrets open; none when they open nothing. */
export async function sessionKeys(sessionPackets: Buffer, secrets: SessionSecrets) {
  const openpgp = await import('openpgp');
  const attempts = [
    ...(secrets.privateKeys?.length ? [{ decryptionKeys: secrets.privateKeys }] : []),
    ...(secrets.passphrase === undefined ? [] : [{ passwords: [secrets.passphrase] }]),
  ];
  const found = [];
  for (const attempt of attempts) {
    const message = await openpgp
      .readMessage({ binaryMessage: new Uint8Array(sessionPackets) })
      .catch((cause: unknown) => {
        throw damagedHead(cause);
      });
    // It throws when nothing opens; that is for the caller to name.
    found.push(...(await openpgp.decryptSessionKeys({ message, ...attempt }).catch(() => [])));
  }
  return found;
}

function damagedHead(cause?: unknown) {
  const message = 'The encrypted file is damaged, or of a version that is not known here.';
  return openpgpErrors.damaged({ message, cause });
}
