import type { ConflictPolicy, ItemSelector, RestoreChoices } from './model';
import type { ChangeAction, ChangeResult, PlannedChange, PlanLine, RestorePlan } from './plan';

/*
 * What a person chooses for a restore object by object, as pure functions: the page, the editor and the command line
 * change choices in the same way, and adapters read them in the same way.
 */

/** The selector that names exactly this change: `service:web`, `volume:node1/data`. */
export function selectorOf({ id, kind, name }: Pick<PlannedChange, 'id' | 'kind' | 'name'>) {
  const exact = id.startsWith(`${kind}/`) ? id.slice(kind.length + 1) : name;
  return { kind, name: exact } satisfies ItemSelector;
}

/** Whether a selector takes a change: by kind and name, or all of a stack. */
export function selects(
  selector: ItemSelector,
  change: Pick<PlannedChange, 'id' | 'kind' | 'name' | 'group'>,
): boolean {
  if (selector.kind === 'stack' && change.group === selector.name) return true;
  return (
    selector.kind === change.kind &&
    (selector.name === change.name || selector.name === selectorOf(change).name)
  );
}

/** Whether the person chose a change. */
export function isChosen(
  choices: RestoreChoices,
  change: Pick<PlannedChange, 'id' | 'kind' | 'name' | 'group'>,
): boolean {
  if (choices.except?.includes(change.id) === true) return false;
  return choices.only?.some((selector) => selects(selector, change)) ?? true;
}

/** The choices with these changes taken or left out; nothing else changes. */
export function withChosen(
  choices: RestoreChoices,
  changes: readonly PlannedChange[],
  chosen: boolean,
): RestoreChoices {
  const ids = new Set(changes.map(({ id }) => id));
  const except = (choices.except ?? []).filter((id) => !ids.has(id));
  if (!chosen) return { ...choices, except: [...except, ...ids] };
  const { only } = choices;
  const missing = changes.filter((change) => !isChosen({ only }, change)).map(selectorOf);
  return {
    ...choices,
    except,
    ...(only === undefined ? {} : { only: [...only, ...missing] }),
  };
}

/** What is done with a change that is there already and differs. */
export function policyOf(choices: RestoreChoices, id: string): ConflictPolicy {
  return choices.conflicts?.[id] ?? choices.conflict ?? 'skip';
}

/** A policy for one change; undefined follows the one for all. */
export function withPolicy(
  choices: RestoreChoices,
  id: string,
  policy: ConflictPolicy | undefined,
): RestoreChoices {
  return { ...choices, conflicts: withEntry(choices.conflicts, id, policy) };
}

/** A new name for one change; an empty one takes it away. */
export function withName(choices: RestoreChoices, id: string, name: string): RestoreChoices {
  return { ...choices, rename: withEntry(choices.rename, id, name.trim() || undefined) };
}

/** An answer to what a plan asks; an empty one takes it away. */
export function withAnswer(choices: RestoreChoices, answer: string, value: string): RestoreChoices {
  return { ...choices, answers: withEntry(choices.answers, answer, value.trim() || undefined) };
}

/** A hindrance that the person accepts, or no longer. */
export function withAccepted(
  choices: RestoreChoices,
  code: string,
  accepted: boolean,
): RestoreChoices {
  const accept = (choices.accept ?? []).filter((other) => other !== code);
  return { ...choices, accept: accepted ? [...accept, code] : accept };
}

function withEntry<T>(
  entries: Readonly<Record<string, T>> | undefined,
  key: string,
  value: T | undefined,
): Record<string, T> {
  const others = Object.entries(entries ?? {}).filter(([other]) => other !== key);
  return Object.fromEntries(value === undefined ? others : [...others, [key, value]]);
}

/** Names of objects in Docker, Consul and Kubernetes alike: what no system takes is said as one types. */
const NAME_PATTERN = /^[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?$/;
const NAME_LENGTH = 63;

/** What is wrong with a new name; undefined when nothing is. An empty one is no new name, and right. */
export function nameProblem(
  changes: readonly PlannedChange[],
  change: PlannedChange,
  name: string,
): string | undefined {
  const text = name.trim();
  if (text === '') return undefined;
  if (text.length > NAME_LENGTH) return `A name has at most ${NAME_LENGTH} characters.`;
  if (!NAME_PATTERN.test(text)) {
    return 'A name has letters, digits, "_", "." and "-", and begins and ends with a letter or digit.';
  }
  if (text === change.name) return 'This is the name in the backup; choose another one.';
  const twin = changes.find(
    (other) =>
      other.id !== change.id &&
      other.kind === change.kind &&
      placeOf(other) === placeOf(change) &&
      (other.target ?? other.name) === text,
  );
  return twin === undefined ? undefined : `${twin.id} has this name.`;
}

/** What stands before the name in the id: volumes of two nodes may have one name. */
function placeOf({ id, name }: PlannedChange): string {
  return id.endsWith(name) ? id.slice(0, -name.length) : id;
}

/** Actions in the order in which they are told. */
export const ACTIONS = ['create', 'update', 'leave', 'conflict', 'cannot'] as const;

/** How many of the chosen changes there are of each action. */
export function countActions(changes: readonly PlannedChange[]): Record<ChangeAction, number> {
  const counts = { create: 0, update: 0, leave: 0, conflict: 0, cannot: 0 };
  for (const { action, chosen } of changes) if (chosen) counts[action]++;
  return counts;
}

/** `12 create, 3 leave, 1 conflict, 2 cannot; 4 not chosen`. */
export function countsText(changes: readonly PlannedChange[]): string {
  const counts = countActions(changes);
  const out = changes.filter(({ chosen }) => !chosen).length;
  const told = ACTIONS.filter((a) => counts[a] > 0).map((a) => `${counts[a]} ${a}`);
  const text = told.length === 0 ? 'nothing chosen' : told.join(', ');
  return told.length === 0 || out === 0 ? text : `${text}; ${out} not chosen`;
}

/** Whether a change is carried out: chosen, and something to do. */
export function isActive({ chosen, action }: Pick<PlannedChange, 'chosen' | 'action'>): boolean {
  return chosen && (action === 'create' || action === 'update');
}

/** Chosen changes that take something away which is there now. */
export function destructiveChanges(changes: readonly PlannedChange[]): PlannedChange[] {
  return changes.filter((change) => isActive(change) && change.destructive === true);
}

/** Whether a plan of a whole restore can be answered: by an answer, a secret, or by accepting something. */
export function asksAnything({ items }: Pick<RestorePlan, 'items'>): boolean {
  return items.some(
    ({ questions = [], asks, acceptable }) =>
      questions.length > 0 || asks !== undefined || acceptable === true,
  );
}

/** Lines that say that something which is there now is taken away. */
export function destructiveLines(items: readonly PlanLine[]): PlanLine[] {
  return items.filter(({ destructive }) => destructive === true);
}

const RESULT_WORDS = {
  done: 'done',
  left: 'left as it is',
  failed: 'failed',
  notReached: 'not reached',
} as const;

/** `9 done, 1 failed, 2 not reached`. */
export function resultsText(results: readonly ChangeResult[]): string {
  const order = ['done', 'left', 'failed', 'notReached'] as const;
  return order
    .map((kind) => [results.filter(({ result }) => result === kind).length, kind] as const)
    .filter(([count]) => count > 0)
    .map(([count, kind]) => `${count} ${RESULT_WORDS[kind]}`)
    .join(', ');
}

/** A result in a few words. */
export function resultWord({ result }: Pick<ChangeResult, 'result'>): string {
  return RESULT_WORDS[result];
}
