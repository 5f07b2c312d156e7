import type { PlanLine, PlanQuestion } from '../core/plan';
import { secretName } from './choiceOptions';
import { indented } from './table';
import { printable } from './words';

const HEADS = { blocker: 'BLOCKED', warning: 'WARNING', info: 'note' } as const;

/** Lines of a plan for people, what matters most first, each with the options that answer what it asks. */
export function planLinesText(items: readonly PlanLine[]): string {
  const order = ['blocker', 'warning', 'info'] as const;
  return order
    .flatMap((severity) => items.filter((item) => item.severity === severity))
    .map(
      (line) =>
        `${HEADS[line.severity]}: ${printable(line.title)} [${line.code}]\n` +
        (line.detail === undefined ? '' : `${indented(printable(line.detail), 2)}\n`) +
        askedLines(line) +
        questionLines(line.questions),
    )
    .join('');
}

/** What is asked for besides answers: a secret, or that something be accepted. */
function askedLines({ asks, acceptable, severity, code }: PlanLine): string {
  const name = secretName(asks?.id ?? '');
  return [
    ...(asks === undefined
      ? []
      : asks.given
        ? [`${asks.title}: given`]
        : [`${asks.title}: --secret ${name}=FILE or --secret-env ${name}=VARIABLE`]),
    ...(acceptable === true && severity === 'blocker'
      ? [`To go on all the same: --accept ${code}`]
      : []),
  ]
    .map((text) => `  ${printable(text)}\n`)
    .join('');
}

function questionLines(questions: readonly PlanQuestion[] = []): string {
  return questions
    .map(({ answer, title, value, options = [] }) => {
      const example = value ?? options[0]?.value ?? 'VALUE';
      const known = options.length === 0 ? '' : ` (${options.map((o) => o.value).join(', ')})`;
      return `  ${printable(`${title}${known}: --answer ${answer}=${example}`)}\n`;
    })
    .join('');
}
