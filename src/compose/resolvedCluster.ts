import { readFile } from 'node:fs/promises';
import { configErrors } from '../core/config/configErrors';
import type { ClusterConfig } from '../core/config/parse';
import { secretNeeds } from '../core/config/secrets';
import type { SecretLookup } from '../core/config/secrets';
import type {
  ConnectedCluster,
  DecryptionSecrets,
  EncryptionRequest,
  SystemDefinition,
} from '../core/ports';

/** A cluster with its secrets looked up: what operations take. Plain data; never stored or logged. */
export interface ResolvedCluster {
  connected: ConnectedCluster;
  /** Absolute folder. */
  vault: string;
  encryption: EncryptionRequest;
  decryption: DecryptionSecrets;
}

/**
 * Looks up every secret that a cluster's entry refers to, and reads its key files.
 *
 * @throws `config.secretMissing`, `config.unreadable`
 */
export async function resolveCluster(
  config: ClusterConfig,
  system: SystemDefinition,
  lookup: SecretLookup,
): Promise<ResolvedCluster> {
  const secrets: Record<string, string> = {};
  for (const need of secretNeeds(config, system)) {
    const value = await lookup(need);
    if (value === undefined || value === '') {
      const { reference } = need;
      const where =
        'env' in reference
          ? `the environment variable ${reference.env} is not set`
          : `the stored secret "${reference.secret}" is not there`;
      throw configErrors.secretMissing({ message: `The ${need.title} is missing: ${where}.` });
    }
    secrets[need.field] = value;
  }
  return {
    connected: {
      name: config.name,
      system: config.system,
      connection: config.connection,
      secrets,
    },
    vault: config.vault,
    ...(await resolveEncryption(config, secrets)),
  };
}

/** Every secret value of a resolved cluster, for masking. */
export function secretValues(cluster: ResolvedCluster): string[] {
  const { decryption, encryption } = cluster;
  return [
    ...Object.values(cluster.connected.secrets),
    ...(encryption.kind === 'passphrase' ? [encryption.passphrase] : []),
    ...[decryption.passphrase, decryption.keyPassphrase].filter((s) => s !== undefined),
  ];
}

async function resolveEncryption(
  config: ClusterConfig,
  secrets: Record<string, string>,
): Promise<Pick<ResolvedCluster, 'encryption' | 'decryption'>> {
  const { encryption } = config;
  if (encryption === 'none') return { encryption: { kind: 'none' }, decryption: {} };
  if ('passphrase' in encryption) {
    const passphrase = secrets['encryption.passphrase'] ?? '';
    return { encryption: { kind: 'passphrase', passphrase }, decryption: { passphrase } };
  }
  const keyPassphrase = secrets['encryption.privateKeyPassphrase'];
  return {
    encryption: {
      kind: 'openpgp',
      publicKeys: await Promise.all(encryption.publicKeys.map(readKey)),
    },
    decryption: {
      ...(encryption.privateKeyFile === undefined
        ? {}
        : { privateKeys: [await readKey(encryption.privateKeyFile)] }),
      ...(keyPassphrase === undefined ? {} : { keyPassphrase }),
    },
  };
}

async function readKey(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw configErrors.unreadable({ message: `The key file ${path} can't be read.`, cause });
  }
}
