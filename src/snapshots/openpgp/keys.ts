import type { Key, PrivateKey, PublicKey } from 'openpgp';
import { coreErrors } from '../../core/errors';
import { openpgpErrors } from '../openpgpErrors';

/** A public key as shown to the person. */
export interface PublicKeyInfo {
  /** 16 hex digits of the primary key, as gpg prints them. */
  keyId: string;
  userIds: string[];
  /** Undefined when it never does. */
  expires: Date | undefined;
}

/** A public key that can encrypt now. */
export interface Recipient {
  key: PublicKey;
  /** 16 hex digits of the (sub)key that the message will name. */
  keyId: string;
}

const BLOCK =
  /-----BEGIN PGP (PUBLIC|PRIVATE) KEY BLOCK-----[\s\S]*?-----END PGP \1 KEY BLOCK-----/g;

/**
 * Lists the keys of an ASCII-armoured text.
 *
 * @throws `openpgp.badKey` when there is none, or one that is private
 */
export async function readPublicKeys(armored: string): Promise<PublicKeyInfo[]> {
  const keys = await publicKeys(armored);
  return Promise.all(
    keys.map(async (key) => ({
      keyId: hexId(key),
      userIds: key.getUserIDs(),
      expires: await expiry(key),
    })),
  );
}

/**
 * The recipients of a message.
 *
 * @throws `openpgp.badKey`, `openpgp.keyExpired`
 */
export async function recipients(armored: readonly string[], now: Date): Promise<Recipient[]> {
  const keys = (await Promise.all(armored.map(publicKeys))).flat();
  if (keys.length === 0) throw openpgpErrors.badKey({ message: 'No public key was given.' });
  return Promise.all(keys.map((key) => recipient(key, now)));
}

async function publicKeys(armored: string): Promise<Key[]> {
  const keys = await readKeys(armored, openpgpErrors.badKey);
  for (const key of keys) {
    if (!key.isPrivate()) continue;
    throw openpgpErrors.badKey({
      message: `The key ${nameOf(key)} is a private key; only its public part belongs here.`,
    });
  }
  return keys;
}

async function readKeys(armored: string, bad: typeof openpgpErrors.badKey): Promise<Key[]> {
  const blocks = armored.match(BLOCK);
  if (blocks === null) throw bad({ message: 'The text holds no ASCII-armoured OpenPGP key.' });
  const openpgp = await import('openpgp');
  try {
    const keys = blocks.map((armoredKeys) => openpgp.readKeys({ armoredKeys }));
    return (await Promise.all(keys)).flat();
  } catch (cause) {
    throw bad({ message: `The OpenPGP key cannot be read: ${messageOf(cause)}.`, cause });
  }
}

async function recipient(key: Key, now: Date): Promise<Recipient> {
  try {
    const encryptionKey = await key.getEncryptionKey(undefined, now);
    return { key: key.toPublic(), keyId: hexId(encryptionKey) };
  } catch (cause) {
    const sound = await key.getEncryptionKey(undefined, null).then(
      () => true,
      () => false,
    );
    if (!sound) {
      const why = messageOf(cause);
      throw openpgpErrors.badKey({
        message: `The key ${nameOf(key)} cannot encrypt: ${why}.`,
        cause,
      });
    }
    const at = (await expiry(key))?.toISOString();
    const when =
      at !== undefined && at < now.toISOString() ? `expired at ${at}` : 'is not valid now';
    throw openpgpErrors.keyExpired({ message: `The key ${nameOf(key)} ${when}.`, cause });
  }
}

async function expiry(key: Key): Promise<Date | undefined> {
  const time = await key.getExpirationTime().catch(() => null);
  return time instanceof Date ? time : undefined;
}

/**
 * The private keys among those given that a message is for, opened.
 *
 * @param keyIds whom the message is for; an id of zeros hides the recipient, so any key may fit
 * @throws `core.needsKey`, `core.needsPassphrase`, `openpgp.wrongPassphrase`, `openpgp.badPrivateKey`
 */
export async function openPrivateKeys(
  armored: readonly string[],
  passphrase: string | undefined,
  keyIds: readonly string[],
): Promise<PrivateKey[]> {
  const keys = await Promise.all(
    armored.map((text) => readKeys(text, openpgpErrors.badPrivateKey)),
  );
  const fitting = keys.flat().filter((key) => {
    const own = key.getKeyIDs().map((id) => id.toHex().toUpperCase());
    return keyIds.some((id) => /^0+$/.test(id) || own.includes(id));
  });
  if (fitting.length === 0) throw needsKey(keyIds);
  return Promise.all(fitting.map((key) => openPrivateKey(key, passphrase)));
}

/** @param keyIds whom the message is for */
export function needsKey(keyIds: readonly string[]) {
  const message = `The backup is encrypted for ${keyIds.join(', ')}; no such private key was given.`;
  return coreErrors.needsKey({ message });
}

async function openPrivateKey(key: Key, passphrase: string | undefined): Promise<PrivateKey> {
  if (!key.isPrivate()) {
    throw openpgpErrors.badPrivateKey({ message: `The key ${nameOf(key)} is a public key.` });
  }
  if (key.getKeys().every(({ keyPacket }) => !isLocked(keyPacket))) return key;
  if (passphrase === undefined || passphrase === '') {
    throw coreErrors.needsPassphrase({
      message: `The private key ${nameOf(key)} is protected by a passphrase.`,
      next: 'Give the passphrase of the private key.',
    });
  }
  const { decryptKey } = await import('openpgp');
  try {
    return await decryptKey({ privateKey: key, passphrase });
  } catch (cause) {
    throw openpgpErrors.wrongPassphrase({
      message: `The passphrase does not open the private key ${nameOf(key)}.`,
      cause,
    });
  }
}

function isLocked(packet: object): boolean {
  return 'isDecrypted' in packet && !(packet as { isDecrypted(): boolean }).isDecrypted();
}

function nameOf(key: Key): string {
  const [user] = key.getUserIDs();
  return user === undefined ? hexId(key) : `${hexId(key)} (${user})`;
}

function hexId(key: Pick<Key, 'getKeyID'>): string {
  return key.getKeyID().toHex().toUpperCase();
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
