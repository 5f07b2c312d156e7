import type { Command } from 'commander';
import { listBackups } from '../backups';
import { backupDocument, backupTable } from '../backupText';
import { clusterNamed } from '../configuration';
import { hostedNote } from '../hostedHint';
import { policyFacts } from '../policyFacts';
import type { WithCli } from '../program';

export function listCommand(program: Command, withCli: WithCli): void {
  program
    .command('list')
    .description('list the backups, newest first')
    .argument('[cluster]', 'only those of this cluster')
    .action(
      withCli<object>(async (cli, [cluster]) => {
        const { out } = cli;
        const configuration = await cli.configuration();
        const { found, failures } = await listBackups(cli, { cluster, adopt: true });
        // Backups outlive a cluster's entry in the file; only an unknown name with none is a mistake.
        if (cluster !== undefined && found.length === 0 && failures.length === 0) {
          clusterNamed(configuration, cluster);
        }
        const facts = await policyFacts(cli, found);
        out.document({
          backups: found.map((one) => backupDocument(one, facts.get(one.backup.manifest.id))),
        });
        if (out.options.quiet) {
          out.text(found.map(({ backup }) => `${backup.manifest.id}\n`).join(''));
        } else if (found.length === 0) {
          out.note('No backups.');
        } else {
          out.text(backupTable(found, cli.services.clock.now(), facts));
        }
        const named = configuration.clusters.find(({ name }) => name === cluster);
        const note = await hostedNote(cli, named);
        if (note !== undefined) out.note(note);
        if (failures.length > 0) throw failures[0];
      }),
    );
}
