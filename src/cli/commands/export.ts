import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { findBackup } from '../backups';
import { backupDocument } from '../backupText';
import { cliErrors } from '../cliErrors';
import type { WithCli } from '../program';

export function exportCommand(program: Command, withCli: WithCli): void {
  program
    .command('export')
    .description("copy a backup's file out of its vault, as it is stored")
    .argument('<backup>', 'id, 6 characters or more of its beginning or end, or file name')
    .argument('<target>', 'folder, or name of the new file')
    .action(
      withCli<object>(async (cli, [text = '', target = '']) => {
        const found = await findBackup(cli, text);
        const { id, file } = found.backup.manifest;
        const path = resolve(cli.terminal.cwd, target);
        const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
        const to = isFolder ? join(path, file) : path;
        if (existsSync(to)) {
          throw cliErrors.fileExists({ message: `${to} is there already.` });
        }
        await (await cli.operations()).exportBackup({ vault: found.vault, id, to }, cli.context);
        cli.out.document({ backup: backupDocument(found), exported: to });
        cli.out.text(`${to}\n`);
      }),
    );
}
