import type { Command } from 'commander';
import { refuseBlockedRetention } from '../../../core/operations/retention';
import { destructiveLines } from '../../../core/restoreChoices';
import { cliErrors } from '../../cliErrors';
import { confirmByTyping, needConfirmation } from '../../confirm';
import { planLinesText } from '../../planLines';
import type { WithCli } from '../../program';
import { settingsText } from '../../retentionText';
import { indented } from '../../table';
import {
  CLUSTER_HELP,
  kindNamed,
  policyWith,
  retentionCluster,
  saysPolicy,
  withPolicyOptions,
} from './policyOptions';
import type { PolicyOptions } from './policyOptions';

interface Options extends PolicyOptions {
  kind: string;
  dryRun?: boolean;
  yes?: boolean;
}

export function setRetentionCommand(retention: Command, withCli: WithCli): void {
  const command = retention
    .command('set')
    .description('set how long backups of one kind are kept; what is not named stays as it is')
    .argument('<cluster>', CLUSTER_HELP)
    .requiredOption('--kind <kind>', 'kind of environment')
    .option('--dry-run', 'print the plan and stop')
    .option('--yes', 'do not ask');
  withPolicyOptions(command).action(
    withCli<Options>(async (cli, [name = ''], options) => {
      const { out, context } = cli;
      const { dryRun, yes } = options;
      if (!saysPolicy(options)) {
        throw cliErrors.usage({
          message: 'There is nothing to set.',
          next: 'Give --schedule, --without-schedules, --manual-count or --max-backups.',
        });
      }
      if (!dryRun) needConfirmation(cli, yes, 'Setting how long backups are kept');
      const cluster = await retentionCluster(cli, name);
      const operations = await cli.operations();
      const kind = kindNamed(await operations.retention({ cluster }, context), options.kind);
      const change = { kind: kind.id, policy: policyWith(kind.policy, options) };
      const plan = await operations.planRetention({ cluster, change }, context);
      const { unifiedDiff } = await import('../../unifiedDiff');
      out.text(`Plan: how long "${name}" keeps backups of ${kind.id}\n`);
      out.text(planLinesText(plan.items));
      out.text(
        `\n${unifiedDiff(
          { name: 'now', text: plan.before },
          { name: 'after', text: plan.after, state: '' },
        )}`,
      );
      out.text(`\nWill be sent:\n${indented(plan.request, 2)}\n`);
      const isBlocked = plan.items.some(({ severity }) => severity === 'blocker');
      if (dryRun || isBlocked) {
        out.document({ cluster: name, plan, written: false });
        refuseBlockedRetention(plan);
        return;
      }
      const first = destructiveLines(plan.items).map(({ title }) => `${title}. `);
      await confirmByTyping(
        cli,
        yes,
        `${first.join('')}The settings of "${name}" are changed. Type its name to confirm: `,
        name,
      );
      const settings = await operations.writeRetention({ cluster, plan }, context);
      out.document({ cluster: name, plan, written: true, settings });
      out.text(`\nSet, and read back:\n${settingsText(settings)}`);
    }),
  );
}
