import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { forecast, present } from '../../../core/retention/forecast';
import { byGroup } from '../../../core/retention/groups';
import { policyProblems } from '../../../core/retention/problems';
import type { RetainedBackup } from '../../../core/retention/settings';
import { cliErrors } from '../../cliErrors';
import type { WithCli } from '../../program';
import { datesTable, listTable, policyText } from '../../retentionText';
import {
  CLUSTER_HELP,
  kindNamed,
  policyWith,
  retentionCluster,
  withPolicyOptions,
} from './policyOptions';
import type { PolicyOptions } from './policyOptions';

interface Options extends PolicyOptions {
  kind?: string;
  group?: string;
  at?: Date[];
}

const MONTHS = 12;
/** As far as one can look: a forecast of hours over more years would take its time. */
const FARTHEST_YEARS = 10;

export function previewRetentionCommand(retention: Command, withCli: WithCli): void {
  const command = retention
    .command('preview')
    .description(
      'which backups there will be, under the policy that holds or another; sends nothing',
    )
    .argument('<cluster>', CLUSTER_HELP)
    .option('--kind <kind>', 'kind of environment; the first when left out')
    .option('--group <name>', 'only this one, e.g. an environment')
    .option(
      '--at <date>',
      'list those there are at the end of that day, YYYY-MM-DD; repeatable (default: how many at the end of each month of a year)',
      dates,
    );
  withPolicyOptions(command).action(
    withCli<Options>(async (cli, [name = ''], options) => {
      const { out, context } = cli;
      const now = cli.services.clock.now();
      const moments = options.at ?? monthEnds(now);
      refuseDates(moments, now);
      const cluster = await retentionCluster(cli, name);
      const settings = await (await cli.operations()).retention({ cluster }, context);
      const kind = kindNamed(settings, options.kind);
      const policy = policyWith(kind.policy, options);
      refuseNonsense(policy);
      const until = new Date(Math.max(...moments.map((moment) => moment.getTime())));
      const previews = groupsOf(kind.existing, options.group).map(([group, existing]) => {
        const backups = forecast(policy, existing, now, until);
        const at = moments.map((moment) => ({ at: moment, backups: present(backups, moment) }));
        return { group, at };
      });
      out.document({
        cluster: name,
        kind: kind.id,
        policy,
        previews: previews.map(({ group, at }) => ({ ...(group === '' ? {} : { group }), at })),
      });
      out.text(`${kind.title}: ${policyText(policy)}\n`);
      if (kind.existing === undefined) {
        out.warn('The backups there are now could not be read, and are not in the preview.');
      }
      for (const { severity, text } of policyProblems(policy)) {
        if (severity === 'warning') out.warn(text);
      }
      for (const { group, at } of previews) {
        if (group !== '') out.text(`\n${group}\n`);
        out.text(options.at === undefined ? datesTable(at) : listTable(at));
      }
      out.note(
        'Worked out by us, in UTC: the platform does not say when it makes and deletes what.',
      );
    }),
  );
}

/** Each group by itself, since limits hold for each; one without backups where there is none. */
function groupsOf(
  existing: readonly RetainedBackup[] = [],
  only: string | undefined,
): [string, RetainedBackup[]][] {
  const groups = [...byGroup(existing)];
  if (only !== undefined) return [[only, groups.find(([group]) => group === only)?.[1] ?? []]];
  return groups.length === 0 ? [['', []]] : groups;
}

function refuseNonsense(policy: Parameters<typeof policyProblems>[0]): void {
  const found = policyProblems(policy).find(({ severity }) => severity === 'blocker');
  if (found === undefined) return;
  throw cliErrors.usage({ message: found.text, next: 'Give other numbers.' });
}

function refuseDates(moments: readonly Date[], now: Date): void {
  const farthest = new Date(now);
  farthest.setUTCFullYear(farthest.getUTCFullYear() + FARTHEST_YEARS);
  const wrong = moments.find((moment) => moment < now || moment > farthest);
  if (wrong === undefined) return;
  throw cliErrors.usage({
    message: `${wrong.toISOString().slice(0, 10)} can't be looked at.`,
    next: `Give a date from today on, within ${FARTHEST_YEARS} years.`,
  });
}

/** The last moment of this month and of the next eleven. */
function monthEnds(now: Date): Date[] {
  return Array.from(
    { length: MONTHS },
    (_, index) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + index + 1, 1) - 1),
  );
}

function dates(text: string, before: Date[] = []): Date[] {
  const date = new Date(`${text}T23:59:59.999Z`);
  // A day that is not there, 30 February, would roll over.
  const isDay = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(`${text}T`);
  if (!isDay) throw new InvalidArgumentError('Write a date as YYYY-MM-DD.');
  return [...before, date];
}
