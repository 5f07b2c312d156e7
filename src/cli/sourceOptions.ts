import type { Command } from 'commander';
import type { ChosenSource, DecryptionOptions } from './source';

export const SOURCE_HELP =
  'a backup (id, 6 characters or more of its beginning or end, or file name) or the path of a file';

/** The options of every command that opens what may be encrypted. */
export function withDecryptionOptions(command: Command): Command {
  return command
    .option('--passphrase-env <name>', 'environment variable that holds the passphrase')
    .option('--private-key <file>', 'OpenPGP private key; --passphrase-env then opens the key');
}

export type { DecryptionOptions };

/** A source as `--json` has it. Fields may be added, never changed. */
export interface SourceDocument {
  name: string;
  path: string;
  backupId?: string;
}

export function sourceDocument({ name, path, backup }: ChosenSource): SourceDocument {
  return {
    name,
    path,
    ...(backup === undefined ? {} : { backupId: backup.backup.manifest.id }),
  };
}
