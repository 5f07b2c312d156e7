import type { HostedBackup, HostedPart, HostedRestore, HostedState } from '../../core/model';
import { fullTime } from './timestamps';
import type { Further, WireBackup, WireComponent, WireRestore } from './wire';

const STATES: Readonly<Record<string, HostedState>> = {
  STATUS_BACKING_UP: 'inProgress',
  STATUS_READY: 'ready',
  STATUS_ERROR: 'failed',
  STATUS_RESTORING: 'restoring',
};
const UUID = /-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Under what a reason may stand: the documentation has no word of it. */
const REASON = /err|message|reason|cause|detail|fail/i;

/** What the service's own word for a status means. */
export function stateOf(status: string): HostedState {
  return STATES[status] ?? 'unknown';
}

/** The label that a backup was made with: its id less the UUID behind it. */
export function labelOf(id: string): string {
  return id.replace(UUID, '');
}

/** A backup as the service tells it, in the words of all systems. Nothing that it says is left out. */
export function hostedBackup(backup: WireBackup): HostedBackup {
  const { id, version, timestamp, status, components, further } = backup;
  const state = stateOf(status);
  const created = fullTime(timestamp);
  const error = state === 'failed' ? causeOf(backup) : undefined;
  const restores = restoresOf(backup);
  const facts: Further = [
    ['DC/OS version', version],
    ['Timestamp', timestamp],
    ...further,
    ...components.flatMap(({ name, further: more }) => named(name, more)),
    ...backup.restores.flatMap(({ id: restore, further: more }) =>
      named(['restore', restore].filter(Boolean).join(' '), more),
    ),
  ];
  return {
    id,
    name: labelOf(id),
    state,
    stateText: status || 'not said',
    ...(components.length === 0 ? {} : { parts: components.map(partOf) }),
    ...(restores.length === 0 ? {} : { restores }),
    restore: restorable(backup),
    ...(created === undefined ? {} : { created }),
    ...(error === undefined ? {} : { error }),
    facts: facts.filter(([, value]) => value !== ''),
  };
}

/** Newest first; those without a time last. */
export function newestFirst<T extends { timestamp: string }>(list: readonly T[]): T[] {
  const key = ({ timestamp }: T) => fullTime(timestamp) ?? '';
  return [...list].sort((a, b) => (key(a) < key(b) ? 1 : key(a) > key(b) ? -1 : 0));
}

/** Its restores, newest first. Without times the one told last counts as the newest. */
export function restoresOf({ restores }: WireBackup): HostedRestore[] {
  return newestFirst([...restores].reverse()).map((restore) => {
    const state = restoreState(restore);
    const words = restore.components.map(({ name, status }) => `${name} ${status}`);
    const at = fullTime(restore.timestamp);
    const error = state === 'failed' ? causeOf(restore) : undefined;
    return {
      state,
      stateText: restore.status || words.join(', ') || 'not said',
      ...(at === undefined ? {} : { at }),
      parts: restore.components.map(partOf),
      ...(error === undefined ? {} : { error }),
    };
  });
}

/** The service makes and restores one at a time: the one it is at, or undefined. */
export function atWork(list: readonly WireBackup[]): WireBackup | undefined {
  return list.find(isAtWork);
}

/** Whether the service is making or restoring it. */
export function isAtWork(backup: WireBackup): boolean {
  const states = [stateOf(backup.status), ...restoresOf(backup).map(({ state }) => state)];
  return states.some((state) => state === 'inProgress' || state === 'restoring');
}

/** Why it failed, in the service's own words, under whatever name they stand. */
export function causeOf(
  of: Pick<WireBackup, 'components' | 'further'> | WireRestore,
): string | undefined {
  const said = of.components.flatMap(({ name, status, further }) => {
    if (stateOf(status) !== 'failed' && further.every(([key]) => !REASON.test(key))) return [];
    const reasons = further.filter(([key]) => REASON.test(key));
    const words = (reasons.length > 0 ? reasons : further).map(([, value]) => value);
    return words.length === 0 ? [] : [`${name}: ${words.join('; ')}`];
  });
  const own = of.further.filter(([key]) => REASON.test(key)).map(([, value]) => value);
  return [...own, ...said].join('; ') || undefined;
}

/** The components' words: "marathon STATUS_READY". */
export function wordsOf({ status, components }: Pick<WireBackup, 'status' | 'components'>): string {
  const parts = components.map(({ name, status: word }) => `${name} ${word}`).join(', ');
  return [status, parts === '' ? '' : `(${parts})`].filter(Boolean).join(' ') || 'nothing';
}

/** The same, and how its newest restore is. */
export function allWordsOf(backup: WireBackup): string {
  const restore = restoresOf(backup)[0]?.stateText;
  return wordsOf(backup) + (restore === undefined ? '' : `, restore ${restore}`);
}

function restorable(backup: WireBackup): true | string {
  const { status } = backup;
  const state = stateOf(status);
  if (state === 'inProgress') return 'It is not finished.';
  if (state === 'failed') return 'It failed: there is nothing whole to restore.';
  if (isAtWork(backup)) return 'It is being restored.';
  if (state === 'ready') return true;
  return `Its status is not known here: ${status || 'none'}.`;
}

function restoreState({ status, components }: WireRestore): HostedState {
  if (status !== '') return stateOf(status);
  const states = components.map((component) => stateOf(component.status));
  for (const state of ['failed', 'restoring', 'inProgress', 'unknown'] as const) {
    if (states.includes(state)) return state;
  }
  return states.length > 0 ? 'ready' : 'unknown';
}

function partOf({ name, status, further }: WireComponent): HostedPart {
  const state = stateOf(status);
  const error =
    state === 'failed'
      ? causeOf({ components: [{ name, status, further }], further: [] })
      : undefined;
  return {
    name,
    state,
    stateText: status || 'not said',
    ...(error === undefined ? {} : { error: error.slice(name.length + 2) }),
  };
}

function named(of: string, further: Further): Further {
  return further.map(([name, value]) => [`${of}: ${name}`, value]);
}
