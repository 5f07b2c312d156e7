import type { Command } from 'commander';
import { coreErrors } from '../../core/errors';
import { labelProblem } from '../../core/model';
import { findBackup } from '../backups';
import { backupDocument } from '../backupText';
import type { WithCli } from '../program';

export function labelCommand(program: Command, withCli: WithCli): void {
  program
    .command('label')
    .description('give a backup another label; "" takes it away')
    .argument('<backup>', 'id, 6 characters or more of its beginning or end, or file name')
    .argument('<label>', '3 to 25 characters of A-Za-z0-9_.-')
    .action(
      withCli<object>(async (cli, [text = '', label = '']) => {
        const problem = labelProblem(label);
        if (problem !== undefined) {
          throw coreErrors.badLabel({ message: `The label "${label}" can't be used: ${problem}` });
        }
        const found = await findBackup(cli, text);
        const vault = await cli.services.openVault(found.vault, cli.context.log);
        const backup = await vault.update(
          found.backup.manifest.id,
          ({ label: _old, ...manifest }) => (label === '' ? manifest : { ...manifest, label }),
        );
        cli.out.document({ backup: backupDocument({ backup, vault: found.vault }) });
        cli.out.text(
          label === ''
            ? `${backup.manifest.id} has no label now.\n`
            : `${backup.manifest.id} is labelled "${label}" now.\n`,
        );
      }),
    );
}
