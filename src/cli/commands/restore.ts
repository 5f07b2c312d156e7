import type { Command } from 'commander';
import { coreErrors } from '../../core/errors';
import type { RestorePlan } from '../../core/plan';
import type { Cli } from '../cli';
import { clusterNamed } from '../configuration';
import { confirmByTyping, needConfirmation } from '../confirm';
import { checksText, planText } from '../planText';
import type { WithCli } from '../program';
import { ask } from '../prompt';
import { fromVariable, resolved } from '../secrets';
import { chooseSource, decryptionOf } from '../source';
import { SOURCE_HELP, sourceDocument, withDecryptionOptions } from '../sourceOptions';
import type { DecryptionOptions } from '../sourceOptions';

interface Options extends DecryptionOptions {
  to: string;
  dryRun?: boolean;
  yes?: boolean;
  safetyBackup: boolean;
  checkTokenEnv?: string;
}

export function restoreCommand(program: Command, withCli: WithCli): void {
  withDecryptionOptions(
    program
      .command('restore')
      .description('replace all that a cluster holds with what is in a backup')
      .argument('<source>', SOURCE_HELP)
      .requiredOption('--to <cluster>', 'cluster of the configuration that is replaced')
      .option('--dry-run', 'print the plan and stop')
      .option('--yes', 'do not ask')
      .option('--no-safety-backup', 'do not back up the present state first')
      .option(
        '--check-token-env <name>',
        'environment variable with the token to check with, where the backup brings other tokens back',
      ),
  ).action(
    withCli<Options>(async (cli, [text = ''], options) => {
      const { out, context } = cli;
      if (!options.dryRun) needConfirmation(cli, options.yes, 'A restore');
      const checkToken =
        options.checkTokenEnv === undefined
          ? undefined
          : fromVariable(cli, options.checkTokenEnv, '--check-token-env');
      const config = clusterNamed(await cli.configuration(), options.to);
      const source = await chooseSource(cli, text);
      const decryption = await decryptionOf(cli, source, options);
      const cluster = await resolved(cli, config);
      const operations = await cli.operations();
      const target = { source: source.ref, cluster, decryption };
      const plan = await operations.planRestore(
        { ...target, safetyBackup: options.safetyBackup },
        context,
      );
      out.text(planText(plan));
      const document = { source: sourceDocument(source), plan };
      if (options.dryRun || !plan.possible) {
        out.document({ ...document, restored: false });
        refuseBlocked(plan);
        return;
      }
      const checkSecrets = await askToCheckWith(cli, plan, checkToken, options.yes);
      await confirmByTyping(
        cli,
        options.yes,
        `All that "${plan.cluster}" holds will be replaced. Type its name to confirm: `,
        plan.cluster,
      );
      const result = await operations.restore({ ...target, plan, checkSecrets }, context);
      out.document({ ...document, restored: true, ...result });
      out.text(`\nRestored "${plan.cluster}" from ${plan.source}.\n`);
      if (result.safetyBackup !== undefined) {
        out.text(`The state before is backup ${result.safetyBackup}.\n`);
      }
      if (result.checks.length > 0) out.text(`\n${checksText(result.checks)}`);
    }),
  );
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
  const rest = more.length === 0 ? '' : ` (and ${more.length} more)`;
  throw coreErrors.notRestorable({
    message: `Cluster "${plan.cluster}" can't be restored from ${plan.source}: ${first?.title ?? 'the plan is blocked'}${rest}.`,
    ...(first?.detail === undefined ? {} : { next: first.detail }),
  });
}
