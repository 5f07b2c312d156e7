import type { Command } from 'commander';
import { settingsText } from '../../retentionText';
import type { WithCli } from '../../program';
import { CLUSTER_HELP, retentionCluster } from './policyOptions';

export function showRetentionCommand(retention: Command, withCli: WithCli): void {
  retention
    .command('show')
    .description('show what the platform keeps, and for how long')
    .argument('<cluster>', CLUSTER_HELP)
    .action(
      withCli<object>(async (cli, [name = '']) => {
        const { out, context } = cli;
        const cluster = await retentionCluster(cli, name);
        const settings = await (await cli.operations()).retention({ cluster }, context);
        out.document({ cluster: name, ...settings });
        out.text(settingsText(settings));
        if (settings.editable !== true) out.note(`It can't be changed: ${settings.editable}.`);
      }),
    );
}
