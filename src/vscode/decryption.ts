import type { DecryptionSecrets } from '../core/ports';
import { secretNeeds } from '../core/config/secrets';
import type { Services } from './services';
import type { ClusterEntry } from './store/clusterStore';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { toErrorInfo } from '../core/errors';

/** What a cluster's own configuration opens its backups with; nothing is asked. */
export async function configuredDecryption(
  services: Services,
  entry: ClusterEntry,
): Promise<DecryptionSecrets> {
  const { encryption } = entry.config;
  if (encryption === 'none') return {};
  const secrets: Record<string, string> = {};
  for (const need of secretNeeds(entry.config, entry.definition)) {
    const value = await services.secrets.stored(need);
    if (value !== undefined) secrets[need.field] = value;
  }
  const passphrase = secrets['encryption.passphrase'];
  if (passphrase !== undefined) return { passphrase };
  if (!('publicKeys' in encryption) || encryption.privateKeyFile === undefined) return {};
  const keyPassphrase = secrets['encryption.privateKeyPassphrase'];
  try {
    return {
      privateKeys: [await readFile(encryption.privateKeyFile, 'utf8')],
      ...(keyPassphrase === undefined ? {} : { keyPassphrase }),
    };
  } catch (error) {
    services.log.warn(`${encryption.privateKeyFile}: ${toErrorInfo(error).message}`);
    return {};
  }
}

/** Asks for what opens an encrypted file; undefined when the person gives up. Nothing of it is stored. */
export async function askDecryption(
  services: Services,
  path: string,
  kind: 'passphrase' | 'openpgp',
  again: boolean,
): Promise<DecryptionSecrets | undefined> {
  const name = basename(path);
  const title = `Cluster Backup: Open ${name}`;
  if (kind === 'passphrase') {
    const passphrase = await services.ui.input({
      title,
      prompt: again ? 'That passphrase was wrong. Try again.' : `Enter the passphrase of ${name}.`,
      password: true,
    });
    return passphrase ? { passphrase } : undefined;
  }
  const file = await services.ui.openFile({
    title: again
      ? `${title}: that key did not open it, choose another`
      : `${title}: choose the private key`,
    openLabel: 'Use Private Key',
    filters: { 'OpenPGP keys': ['asc', 'key', 'pgp', 'gpg'], 'All files': ['*'] },
  });
  if (file === undefined) return undefined;
  const privateKey = await readFile(file.fsPath, 'utf8');
  const keyPassphrase = await services.ui.input({
    title,
    prompt: `Enter the passphrase of ${basename(file.fsPath)}; leave it empty if there is none.`,
    password: true,
  });
  if (keyPassphrase === undefined) return undefined;
  return { privateKeys: [privateKey], ...(keyPassphrase === '' ? {} : { keyPassphrase }) };
}

/**
 * Runs something on a source that may be encrypted: with what is configured first, then with what the person
 * gives, again and again until it opens or the person gives up.
 */
export async function withDecryption<T>(
  services: Services,
  path: string,
  configured: DecryptionSecrets,
  run: (secrets: DecryptionSecrets) => Promise<T>,
): Promise<T | undefined> {
  let secrets: DecryptionSecrets | undefined = configured;
  for (let again = false; ; again = true) {
    try {
      return await run(secrets);
    } catch (error) {
      const { code } = toErrorInfo(error);
      const wrong = code === 'openpgp.wrongPassphrase';
      const key = code === 'core.needsKey';
      if (!wrong && !key && code !== 'core.needsPassphrase') throw error;
      const kind: 'openpgp' | 'passphrase' =
        key || (wrong && secrets.privateKeys !== undefined) ? 'openpgp' : 'passphrase';
      secrets = await askDecryption(services, path, kind, again || wrong);
      if (secrets === undefined) return undefined;
    }
  }
}
