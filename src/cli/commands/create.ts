import { Option } from 'commander';
import type { Command } from 'commander';
import { coreErrors } from '../../core/errors';
import { labelProblem } from '../../core/model';
import type { BackupScope, ItemSelector } from '../../core/model';
import { blockedBackup } from '../../core/operations/planBackup';
import type { BackupModeInfo, BackupPlan, SystemDefinition } from '../../core/ports';
import { destructiveLines } from '../../core/restoreChoices';
import { backupPlanText } from '../backupPlanText';
import { pairs, refuseUnaskedAnswers, selectors, texts } from '../choiceOptions';
import type { Cli } from '../cli';
import { cliErrors } from '../cliErrors';
import { clusterNamed } from '../configuration';
import { confirmByTyping, needConfirmation } from '../confirm';
import { tellHosted } from '../hostedText';
import { planLinesText } from '../planLines';
import type { WithCli } from '../program';
import { resolved } from '../secrets';
import { tellBackup } from '../tellBackup';

interface Options {
  label?: string;
  mode?: string;
  part?: string[];
  noPart?: string[];
  only?: ItemSelector[];
  on?: string;
  answer?: [name: string, value: string][];
  dryRun?: boolean;
  yes?: boolean;
}

export function createCommand(program: Command, withCli: WithCli): void {
  const noPart = new Option('--no-part <id>', 'leave this part out; repeatable');
  // An option of its own, and not the opposite of --part, as its name makes commander believe.
  noPart.negate = false;
  program
    .command('create')
    .description('back a cluster up')
    .argument('<cluster>', 'name of a cluster of the configuration')
    .option('--label <label>', '3 to 25 characters of A-Za-z0-9_.-')
    .option('--mode <mode>', 'how to read, e.g. consistent or stale (default: the safest)')
    .option('--part <id>', 'take this part as well, e.g. raft; repeatable', texts)
    .addOption(noPart.argParser(texts))
    .option(
      '--only <kind:name>',
      'only this object and what it needs, or stack:NAME; repeatable',
      selectors,
    )
    .option('--on <name>', 'which server or environment it is of, where that can be chosen')
    .option('--answer <key=value>', 'answer to what the plan asks; repeatable', pairs)
    .option('--dry-run', 'say what the backup would do to the cluster, and stop')
    .option('--yes', 'do not ask where the backup takes something away')
    .action(
      withCli<Options>(async (cli, [name = ''], options) => {
        const { label, mode, on, answer, dryRun, yes } = options;
        const { context } = cli;
        const config = clusterNamed(await cli.configuration(), name);
        const system = (await cli.services.systems()).find(({ id }) => id === config.system);
        // Before anybody is asked for a secret.
        const problem = labelProblem(label ?? '', system);
        if (problem !== undefined) {
          throw coreErrors.badLabel({
            message: `The label "${label ?? ''}" can't be used: ${problem}`,
          });
        }
        const modes = system?.capabilities.modes ?? [];
        const chosen = mode === undefined ? modes[0] : modes.find(({ id }) => id === mode);
        const scope = scopeOf(system, options);
        if (on !== undefined) refuseUnplaced(system, chosen);
        const answers = answer === undefined ? undefined : Object.fromEntries(answer);
        if (answers !== undefined && system?.capabilities.announces !== true) {
          refuseUnaskedAnswers('backup', { answers }, []);
        }
        const cluster = await resolved(cli, config);
        const operations = await cli.operations();
        const what = {
          ...(mode === undefined ? {} : { mode }),
          ...(scope === undefined ? {} : { scope }),
          ...(on === undefined ? {} : { on }),
          ...(answers === undefined ? {} : { answers }),
        };
        if (dryRun || system?.capabilities.announces) {
          const plan = await operations.planBackup({ cluster, ...what }, context);
          refuseUnaskedAnswers('backup', { answers: answers ?? {} }, plan.items);
          announce(cli, name, plan, dryRun);
          if (dryRun) return;
          await confirmLoss(cli, name, plan, yes);
        }
        const abilities = system?.capabilities.hosted;
        if (chosen?.hosted === true && abilities !== undefined) {
          const kept = await operations.createHosted({ cluster, label, ...what }, context);
          tellHosted(cli, name, kept, abilities);
          return;
        }
        const backup = await operations.backup(
          { cluster, label, origin: { kind: 'manual' }, ...what },
          context,
        );
        const done = system?.capabilities.exports === undefined ? 'Backed up' : 'Exported';
        tellBackup(cli, `${done} "${name}"`, backup, config.vault);
      }),
    );
}

