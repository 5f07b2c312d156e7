import type { Command } from 'commander';
import { coreErrors } from '../../../core/errors';
import { destructiveLines } from '../../../core/restoreChoices';
import type { HostedRestorePlan } from '../../../core/plan';
import { pairs, refuseUnaskedAnswers, texts } from '../../choiceOptions';
import type { ChoiceOptions } from '../../choiceOptions';
import { confirmByTyping, needConfirmation } from '../../confirm';
import { hostedRestoreText } from '../../hostedPlanText';
import { hostedProblems } from '../../hostedText';
import type { WithCli } from '../../program';
import { chosenHosted, hostedCluster, refOf, withWhich } from './which';
import type { WhichOptions } from './which';

interface Options extends WhichOptions, Pick<ChoiceOptions, 'accept' | 'answer'> {
  dryRun?: boolean;
  yes?: boolean;
  safetyBackup: boolean;
}

export function restoreHostedCommand(hosted: Command, withCli: WithCli): void {
  withWhich(hosted.command('restore').description('restore one where it is, on the platform'))
    .option('--dry-run', 'print the plan and stop')
    .option('--yes', 'do not ask')
    .option('--no-safety-backup', 'do not back up the present state first')
    .option('--answer <key=value>', 'answer to what the plan asks; repeatable', pairs)
    .option('--accept <code>', 'go on in spite of this hindrance; repeatable', texts)
    .action(
      withCli<Options>(async (cli, [name = '', text = ''], options) => {
        const { out, context } = cli;
        const { dryRun, yes, safetyBackup, answer, accept } = options;
        if (!dryRun) needConfirmation(cli, yes, 'A restore');
        const { cluster } = await hostedCluster(cli, name, options, 'restore');
        const operations = await cli.operations();
        const listing = await operations.listHosted({ cluster }, context);
        const ref = refOf(chosenHosted(listing, name, text, options));
        const choices = {
          ...(answer === undefined ? {} : { answers: Object.fromEntries(answer) }),
          ...(accept === undefined ? {} : { accept }),
        };
        const plan = await operations.planHostedRestore(
          { cluster, ref, choices, safetyBackup },
          context,
        );
        refuseUnaskedAnswers('restore', choices, plan.items);
        out.text(hostedRestoreText(plan, cli.services.clock.now()));
        if (dryRun || !plan.possible) {
          out.document({ plan, restored: false });
          refuseBlocked(plan);
          return;
        }
        const first = destructiveLines(plan.items).map(({ title }) => `${title}. `);
        await confirmByTyping(
          cli,
          yes,
          `${first.join('')}"${name}" is restored from ${plan.backup.name}. Type the cluster's name to confirm: `,
          name,
        );
        const result = await operations.restoreHosted({ cluster, plan }, context);
        out.document({ plan, restored: true, hosted: result.backup, ...safetyOf(result) });
        out.text(`\nRestored "${name}" from ${plan.backup.name}.\n`);
        if (result.safetyBackup !== undefined) {
          out.text(`The state before is backup ${result.safetyBackup}, on the platform's side.\n`);
        }
        for (const problem of hostedProblems(result.backup)) out.warn(problem);
      }),
    );
}

function safetyOf({ safetyBackup }: { safetyBackup?: string }): { safetyBackup?: string } {
  return safetyBackup === undefined ? {} : { safetyBackup };
}

function refuseBlocked({ possible, items, cluster, backup }: HostedRestorePlan): void {
  if (possible) return;
  const [first, ...more] = items.filter(({ severity }) => severity === 'blocker');
  const rest = more.length === 0 ? '' : ` (and ${more.length} more)`;
  throw coreErrors.notRestorable({
    message: `Cluster "${cluster}" can't be restored from ${backup.name}: ${first?.title ?? 'its plan says why'}${rest}.`,
    ...(first?.detail === undefined ? {} : { next: first.detail }),
  });
}
