import type { Command } from 'commander';
import { coreErrors, toErrorInfo } from '../../core/errors';
import type { RestoreResult } from '../../core/operations/restore';
import type { RestorePlan } from '../../core/plan';
import { countActions, countsText, destructiveLines } from '../../core/restoreChoices';
import { confirmationText, resultsTable } from '../changesText';
import { choicesOf, refuseUnknown, withChoiceOptions } from '../choiceOptions';
import type { ChoiceOptions } from '../choiceOptions';
import type { Cli } from '../cli';
import { clusterNamed } from '../configuration';
import { confirmByTyping, needConfirmation } from '../confirm';
import { refuseHostedTarget } from '../hostedHint';
import { readPayloads, withPayloadOptions } from '../payloads';
import type { PayloadOptions } from '../payloads';
import { checksText, nothingToDo, planText } from '../planText';
import type { WithCli } from '../program';
import { ask } from '../prompt';
import { fromVariable, resolved } from '../secrets';
import { chooseSource, decryptionOf } from '../source';
import { countText } from '../words';
import { SOURCE_HELP, sourceDocument, withDecryptionOptions } from '../sourceOptions';
import type { DecryptionOptions } from '../sourceOptions';

interface Options extends DecryptionOptions, ChoiceOptions, PayloadOptions {
  to: string;
  dryRun?: boolean;
  yes?: boolean;
  safetyBackup: boolean;
  checkTokenEnv?: string;
}

export function restoreCommand(program: Command, withCli: WithCli): void {
  const command = program
    .command('restore')
    .description('bring back what is in a backup: all of it, or object by object')
    .argument('<source>', SOURCE_HELP)
    .requiredOption('--to <cluster>', 'cluster of the configuration that is restored into')
    .option('--dry-run', 'print the plan and stop')
    .option('--yes', 'do not ask')
    .option('--no-safety-backup', 'do not back up the present state first')
    .option(
      '--check-token-env <name>',
      'environment variable with the token to check with, where the backup brings other tokens back',
    );
  withDecryptionOptions(withPayloadOptions(withChoiceOptions(command))).action(
    withCli<Options>(async (cli, [text = ''], options) => {
      const { out, context } = cli;
      if (!options.dryRun) needConfirmation(cli, options.yes, 'A restore');
      const checkToken =
        options.checkTokenEnv === undefined
          ? undefined
          : fromVariable(cli, options.checkTokenEnv, '--check-token-env');
      const config = clusterNamed(await cli.configuration(), options.to);
      await refuseHostedTarget(cli, config);
      const choices = choicesOf(options);
      const canAsk = !options.dryRun && !options.yes;
      const payloads = await readPayloads(cli, options, { canAsk });
      const chosen = {
        ...(Object.keys(choices).length === 0 ? {} : { choices }),
        ...(Object.keys(payloads).length === 0 ? {} : { payloads }),
      };
      const source = await chooseSource(cli, text);
      const decryption = await decryptionOf(cli, source, options);
      const cluster = await resolved(cli, config);
      const operations = await cli.operations();
      const target = { source: source.ref, cluster, decryption };
      const plan = await operations.planRestore(
        { ...target, ...chosen, safetyBackup: options.safetyBackup },
        context,
      );
      refuseUnknown(choices, Object.keys(payloads), plan);
      out.text(planText(plan));
      const document = { source: sourceDocument(source), plan };
      if (options.dryRun || !plan.possible) {
        out.document({ ...document, restored: false });
        if (!nothingToDo(plan)) refuseBlocked(plan);
        return;
      }
      const checkSecrets = await askToCheckWith(cli, plan, checkToken, options.yes);
      await confirmByTyping(
        cli,
        options.yes,
        `${confirmation(plan)} Type its name to confirm: `,
        plan.cluster,
      );
      const sent = { ...target, plan, checkSecrets, ...('payloads' in chosen ? { payloads } : {}) };
      let result: RestoreResult;
      try {
        result = await operations.restore(sent, context);
      } catch (error) {
        const { changes } = toErrorInfo(error);
        if (changes !== undefined) {
          out.document({ ...document, restored: false, changes });
          out.text(`\n${resultsTable(changes)}`);
        }
        throw error;
      }
      out.document({ ...document, restored: true, ...result });
      out.text(`\nRestored "${plan.cluster}" from ${plan.source}.\n`);
      if (result.safetyBackup !== undefined) {
        out.text(`The state before is backup ${result.safetyBackup}.\n`);
      }
      if (result.changes !== undefined) out.text(`\n${resultsTable(result.changes)}`);
      noteLeft(cli, plan);
      if (result.checks.length > 0) out.text(`\n${checksText(result.checks)}`);
    }),
  );
}

function confirmation(plan: RestorePlan): string {
  if (plan.changes !== undefined) return confirmationText(plan, plan.changes);
  const first = destructiveLines(plan.items).map(({ title }) => `${title}. `);
  return `${first.join('')}All that "${plan.cluster}" holds will be replaced.`;
}

/** What was chosen and could not be done is not passed over in silence. */
function noteLeft(cli: Cli, { changes = [] }: RestorePlan): void {
  const { conflict, cannot } = countActions(changes);
  if (conflict > 0) {
    cli.out.warn(
      `${countText(conflict, 'object')} in conflict left as it is in the cluster; see --conflict.`,
    );
  }
  if (cannot > 0) {
    cli.out.warn(`${countText(cannot, 'object')} could not be restored; the plan says why.`);
  }
}

/** The token to check with where other tokens come back; without one the present token is tried. */
async function askToCheckWith(
  cli: Cli,
  plan: RestorePlan,
  given: string | undefined,
  yes: boolean | undefined,
): Promise<Record<string, string> | undefined> {
  const { asksForSecret } = plan;
  if (asksForSecret === undefined) return undefined;
  const { field, reason } = asksForSecret;
  let value = given;
  if (value === undefined && !yes) {
    cli.out.clear();
    value = await ask(
      cli.terminal,
      `${reason}. ${field} to check with afterwards (empty: the present one): `,
      { hidden: true, signal: cli.context.signal },
    );
    if (value) cli.out.hide(value);
  } else if (value === undefined) {
    cli.out.warn(
      `${reason}. The check after the restore uses the present ${field}; name another one with --check-token-env.`,
    );
  }
  return value ? { [field]: value } : undefined;
}

function refuseBlocked(plan: RestorePlan): void {
  if (plan.possible) return;
  const [first, ...more] = plan.items.filter((i) => i.severity === 'blocker');
  const reason =
    first?.title ?? `nothing that was chosen can be done (${countsText(plan.changes ?? [])})`;
  const rest = more.length === 0 ? '' : ` (and ${more.length} more)`;
  throw coreErrors.notRestorable({
    message: `Cluster "${plan.cluster}" can't be restored from ${plan.source}: ${reason}${rest}.`,
    ...(first === undefined
      ? { next: 'The plan says for each object why, and what would help.' }
      : first.detail === undefined
        ? {}
        : { next: first.detail }),
  });
}
