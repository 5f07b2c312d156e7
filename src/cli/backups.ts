import { existsSync } from 'node:fs';
import { coreErrors, toErrorInfo } from '../core/errors';
import type { Backup } from '../core/model';
import type { Cli } from './cli';
import { cliErrors } from './cliErrors';
import { vaultsOf } from './configuration';
import type { ConfiguredVault } from './configuration';
import { hostedHint } from './hostedHint';

/** A backup and the vault that holds it. */
export interface FoundBackup {
  /** Absolute folder. */
  vault: string;
  backup: Backup;
}

export interface BackupList {
  found: FoundBackup[];
  /** Vaults that could not be read: their backups are missing from the list. */
  failures: unknown[];
}

/** Shortest piece of an id that names a backup. */
const SHORTEST_PIECE = 6;

/**
 * The backups of all vaults of the configuration, newest first.
 *
 * @param options.adopt takes in files that were dropped into a vault by hand, and clears up after crashes
 */
export async function listBackups(
  cli: Cli,
  options: { cluster?: string | undefined; adopt: boolean },
): Promise<BackupList> {
  const result: BackupList = { found: [], failures: [] };
  for (const configured of vaultsOf(await cli.configuration())) {
    if (options.adopt) await tidy(cli, configured);
    try {
      const vault = await cli.services.openVault(configured.folder, cli.context.log);
      for (const backup of await vault.list(options.cluster)) {
        result.found.push({ vault: configured.folder, backup });
      }
    } catch (error) {
      result.failures.push(error);
    }
  }
  result.found.sort((a, b) => (created(a) < created(b) ? 1 : created(a) > created(b) ? -1 : 0));
  return result;
}

/**
 * The one backup that a text names: its id, its file's name, or the beginning or the end (6 characters or
 * more) of its id that no other has.
 *
 * @throws `core.unknownBackup`, `cli.ambiguousBackup`, what kept a vault from being read
 */
export async function findBackup(cli: Cli, text: string): Promise<FoundBackup> {
  const found = await lookForBackup(cli, text, { adopt: true });
  if (found !== undefined) return found;
  const { file } = await cli.configuration();
  const hint = await hostedHint(cli);
  throw coreErrors.unknownBackup({
    message: `No vault of ${file} holds a backup "${text}".`,
    next: [
      'Run "cluster-backup list", and name one by its id or its file.',
      ...(hint === undefined ? [] : [hint]),
    ].join(' '),
  });
}

/**
 * As `findBackup`; undefined when there is none.
 *
 * @param options.adopt looks once more with what was dropped into the vaults by hand
 */
export async function lookForBackup(
  cli: Cli,
  text: string,
  options: { adopt: boolean },
): Promise<FoundBackup | undefined> {
  for (const adopt of options.adopt ? [false, true] : [false]) {
    const { found, failures } = await listBackups(cli, { adopt });
    const matches = matchBackups(found, text);
    const exact = matches[0]?.backup.manifest.id === text.toUpperCase();
    // A vault that could not be read may hold another one that begins the same.
    if (failures.length > 0 && !exact) throw failures[0];
    if (matches.length > 1) throw ambiguous(text, matches);
    if (matches[0] !== undefined) return matches[0];
  }
  return undefined;
}

/** Every backup that a text may mean; the closest kind of match only. */
export function matchBackups(found: readonly FoundBackup[], text: string): FoundBackup[] {
  const id = text.toUpperCase();
  const kinds: ((b: Backup) => boolean)[] = [
    ({ manifest }) => manifest.id === id,
    ({ manifest }) => manifest.file === text,
    ({ manifest }) =>
      id.length >= SHORTEST_PIECE && (manifest.id.startsWith(id) || manifest.id.endsWith(id)),
  ];
  for (const matches of kinds) {
    const hits = found.filter(({ backup }) => matches(backup));
    if (hits.length > 0) return hits;
  }
  return [];
}

function ambiguous(text: string, matches: readonly FoundBackup[]) {
  const list = matches
    .slice(0, 10)
    .map(({ backup: { manifest } }) => `${manifest.id} (${manifest.file})`)
    .join(', ');
  const more = matches.length > 10 ? ` and ${matches.length - 10} more` : '';
  return cliErrors.ambiguousBackup({
    message: `"${text}" names ${matches.length} backups: ${list}${more}.`,
  });
}

/** A vault that can't be tidied can still be listed. */
async function tidy(cli: Cli, { folder, clusters }: ConfiguredVault): Promise<void> {
  if (!existsSync(folder)) return;
  try {
    const { adopted } = await (
      await cli.operations()
    ).tidyVault(
      { vault: folder, clusters: clusters.map(({ name, system }) => ({ name, system })) },
      cli.context,
    );
    cli.out.clear();
    for (const path of adopted) cli.out.note(`Adopted ${path}.`);
  } catch (error) {
    const info = toErrorInfo(error);
    if (info.category === 'cancelled') throw error;
    cli.out.warn(`${info.message} [${info.code}]`);
  }
}

function created({ backup }: FoundBackup): string {
  return backup.manifest.created;
}
