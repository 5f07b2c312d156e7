import type { Command } from 'commander';
import { refuseBlockedRemoval } from '../../../core/operations/hostedRestore';
import { confirmByTyping, needConfirmation } from '../../confirm';
import { hostedRemoveText } from '../../hostedPlanText';
import type { WithCli } from '../../program';
import { chosenHosted, hostedCluster, refOf, withWhich } from './which';
import type { WhichOptions } from './which';

interface Options extends WhichOptions {
  dryRun?: boolean;
  yes?: boolean;
}

export function deleteHostedCommand(hosted: Command, withCli: WithCli): void {
  withWhich(hosted.command('delete').description('delete one on the platform, for good'))
    .option('--dry-run', 'print what has to be known before, and stop')
    .option('--yes', 'do not ask')
    .action(
      withCli<Options>(async (cli, [name = '', text = ''], options) => {
        const { out, context } = cli;
        const { dryRun, yes } = options;
        if (!dryRun) needConfirmation(cli, yes, 'Deleting a backup');
        const { cluster, abilities } = await hostedCluster(cli, name, options, 'remove');
        const operations = await cli.operations();
        const listing = await operations.listHosted({ cluster }, context);
        const ref = refOf(chosenHosted(listing, name, text, options));
        const plan = await operations.planHostedRemove({ cluster, ref }, context);
        out.text(hostedRemoveText(plan, name, abilities, cli.services.clock.now()));
        const blocked = plan.items.some(({ severity }) => severity === 'blocker');
        if (dryRun || blocked) {
          out.document({ plan, deleted: false });
          refuseBlockedRemoval(plan);
          return;
        }
        const { id } = plan.backup;
        const tail = id.slice(-6);
        await confirmByTyping(cli, yes, `Delete it for good? Type ${tail} to confirm: `, tail);
        await operations.removeHosted({ cluster, plan }, context);
        out.document({ plan, deleted: true });
        out.text(`\nDeleted ${id} (${plan.backup.name}).\n`);
      }),
    );
}
