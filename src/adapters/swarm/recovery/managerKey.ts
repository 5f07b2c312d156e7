import { createPrivateKey } from 'node:crypto';
import { recoveryErrors } from './errors';

/*
 * `certificates/swarm-node.key` of a manager: the node's TLS key as PEM, in whose headers stands the key of its Raft
 * log. With autolock both are encrypted with the unlock key (the KEK): the TLS key as PKCS#8, the header as a
 * protobuf `MaybeEncryptedRecord` with NaCl's secretbox. Follows moby/swarmkit ca/keyreadwriter.go, manager/dek.go
 * and manager/encryption.
 */

const PEM = /-----BEGIN ([A-Z0-9 ]+)-----\r?\n([\s\S]+?)\r?\n-----END \1-----/;
const ENCRYPTED = 'ENCRYPTED PRIVATE KEY';
const RAFT_KEYS = new Set(['raft-dek', 'raft-dek-pending']);
const SECRETBOX = 1;

/** Whether a manager's key file can only be read with the unlock key: autolock is on. */
export function isLockedKey(text: string): boolean {
  const pem = PEM.exec(text);
  if (pem === null) throw badFile('it holds no PEM block');
  return pem[1] === ENCRYPTED || (pem[2] ?? '').includes('Proc-Type: 4,ENCRYPTED');
}

/**
 * The same key file as it is without autolock, so that the engine starts, and can be made a cluster of its own,
 * without being asked for the unlock key.
 *
 * @param text the file as it is
 * @param unlockKey `SWMKEY-1-…`
 * @throws `recovery.wrongUnlockKey`, `recovery.badKeyFile`
 */
export async function openManagerKey(text: string, unlockKey: string): Promise<string> {
  const kek = parseUnlockKey(unlockKey);
  const pem = PEM.exec(text);
  if (pem === null) throw badFile('it holds no PEM block');
  if (pem[1] !== ENCRYPTED) throw badFile(`it is a "${pem[1] ?? ''}", not a PKCS#8 key`);
  const lines = (pem[2] ?? '').split(/\r?\n/).filter((line) => line !== '');
  const headers = lines.flatMap((line) => {
    const header = /^([\w-]+): (.*)$/.exec(line);
    return header === null ? [] : [[header[1] ?? '', header[2] ?? ''] as const];
  });
  const body = lines.filter((line) => !line.includes(':')).join('');
  let key: Buffer;
  try {
    key = createPrivateKey({
      key: Buffer.from(body, 'base64'),
      format: 'der',
      type: 'pkcs8',
      passphrase: kek,
    }).export({ format: 'der', type: 'pkcs8' });
  } catch (cause) {
    throw recoveryErrors.wrongUnlockKey({
      message: 'The unlock key does not open this manager’s key.',
      cause,
    });
  }
  const opened: string[] = [];
  for (const [name, value] of headers) {
    opened.push(`${name}: ${RAFT_KEYS.has(name) ? await openHeader(value, kek) : value}`);
  }
  const base64 = key.toString('base64').replace(/.{64}(?=.)/g, '$&\n');
  const block = [...opened, ...(opened.length > 0 ? [''] : []), base64].join('\n');
  return `-----BEGIN PRIVATE KEY-----\n${block}\n-----END PRIVATE KEY-----\n`;
}

function parseUnlockKey(text: string): Buffer {
  const found = /^SWMKEY-1-([A-Za-z0-9+/]{43})=?$/.exec(text.trim());
  if (found === null) {
    throw recoveryErrors.wrongUnlockKey({ message: 'This is not the form of an unlock key.' });
  }
  return Buffer.from(found[1] ?? '', 'base64');
}

async function openHeader(value: string, kek: Buffer): Promise<string> {
  const record = parseRecord(Buffer.from(value, 'base64'));
  if (record.algorithm === 0) return value;
  if (record.algorithm !== SECRETBOX || record.nonce.length !== 24) {
    throw badFile(`its Raft key is encrypted by algorithm ${record.algorithm}, which is not known`);
  }
  const { secretbox } = await import('../../tweetnacl');
  const plain = secretbox.open(record.data, record.nonce, kek);
  if (!plain) {
    throw recoveryErrors.wrongUnlockKey({
      message: 'The unlock key does not open the key of this manager’s Raft log.',
    });
  }
  // Field 2, bytes; no algorithm: not encrypted.
  return Buffer.concat([Buffer.from([0x12, plain.length]), plain]).toString('base64');
}

interface EncryptedRecord {
  algorithm: number;
  data: Buffer;
  nonce: Buffer;
}

/** A protobuf message of a few short fields. */
function parseRecord(bytes: Buffer): EncryptedRecord {
  const record: EncryptedRecord = { algorithm: 0, data: Buffer.alloc(0), nonce: Buffer.alloc(0) };
  for (let at = 0; at < bytes.length;) {
    const tag = bytes[at++] ?? 0;
    // Lengths and numbers here are below 128: one byte each.
    const value = bytes[at++] ?? 0x80;
    if (value > 0x7f) throw badFile('its Raft key has a form that is not known');
    if (tag === 0x08) record.algorithm = value;
    else if (tag === 0x12 || tag === 0x1a) {
      const content = bytes.subarray(at, at + value);
      if (content.length !== value) throw badFile('its Raft key is cut short');
      if (tag === 0x12) record.data = content;
      else record.nonce = content;
      at += value;
    } else throw badFile('its Raft key has a form that is not known');
  }
  return record;
}

function badFile(why: string): Error {
  return recoveryErrors.badKeyFile({ message: `The manager’s key file can’t be read: ${why}.` });
}
