import type { Command } from 'commander';
import { recorded } from '../../core/operations/activity';
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
        const { id, cluster, file } = found.backup.manifest;
        if (!yes) out.note(backupDetails(found, services.clock.now()));
        const tail = id.slice(-6);
        await confirmByTyping(cli, yes, `Delete it for good? Type ${tail} to confirm: `, tail);
        await recorded(
          await services.activities(),
          { kind: 'delete', cluster, subject: file, by: await services.owner() },
          [],
          cli.context,
          async (context) => {
            await (await services.openVault(found.vault, context.log)).remove(id);
          },
          () => id,
        );
        out.document({ deleted: backupDocument(found) });
        out.text(`Deleted ${id} (${file}).\n`);
      }),
    );
}
