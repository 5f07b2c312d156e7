import type { Command } from 'commander';
import { hostedDetails } from '../../hostedText';
import type { WithCli } from '../../program';
import { chosenHosted, hostedCluster, withWhich } from './which';
import type { WhichOptions } from './which';

export function showHostedCommand(hosted: Command, withCli: WithCli): void {
  withWhich(hosted.command('show').description('print all that the platform says of one')).action(
    withCli<WhichOptions>(async (cli, [name = '', text = ''], options) => {
      const { cluster, abilities } = await hostedCluster(cli, name, options);
      const operations = await cli.operations();
      const listing = await operations.listHosted({ cluster }, cli.context);
      const backup = chosenHosted(listing, name, text, options);
      cli.out.document({ cluster: name, hosted: backup });
      cli.out.text(hostedDetails(backup, abilities, cli.services.clock.now()));
    }),
  );
}
