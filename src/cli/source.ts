import { readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, relative, resolve } from 'node:path';
import type { SourceRef } from '../compose/parts';
import { configErrors } from '../core/config/configErrors';
import type { ClusterConfig } from '../core/config/parse';
import { coreErrors } from '../core/errors';
import type { DecryptionSecrets } from '../core/ports';
import { listBackups, lookForBackup } from './backups';
import type { FoundBackup } from './backups';
import type { Cli } from './cli';
import { cliErrors } from './cliErrors';
import { vaultsOf } from './configuration';
import { hostedHint } from './hostedHint';
import { ask } from './prompt';
import { fromVariable, resolvedDecryption } from './secrets';

/** What FILE|BACKUP means. */
export interface ChosenSource {
  ref: SourceRef;
  /** The backup's file name, or the path as given. */
  name: string;
  /** Absolute path of the bytes. */
  path: string;
  backup?: FoundBackup;
}

/** How to open what is encrypted, from the command line. */
export interface DecryptionOptions {
  passphraseEnv?: string;
  privateKey?: string;
}

/**
 * Finds out what FILE|BACKUP means. With a path separator it is a file, without one a backup or else a file
 * of the current folder. A name that is both is refused: restoring the wrong one can't be undone. A path that
 * leads to a backup of a vault means that backup, with all that is known of it.
 *
 * @throws `core.unknownBackup`, `cli.ambiguousBackup`, `cli.ambiguousSource`, `config.unreadable`
 */
export async function chooseSource(cli: Cli, text: string): Promise<ChosenSource> {
  const path = resolve(cli.terminal.cwd, text);
  const isPath = /[/\\]/.test(text);
  const real = await realFile(path);
  if (isPath) {
    if (real === undefined) {
      throw configErrors.unreadable({ message: `The file ${text} can't be read.` });
    }
    const owner = await backupAt(cli, real);
    return owner === undefined ? fileSource(text, path) : backupSource(owner);
  }
  let found: FoundBackup | undefined;
  try {
    found = await lookForBackup(cli, text, { adopt: real === undefined });
  } catch (error) {
    // Without a configuration there is no vault, and a file is all it can be.
    if (real === undefined || !isNoConfiguration(error)) throw error;
  }
  if (real === undefined) {
    if (found !== undefined) return backupSource(found);
    const hint = await hostedHint(cli);
    throw configErrors.unreadable({
      message: `"${text}" is neither a backup of a vault nor a file in this folder.`,
      next: [
        'Run "cluster-backup list", and name a backup by its id or its file, or give the path of a file.',
        ...(hint === undefined ? [] : [hint]),
      ].join(' '),
    });
  }
  if (found === undefined) return fileSource(text, path);
  if ((await realFile(found.backup.path)) === real) return backupSource(found);
  throw cliErrors.ambiguousSource({
    message: `"${text}" is a file in this folder, and also names backup ${found.backup.manifest.id} of ${found.vault}.`,
  });
}

/**
 * What opens a source: the passphrase that `--passphrase-env` names, else what the configuration has for the
 * cluster it belongs to, else the person is asked.
 *
 * @throws `config.secretMissing`, `cli.variableMissing`, `config.unreadable`
 */
export async function decryptionOf(
  cli: Cli,
  source: ChosenSource,
  options: DecryptionOptions,
): Promise<DecryptionSecrets> {
  const given =
    options.passphraseEnv === undefined
      ? undefined
      : fromVariable(cli, options.passphraseEnv, '--passphrase-env');
  const kind =
    source.backup?.backup.manifest.encryption.kind ??
    (await cli.services.detectEncryption(source.path));
  if (kind === 'none') return {};
  if (options.privateKey !== undefined) {
    const key = await readKey(resolve(cli.terminal.cwd, options.privateKey));
    return {
      privateKeys: [key],
      ...(given === undefined ? {} : { keyPassphrase: given }),
    };
  }
  if (kind === 'passphrase' && given !== undefined) return { passphrase: given };
  const cluster = await clusterOf(cli, source);
  const configured = cluster === undefined ? {} : await resolvedDecryption(cli, cluster);
  if (kind === 'openpgp') {
    if (configured.privateKeys === undefined) throw needsKey(source);
    return given === undefined ? configured : { ...configured, keyPassphrase: given };
  }
  if (configured.passphrase !== undefined) return configured;
  const passphrase = cli.interactive
    ? await ask(cli.terminal, `Passphrase of ${source.name}: `, {
        hidden: true,
        signal: cli.context.signal,
      })
    : undefined;
  if (!passphrase) {
    throw coreErrors.needsPassphrase({
      message: `${source.name} is encrypted with a passphrase, and none was given.`,
      next: 'Put the passphrase into an environment variable and name it with --passphrase-env.',
    });
  }
  cli.out.hide(passphrase);
  return { passphrase };
}

function needsKey(source: ChosenSource) {
  return coreErrors.needsKey({
    message: `${source.name} is encrypted for OpenPGP keys, and no private key was given.`,
    next: 'Name the file with the private key of a recipient with --private-key.',
  });
}

function fileSource(name: string, path: string): ChosenSource {
  return { ref: { kind: 'file', path }, name, path };
}

function backupSource(found: FoundBackup): ChosenSource {
  const { backup, vault } = found;
  return {
    ref: { kind: 'backup', vault, id: backup.manifest.id },
    name: backup.manifest.file,
    path: backup.path,
    backup: found,
  };
}

/** The backup whose bytes lie at this path. A file needs no configuration, so none is no error. */
async function backupAt(cli: Cli, real: string): Promise<FoundBackup | undefined> {
  try {
    const { found } = await listBackups(cli, { adopt: false });
    for (const candidate of found) {
      if (candidate.backup.manifest.file !== basename(real)) continue;
      if ((await realFile(candidate.backup.path)) === real) return candidate;
    }
  } catch (error) {
    if (!isUsage(error)) throw error;
    cli.context.log.info(`The configuration was not used: ${error.message}`);
  }
  return undefined;
}

/** The configured cluster a source belongs to: its manifest's, or that in whose folder the file lies. */
async function clusterOf(cli: Cli, source: ChosenSource): Promise<ClusterConfig | undefined> {
  try {
    const vaults = vaultsOf(await cli.configuration());
    const { backup } = source;
    if (backup !== undefined) {
      const { cluster } = backup.backup.manifest;
      const { clusters = [] } = vaults.find((v) => v.folder === backup.vault) ?? {};
      return clusters.find((c) => c.name === cluster);
    }
    const real = (await realFile(source.path)) ?? source.path;
    for (const { folder, clusters } of vaults) {
      const inside = relative(await realpath(folder).catch(() => folder), real);
      if (inside.startsWith('..') || isAbsolute(inside)) continue;
      return clusters.find((c) => c.name === dirname(inside));
    }
  } catch (error) {
    if (!isUsage(error)) throw error;
  }
  return undefined;
}

/** The real path of a regular file; undefined when there is none. */
async function realFile(path: string): Promise<string | undefined> {
  try {
    return (await stat(path)).isFile() ? await realpath(path) : undefined;
  } catch {
    return undefined;
  }
}

async function readKey(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw configErrors.unreadable({ message: `The key file ${path} can't be read.`, cause });
  }
}

function isNoConfiguration(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'cli.noConfiguration';
}

function isUsage(error: unknown): error is Error {
  return error instanceof Error && 'category' in error && error.category === 'usage';
}
