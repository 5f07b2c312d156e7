import type { Command } from 'commander';
import { findBackup } from '../backups';
import { backupDetails, backupDocument } from '../backupText';
import { policyFactsOf } from '../policyFacts';
import type { WithCli } from '../program';

export function showCommand(program: Command, withCli: WithCli): void {
  program
    .command('show')
    .description('print all that is known of a backup')
    .argument('<backup>', 'id, 6 characters or more of its beginning or end, or file name')
    .action(
      withCli<object>(async (cli, [text = '']) => {
        const found = await findBackup(cli, text);
        const policy = await policyFactsOf(cli, found);
        cli.out.document({ backup: backupDocument(found, policy) });
        cli.out.text(backupDetails(found, cli.services.clock.now(), policy));
      }),
    );
}
