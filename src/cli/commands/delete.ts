import type { Command } from 'commander';
import { removeBackup } from '../../core/operations/remove';
import { findBackup } from '../backups';
import { backupDetails, backupDocument } from '../backupText';
import { confirmByTyping, needConfirmation } from '../confirm';
import type { WithCli } from '../program';

interface Options {
  yes?: boolean;
}

export function deleteCommand(program: Command, withCli: WithCli): void {
  program
    .command('delete')
    .description('delete a backup for good')
    .argument('<backup>', 'id, 6 characters or more of its beginning or end, or file name')
    .option('--yes', 'do not ask')
    .action(
      withCli<Options>(async (cli, [text = ''], { yes }) => {
        needConfirmation(cli, yes, 'Deleting a backup');
        const { services, out } = cli;
        const found = await findBackup(cli, text);
        const { id, file } = found.backup.manifest;
        if (!yes) out.note(backupDetails(found, services.clock.now()));
        const tail = id.slice(-6);
        await confirmByTyping(cli, yes, `Delete it for good? Type ${tail} to confirm: `, tail);
        const parts = {
          vault: await services.openVault(found.vault, cli.context.log),
          activities: await services.activities(),
          by: await services.owner(),
        };
        await removeBackup(found.backup, parts, cli.context);
        out.document({ deleted: backupDocument(found) });
        out.text(`Deleted ${id} (${file}).\n`);
      }),
    );
}
