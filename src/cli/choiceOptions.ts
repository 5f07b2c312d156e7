import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { parseSelector } from '../core/model';
import type { ConflictPolicy, ItemSelector, RestoreChoices } from '../core/model';
import type { PlanLine, RestorePlan } from '../core/plan';
import { selects } from '../core/restoreChoices';
import { cliErrors } from './cliErrors';

type Pair = [name: string, value: string];

/** What `restore` is told of a restore object by object. */
export interface ChoiceOptions {
  only?: ItemSelector[];
  except?: string[];
  conflict?: ConflictPolicy;
  conflictOf?: Pair[];
  rename?: Pair[];
  accept?: string[];
  answer?: Pair[];
  initSwarm?: string;
}

const POLICIES = ['skip', 'replace', 'rename'] as const;

/** The options of a restore object by object. */
export function withChoiceOptions(command: Command): Command {
  return command
    .option('--only <kind:name>', 'only this object, or stack:NAME; repeatable', selectors)
    .option('--except <id>', 'leave this one out; repeatable', texts)
    .addOption(
      new Option(
        '--conflict <policy>',
        'what to do with what is there and differs (default: skip)',
      ).choices([...POLICIES]),
    )
    .option('--conflict-of <id=policy>', 'the same for one object; repeatable', policies)
    .option('--rename <id=name>', 'new name of an object; repeatable', pairs)
    .option('--accept <code>', 'go on in spite of this hindrance; repeatable', texts)
    .option('--answer <key=value>', 'answer to what the plan asks; repeatable', pairs)
    .option('--init-swarm <address>', 'create a swarm that is advertised at this address');
}

/** Options as choices; those that were not given are left out. */
export function choicesOf(options: ChoiceOptions): RestoreChoices {
  const { only, except, conflict, conflictOf, rename, accept, answer, initSwarm } = options;
  const answers: Pair[] = [
    ...(answer ?? []),
    ...(initSwarm === undefined ? [] : [['initSwarm', initSwarm] satisfies Pair]),
  ];
  return {
    ...(only === undefined ? {} : { only }),
    ...(except === undefined ? {} : { except }),
    ...(conflict === undefined ? {} : { conflict }),
    ...(conflictOf === undefined
      ? {}
      : { conflicts: Object.fromEntries(conflictOf) as Record<string, ConflictPolicy> }),
    ...(rename === undefined ? {} : { rename: Object.fromEntries(rename) }),
    ...(accept === undefined ? {} : { accept }),
    ...(answers.length === 0 ? {} : { answers: Object.fromEntries(answers) }),
  };
}

/**
 * Whoever names an object that is not in the backup has mistyped it, and would believe it restored or left out.
 *
 * @throws `cli.unknownItem`; `core.unsupported` where the system is not restored object by object
 */
export function refuseUnknown(
  choices: RestoreChoices,
  payloads: readonly string[],
  { changes, items }: Pick<RestorePlan, 'changes' | 'items'>,
): void {
  const ids = [
    ...(choices.except ?? []),
    ...Object.keys(choices.conflicts ?? {}),
    ...Object.keys(choices.rename ?? {}),
    ...payloads,
  ];
  if (changes === undefined) {
    refuseUnasked(choices, payloads, items);
    return;
  }
  const known = new Set(changes.map(({ id }) => id));
  const stranger =
    ids.find((id) => !known.has(id)) ??
    choices.only
      ?.filter((selector) => !changes.some((change) => selects(selector, change)))
      .map(({ kind, name }) => `${kind}:${name}`)[0];
  if (stranger !== undefined) throw unknownItem(stranger);
  const unasked = payloads.find((id) => !changes.some((c) => c.id === id && c.asks !== undefined));
  if (unasked !== undefined) {
    throw cliErrors.usage({
      message: `${unasked} needs no content from you.`,
      next: 'Leave --secret and --secret-env away for it; the plan says which ones ask.',
    });
  }
}

/** The same where a system is restored as a whole: only what the plan asks can be answered. */
function refuseUnasked(
  { answers = {}, accept = [], ...objects }: RestoreChoices,
  payloads: readonly string[],
  items: readonly PlanLine[],
): void {
  if (Object.keys(objects).length > 0) {
    throw cliErrors.usage({
      message: 'This system is restored as a whole: nothing of it can be chosen.',
      next: 'Leave the options away that choose objects.',
    });
  }
  refuseUnaskedAnswers('restore', { answers, accept, payloads }, items);
}

/**
 * Whoever answers what is not asked would believe it done so.
 *
 * @param what whose plan it is, for messages: "restore"
 * @throws `cli.usage`
 */
export function refuseUnaskedAnswers(
  what: string,
  {
    answers = {},
    accept = [],
    payloads = [],
  }: Pick<RestoreChoices, 'answers' | 'accept'> & { payloads?: readonly string[] },
  items: readonly PlanLine[],
): void {
  const known = {
    '--answer': items.flatMap(({ questions = [] }) => questions.map(({ answer }) => answer)),
    '--accept': items.flatMap(({ code, acceptable }) => (acceptable === true ? [code] : [])),
    '--secret': items.flatMap(({ asks }) => (asks === undefined ? [] : [asks.id])),
  };
  const given = { '--answer': Object.keys(answers), '--accept': accept, '--secret': payloads };
  for (const option of ['--answer', '--accept', '--secret'] as const) {
    const stranger = given[option].find((name) => !known[option].includes(name));
    if (stranger === undefined) continue;
    const asked = known[option].map(secretName).join(', ');
    throw cliErrors.usage({
      message: `The plan of this ${what} does not ask for ${option} ${secretName(stranger)}.`,
      next: asked === '' ? 'Leave it away.' : `What it takes there: ${asked}.`,
    });
  }
}

/** A secret as `--secret` names it. */
export function secretName(id: string): string {
  return id.startsWith('secret/') ? id.slice('secret/'.length) : id;
}

/** An object that nobody knows. */
export function unknownItem(text: string, next?: string) {
  return cliErrors.unknownItem({
    message: `The backup has no "${text}".`,
    ...(next === undefined ? {} : { next }),
  });
}

/** Reads `kind:name`, again and again. */
export function selectors(text: string, before: ItemSelector[] = []): ItemSelector[] {
  const selector = parseSelector(text);
  if (selector === undefined) throw new InvalidArgumentError('Write KIND:NAME, e.g. stack:web.');
  return [...before, selector];
}

/** Collects the values of an option that may come again. */
export function texts(text: string, before: string[] = []): string[] {
  return [...before, text];
}

/** Reads `name=value`, again and again. The name has no "="; the value may. */
export function pairs(text: string, before: Pair[] = []): Pair[] {
  const at = text.indexOf('=');
  if (at < 1 || at === text.length - 1) throw new InvalidArgumentError('Write NAME=VALUE.');
  const pair: Pair = [text.slice(0, at), text.slice(at + 1)];
  if (before.some(([name]) => name === pair[0])) {
    throw new InvalidArgumentError(`"${pair[0]}" is given twice.`);
  }
  return [...before, pair];
}

function policies(text: string, before: Pair[] = []): Pair[] {
  const all = pairs(text, before);
  if (all.some(([, policy]) => !POLICIES.some((known) => known === policy))) {
    throw new InvalidArgumentError(`Write ID=POLICY; policies are ${POLICIES.join(', ')}.`);
  }
  return all;
}