/** @throws `cli.usage` where a backup in that mode is taken can't be chosen */
function refuseUnplaced(system: SystemDefinition | undefined, mode: BackupModeInfo | undefined) {
  const takenOn = system?.capabilities.takenOn;
  const isPlaced = (each: BackupModeInfo) => takenOn?.modes?.includes(each.id) ?? !each.hosted;
  // A mode that there is none of is told of as such later.
  if (takenOn !== undefined && (mode === undefined || isPlaced(mode))) return;
  const which = takenOn === undefined || mode === undefined ? '' : ` in mode "${mode.id}"`;
  throw cliErrors.usage({
    message: `Where a backup of ${system?.title ?? 'this system'}${which} is taken can't be chosen.`,
    next: 'Leave --on away.',
  });
}

/**
 * What a backup takes away, e.g. an older one for which there is no room beside it, is agreed to first.
 *
 * @throws `cli.confirmationNeeded`, `cli.notConfirmed`
 */
async function confirmLoss(
  cli: Cli,
  name: string,
  { items }: BackupPlan,
  yes: boolean | undefined,
): Promise<void> {
  const lost = destructiveLines(items).map(({ title }) => `${title}.`);
  if (lost.length === 0) return;
  needConfirmation(cli, yes, `What this backup takes away (${lost.join(' ')})`);
  const question = `${lost.join(' ')} Type the cluster's name to go on: `;
  await confirmByTyping(cli, yes, question, name);
}

/**
 * Says what a backup would do: on its own as the result, before a backup as a remark.
 *
 * @throws `cli.backupBlocked`
 */
function announce(cli: Cli, name: string, plan: BackupPlan, dryRun: boolean | undefined): void {
  const { out } = cli;
  if (dryRun) {
    out.document({ plan });
    out.text(backupPlanText(name, plan));
  } else if (plan.items.length > 0) {
    out.clear();
    out.note(planLinesText(plan.items).trimEnd());
  }
  const blocked = blockedBackup(name, plan);
  if (blocked !== undefined) throw cliErrors.backupBlocked(blocked);
}

/** The parts that are on by default, with those asked for and without those left out. */
function scopeOf(
  system: SystemDefinition | undefined,
  { part = [], noPart = [], only }: Pick<Options, 'part' | 'noPart' | 'only'>,
): BackupScope | undefined {
  if (part.length + noPart.length === 0 && only === undefined) return undefined;
  const parts = system?.capabilities.parts;
  if (parts === undefined) {
    throw cliErrors.usage({
      message: `${system?.title ?? 'This system'} is backed up as a whole.`,
      next: 'Leave --part, --no-part and --only away.',
    });
  }
  const known = parts.map(({ id }) => id);
  const stranger = [...part, ...noPart].find((id) => !known.includes(id));
  if (stranger !== undefined) {
    throw cliErrors.usage({
      message: `There is no part "${stranger}".`,
      next: `Parts are ${known.join(', ')}.`,
    });
  }
  const taken = parts
    .filter(({ id, byDefault }) => (byDefault || part.includes(id)) && !noPart.includes(id))
    .map(({ id }) => id);
  if (taken.length === 0) {
    throw cliErrors.usage({ message: 'Every part is left out.', next: 'Leave one in.' });
  }
  return {
    ...(part.length + noPart.length === 0 ? {} : { parts: taken }),
    ...(only === undefined ? {} : { only }),
  };
}
