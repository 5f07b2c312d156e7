import { Option } from 'commander';
import type { Command } from 'commander';
import type { HostedBackup, HostedState } from '../../../core/model';
import { hostedProblems, hostedTable } from '../../hostedText';
import type { WithCli } from '../../program';
import { hostedCluster, withGroup } from './which';
import type { WhichOptions } from './which';

interface Options extends WhichOptions {
  label?: string;
  state?: HostedState;
  wide?: boolean;
}

const STATES: readonly HostedState[] = [
  'inProgress',
  'ready',
  'failed',
  'restoring',
  'deleting',
  'unknown',
];

export function listHostedCommand(hosted: Command, withCli: WithCli): void {
  withGroup(
    hosted
      .command('list')
      .description('list them, newest first')
      .argument('<cluster>', 'name of a cluster of the configuration'),
  )
    .option('--label <prefix>', 'only those whose label or name begins so')
    .addOption(new Option('--state <state>', 'only those in this state').choices([...STATES]))
    .option('--wide', 'a column for everything that the platform says of them')
    .action(
      withCli<Options>(async (cli, [name = ''], options) => {
        const { out } = cli;
        const { cluster, abilities } = await hostedCluster(cli, name, options);
        const operations = await cli.operations();
        const listing = await operations.listHosted({ cluster }, cli.context);
        const { warnings } = listing;
        const backups = listing.backups.filter((backup) => isWanted(backup, options));
        out.document({ cluster: name, hosted: backups, warnings });
        if (out.options.quiet) out.text(backups.map(({ id }) => `${id}\n`).join(''));
        else if (backups.length > 0) {
          const columns = { group: abilities.group, wide: options.wide ?? false };
          out.text(hostedTable(backups, columns, cli.services.clock.now()));
        } else {
          const are = listing.backups.length > 0;
          out.note(are ? `None of ${listing.backups.length} is meant by that.` : 'No backups.');
        }
        for (const warning of warnings) out.warn(warning);
        for (const backup of backups) for (const note of notesOf(backup)) out.note(note);
      }),
    );
}

function isWanted(
  { name, group, state }: HostedBackup,
  { label = '', group: wantedGroup, state: wantedState }: Options,
): boolean {
  return (
    name.startsWith(label) &&
    (wantedGroup === undefined || group === wantedGroup) &&
    (wantedState === undefined || state === wantedState)
  );
}

/** Why one can't be used stands in no column. */
function notesOf(backup: HostedBackup): string[] {
  const { name, state, error, fetch, restore } = backup;
  const problems = hostedProblems(backup);
  if (error !== undefined || state !== 'ready') return problems;
  return [
    ...problems,
    ...(typeof restore === 'string' ? [`${name} can't be restored: ${restore}`] : []),
    ...(typeof fetch === 'string' ? [`${name} can't be copied into the vault: ${fetch}`] : []),
  ];
}
