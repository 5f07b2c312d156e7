import type { ConflictPolicy, RestoreChoices } from '../../core/model';
import type { ChangeAction, ChangeResult, PlannedChange } from '../../core/plan';
import { countsText, isActive, resultsText } from '../../core/restoreChoices';

/** How the table of changes is shown; kept while the page is hidden. */
export interface ChangesView {
  by: 'group' | 'kind';
  filter: string;
  /** Actions to be seen; all when empty. */
  actions: ChangeAction[];
  /** Results to be seen once there are some; all when empty. */
  results: Result[];
}

export type Result = ChangeResult['result'];

/** By the id of the change. */
export type Results = ReadonlyMap<string, ChangeResult>;

export const ALL_CHANGES: ChangesView = { by: 'group', filter: '', actions: [], results: [] };

/** Rows under one heading. */
export interface ChangeGroup {
  key: string;
  title: string;
  changes: PlannedChange[];
  /** Counts of all of the group, also of those that the filter hides. */
  counts: string;
}

/** An icon and a word for each action; the word says it all. */
export const ACTION_SIGNS: Readonly<Record<ChangeAction, { icon: string; word: string }>> = {
  create: { icon: 'add', word: 'Create' },
  update: { icon: 'edit', word: 'Update' },
  leave: { icon: 'check', word: 'Leave' },
  conflict: { icon: 'warning', word: 'Conflict' },
  cannot: { icon: 'circle-slash', word: 'Cannot' },
};

export const RESULT_SIGNS: Readonly<Record<Result, { icon: string; word: string; tone: string }>> =
  {
    done: { icon: 'pass-filled', word: 'Done', tone: 'good' },
    left: { icon: 'check', word: 'Left', tone: 'same' },
    failed: { icon: 'error', word: 'Failed', tone: 'bad' },
    notReached: { icon: 'debug-pause', word: 'Not reached', tone: 'notice' },
  };

/** The policies in the words of the page. */
export const POLICIES: readonly { value: ConflictPolicy; label: string; what: string }[] = [
  { value: 'skip', label: 'Skip', what: 'what is there stays as it is' },
  { value: 'replace', label: 'Replace', what: 'what is there becomes what the backup has' },
  {
    value: 'rename',
    label: 'Rename',
    what: 'the backup’s is restored beside it, under a new name',
  },
];

/** `service` → `Services`. */
export function kindTitle(kind: string): string {
  const word = kind.charAt(0).toUpperCase() + kind.slice(1);
  return /[^aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`;
}

/**
 * Groups that have something to show, each in the order of the plan; what is in no stack comes last.
 *
 * @param results once there are any, they are counted and filtered by instead of the actions
 */
export function groupsOf(
  changes: readonly PlannedChange[],
  view: ChangesView,
  results?: Results,
): ChangeGroup[] {
  const groups = new Map<string, PlannedChange[]>();
  for (const change of changes) {
    const key = view.by === 'kind' ? change.kind : (change.group ?? '');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [change]);
    else group.push(change);
  }
  const keys = [...groups.keys()];
  if (view.by === 'group') {
    keys.sort((a, b) => Number(a === '') - Number(b === '') || a.localeCompare(b));
  }
  return keys.flatMap((key) => {
    const all = groups.get(key) ?? [];
    const shown = all.filter((change) => isShown(change, view, results));
    if (shown.length === 0) return [];
    const title = view.by === 'kind' ? kindTitle(key) : key === '' ? 'In no stack' : key;
    return [{ key: `${view.by}:${key}`, title, changes: shown, counts: told(all, results) }];
  });
}

/** Plan or results of some changes in a line. */
function told(changes: readonly PlannedChange[], results: Results | undefined): string {
  if (results === undefined) return countsText(changes);
  const own = changes.flatMap(({ id }) => results.get(id) ?? []);
  return own.length === 0 ? 'not touched' : resultsText(own);
}

/** Whether filter, actions and results let a row be seen. */
export function isShown(
  change: PlannedChange,
  { filter, actions, results: wanted }: ChangesView,
  results?: Results,
): boolean {
  if (results !== undefined) {
    const result = results.get(change.id)?.result;
    if (wanted.length > 0 && (result === undefined || !wanted.includes(result))) return false;
  } else if (actions.length > 0 && !(change.chosen && actions.includes(change.action))) {
    return false;
  }
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const text = [change.id, change.target, change.group, change.reason, change.code]
    .filter((part) => part !== undefined)
    .join(' ')
    .toLowerCase();
  return words.every((word) => text.includes(word));
}

/** Whether the person can say what happens with what is there already. */
export function offersPolicy(change: PlannedChange, choices: RestoreChoices): boolean {
  if (choices.conflicts?.[change.id] !== undefined) return true;
  if (!change.chosen) return false;
  if (change.action === 'conflict') return true;
  // Told otherwise for all, it is no conflict any more.
  const overall = choices.conflict ?? 'skip';
  return overall !== 'skip' && isActive(change) && (change.differences?.length ?? 0) > 0;
}

/** Whether a new name can be given. */
export function offersName(change: PlannedChange, choices: RestoreChoices): boolean {
  if (choices.rename?.[change.id] !== undefined) return true;
  if (!change.chosen || change.action === 'leave') return false;
  if (change.renamable === true) return true;
  const policy = choices.conflicts?.[change.id] ?? choices.conflict;
  return policy === 'rename' && offersPolicy(change, choices);
}

/** A hindrance that the person may accept. */
export interface Hindrance {
  code: string;
  text: string;
  count: number;
  accepted: boolean;
}

/** What may be accepted, and what is; the reason of the first object stands for all of a code. */
export function hindrances(
  changes: readonly PlannedChange[],
  choices: RestoreChoices,
): Hindrance[] {
  const accept = choices.accept ?? [];
  const codes = new Set([
    ...changes.flatMap(({ acceptable, code }) =>
      acceptable === true && code !== undefined ? [code] : [],
    ),
    ...accept,
  ]);
  return [...codes].map((code) => {
    const own = changes.filter((change) => change.code === code);
    return {
      code,
      text: own.find(({ reason }) => reason !== undefined)?.reason ?? code,
      count: own.length,
      accepted: accept.includes(code),
    };
  });
}
