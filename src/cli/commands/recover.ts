import type { Command } from 'commander';
import { coreErrors } from '../../core/errors';
import type { Recovery, RecoveryStep } from '../../core/recovery';
import { pairs } from '../choiceOptions';
import { clusterNamed } from '../configuration';
import { confirmByTyping, needConfirmation } from '../confirm';
import type { WithCli } from '../program';
import { recoveryText } from '../recoveryText';
import { resolved } from '../secrets';
import { cliErrors } from '../cliErrors';

interface Options {
  step?: string;
  answer?: [string, string][];
  yes?: boolean;
}

export function recoverCommand(program: Command, withCli: WithCli): void {
  program
    .command('recover')
    .description('show the way back from lost quorum, or take a step of it')
    .argument('<cluster>', 'name of a cluster of the configuration')
    .option('--step <id>', 'take this step')
    .option('--answer <field=value>', 'answer to what the step asks; repeatable', pairs)
    .option('--yes', 'do not ask')
    .action(
      withCli<Options>(async (cli, [name = ''], { step: id, answer = [], yes }) => {
        const { out, context } = cli;
        if (id === undefined && answer.length > 0) {
          throw cliErrors.usage({ message: '--answer needs --step.', next: 'Name the step.' });
        }
        if (id !== undefined) needConfirmation(cli, yes, 'A step of a recovery');
        const cluster = await resolved(cli, clusterNamed(await cli.configuration(), name));
        const operations = await cli.operations();
        const before = await operations.recovery({ cluster }, context);
        if (id === undefined) {
          out.document({ cluster: name, recovery: before });
          out.text(recoveryText(before));
          return;
        }
        const step = stepNamed(before, id);
        const answers = answersOf(step, answer);
        if (!yes) out.note(`${step.title}: ${step.consequence ?? step.detail}`);
        const warning = step.destructive ? 'This can not be undone. ' : '';
        await confirmByTyping(cli, yes, `${warning}Type ${name} to confirm: `, name);
        const recovery = await operations.recover({ cluster, step: id, answers }, context);
        out.document({ cluster: name, taken: id, recovery });
        out.text(recoveryText(recovery));
      }),
    );
}

function stepNamed({ steps }: Recovery, id: string): RecoveryStep {
  const step = steps.find((known) => known.id === id);
  if (step === undefined) {
    throw cliErrors.usage({
      message: `There is no step "${id}".`,
      next: `Steps are ${steps.map((known) => known.id).join(', ')}.`,
    });
  }
  const { state, reason, title, automatic, commands } = step;
  if (!automatic) {
    throw coreErrors.unsupported({
      message: `"${title}" can only be done by hand.`,
      ...(commands.length === 0 ? {} : { next: `Type: ${commands.join('; ')}` }),
    });
  }
  if (state === 'blocked' || state === 'waiting') {
    throw coreErrors.notRestorable({
      message: `"${title}" can't be taken now: ${reason ?? 'something before it is not done'}.`,
      next: 'Take the steps in their order; without --step they are listed.',
    });
  }
  return step;
}

/** What was given, and for the rest what the step proposes. */
function answersOf(step: RecoveryStep, given: readonly [string, string][]): Record<string, string> {
  const questions = step.questions ?? [];
  const stranger = given.find(([field]) => !questions.some((q) => q.field === field));
  if (stranger !== undefined) {
    throw cliErrors.usage({
      message: `Step "${step.id}" does not ask for "${stranger[0]}".`,
      next:
        questions.length === 0
          ? 'Leave --answer away.'
          : `It asks for ${questions.map(({ field }) => field).join(', ')}.`,
    });
  }
  const answers = new Map(given);
  for (const { field, title, value, options } of questions) {
    const answer = answers.get(field) ?? value;
    if (answer === undefined) {
      throw cliErrors.usage({
        message: `Step "${step.id}" asks: ${title}.`,
        next: `Add --answer ${field}=${options?.map((o) => o.value).join('|') ?? 'VALUE'}.`,
      });
    }
    if (options !== undefined && !options.some((option) => option.value === answer)) {
      throw cliErrors.usage({
        message: `"${answer}" is no answer to: ${title}.`,
        next: `Answers are ${options.map((option) => option.value).join(', ')}.`,
      });
    }
    answers.set(field, answer);
  }
  return Object.fromEntries(answers);
}
