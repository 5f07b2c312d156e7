import type { Readable } from 'node:stream';

export type EncryptionRequest =
  | { kind: 'none' }
  | { kind: 'passphrase'; passphrase: string }
  /** ASCII-armoured public keys. */
  | { kind: 'openpgp'; publicKeys: string[] };

export interface DecryptionSecrets {
  passphrase?: string;
  /** ASCII-armoured private keys, and the passphrase that opens them. */
  privateKeys?: string[];
  keyPassphrase?: string;
}

export interface Encryptor {
  /** A stream of the encrypted message, and the key ids it is for. */
  encrypt(
    plain: Readable,
    request: Exclude<EncryptionRequest, { kind: 'none' }>,
  ): Promise<{ stream: Readable; keyIds: string[] }>;
  /** Throws `core.needsPassphrase`, `core.needsKey`, `openpgp.wrongPassphrase`, `openpgp.damaged`. */
  decrypt(encrypted: Readable, secrets: DecryptionSecrets): Promise<Readable>;
  /** Looks at the first bytes only. */
  detect(head: Uint8Array): Promise<{ kind: 'none' | 'passphrase' | 'openpgp'; keyIds: string[] }>;
}
