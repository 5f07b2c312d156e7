import type { Command } from 'commander';
import { coreErrors } from '../../core/errors';
import type { Recovery, RecoveryQuestion, RecoveryStep } from '../../core/recovery';
import { pairs } from '../choiceOptions';
import type { Cli } from '../cli';
import { clusterNamed } from '../configuration';
import { confirmByTyping, needConfirmation } from '../confirm';
import type { WithCli } from '../program';
import { ask } from '../prompt';
import { exampleAnswer, recoveryText } from '../recoveryText';
import { fromVariable, resolved } from '../secrets';
import { cliErrors } from '../cliErrors';

interface Options {
  step?: string;
  answer?: [string, string][];
  answerEnv?: [string, string][];
  yes?: boolean;
}

export function recoverCommand(program: Command, withCli: WithCli): void {
  program
    .command('recover')
    .description('show the way back from lost quorum, or take a step of it')
    .argument('<cluster>', 'name of a cluster of the configuration')
    .option('--step <id>', 'take this step')
    .option('--answer <field=value>', 'answer to what the step asks; repeatable', pairs)
    .option('--answer-env <field=variable>', 'the same from an environment variable', pairs)
    .option('--yes', 'do not ask')
    .action(
      withCli<Options>(async (cli, [name = ''], { step: id, yes, ...given }) => {
        const { out, context } = cli;
        const { answer = [], answerEnv = [] } = given;
        if (id === undefined && answer.length + answerEnv.length > 0) {
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
        const answers = await answersOf(cli, step, given, yes ?? false);
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

/**
 * What was given, and for the rest what the step proposes. A secret comes from a variable, or is typed unseen: it never
 * stands on the command line.
 */
async function answersOf(
  cli: Cli,
  { id, questions = [] }: RecoveryStep,
  { answer = [], answerEnv = [] }: Pick<Options, 'answer' | 'answerEnv'>,
  yes: boolean,
): Promise<Record<string, string>> {
  const stranger = [...answer, ...answerEnv].find(
    ([field]) => !questions.some((q) => q.field === field),
  );
  if (stranger !== undefined) {
    throw cliErrors.usage({
      message: `Step "${id}" does not ask for "${stranger[0]}".`,
      next:
        questions.length === 0
          ? 'Leave it away.'
          : `It asks for ${questions.map(({ field }) => field).join(', ')}.`,
    });
  }
  const answers = new Map<string, string>();
  for (const question of questions) {
    const { field, title, value, options, secret, optional } = question;
    const typed = answer.find(([name]) => name === field)?.[1];
    if (secret === true && typed !== undefined) {
      throw cliErrors.usage({
        message: `${title}: a secret is not given on the command line.`,
        next: `Put it into an environment variable and name it: --answer-env ${field}=VARIABLE.`,
      });
    }
    const variable = answerEnv.find(([name]) => name === field)?.[1];
    const known =
      variable === undefined ? (typed ?? value) : fromVariable(cli, variable, '--answer-env');
    const text = known ?? (yes ? undefined : await askFor(cli, question));
    if (text === undefined || text === '') {
      if (optional === true) continue;
      throw cliErrors.usage({
        message: `Step "${id}" asks: ${title}.`,
        next: `Add --answer${secret === true ? '-env' : ''} ${exampleAnswer(question)}.`,
      });
    }
    if (options !== undefined && !options.some((option) => option.value === text)) {
      throw cliErrors.usage({
        message: `"${text}" is no answer to: ${title}.`,
        next: `Answers are ${options.map((option) => option.value).join(', ')}.`,
      });
    }
    answers.set(field, text);
  }
  return Object.fromEntries(answers);
}

async function askFor(cli: Cli, question: RecoveryQuestion): Promise<string | undefined> {
  const { title, secret, options } = question;
  const known = options === undefined ? '' : ` (${options.map((o) => o.value).join(', ')})`;
  cli.out.clear();
  const answer = await ask(cli.terminal, `${title}${known}: `, {
    hidden: secret === true,
    signal: cli.context.signal,
  });
  if (secret === true && answer) cli.out.hide(answer);
  return answer;
}
