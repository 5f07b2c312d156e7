import type { Recovery, RecoveryQuestion, RecoveryStep } from '../core/recovery';
import { wrapped } from './words';

const STATES = {
  done: 'done',
  next: 'NEXT',
  waiting: 'waiting',
  optional: 'optional',
  blocked: 'BLOCKED',
} as const;
const HEALTH = { healthy: 'healthy', degraded: 'DEGRADED', lost: 'QUORUM LOST' } as const;
const WIDTH = 80;
const INDENT = 6;

/** The walk back from lost quorum for people, each step with the commands that do the same. */
export function recoveryText({ summary, state, steps }: Recovery): string {
  const width = Math.max(...Object.values(STATES).map((word) => word.length));
  const parts = steps.map((step, i) =>
    [
      `${String(i + 1).padStart(2)}.  ${STATES[step.state].padEnd(width)}  ${step.title}  (${step.id})`,
      ...details(step),
      '',
    ].join('\n'),
  );
  return `${HEALTH[state]}: ${summary}\n\n${parts.join('\n')}`;
}

/** `address=10.0.0.1`, as `--answer` takes it; of a secret the variable is named. */
export function exampleAnswer({ field, value, options, secret }: RecoveryQuestion): string {
  if (secret === true) return `${field}=VARIABLE`;
  return `${field}=${value || (options?.map((option) => option.value).join('|') ?? 'VALUE')}`;
}

function details(step: RecoveryStep): string[] {
  const { detail, reason, destructive, consequence, facts = [], questions = [] } = step;
  const options = (known: { value: string }[] | undefined) =>
    known === undefined ? '' : ` (${known.map(({ value }) => value).join(', ')})`;
  return [
    ...wrapped(detail, WIDTH, INDENT),
    ...(reason === undefined ? [] : wrapped(`Why: ${reason}`, WIDTH, INDENT)),
    ...(destructive ? wrapped(`DESTRUCTIVE: ${consequence ?? ''}`, WIDTH, INDENT) : []),
    ...(step.automatic ? [] : wrapped('Only you can do this.', WIDTH, INDENT)),
    ...facts.flatMap(([name, value]) => wrapped(`${name}: ${value}`, WIDTH, INDENT)),
    ...questions.flatMap((question) => {
      const option = question.secret === true ? '--answer-env' : '--answer';
      const text = `Asks: ${question.title}${options(question.options)}: ${option} ${exampleAnswer(question)}`;
      return wrapped(text, WIDTH, INDENT);
    }),
    // Not wrapped: they are there to be copied.
    ...step.commands.map((command) => `${' '.repeat(INDENT)}$ ${command}`),
  ];
}
