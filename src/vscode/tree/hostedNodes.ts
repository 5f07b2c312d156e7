import type { ErrorInfo } from '../../core/errors';
import type { HostedBackup } from '../../core/model';
import type { Hosted } from '../store/hostedStore';
import { ageText, bytesText } from '../text';
import type { ErrorNode, HostedGroupNode, HostedNode, NoteNode } from './nodes';

/** Of the group's rows, where several are told apart. */
export const HOSTED_GROUP = 'hosted';

const STATES: Record<HostedBackup['state'], { word?: string; icon: string; colour?: string }> = {
  inProgress: { word: 'in progress', icon: 'sync' },
  ready: { word: 'ready', icon: 'pass', colour: 'testing.iconPassed' },
  failed: { word: 'failed', icon: 'error', colour: 'problemsErrorIcon.foreground' },
  restoring: { word: 'being restored', icon: 'history' },
  deleting: { word: 'being deleted', icon: 'trash' },
  unknown: { icon: 'question', colour: 'problemsWarningIcon.foreground' },
};

/** A state in a word, an icon and its colour; one that is not known in the platform's own word. */
export function hostedState({ state, stateText }: Pick<HostedBackup, 'state' | 'stateText'>): {
  word: string;
  icon: string;
  colour?: string;
} {
  const { word, ...rest } = STATES[state];
  return { word: word ?? (stateText === '' ? 'state not known' : stateText), ...rest };
}

/** What stands under the heading of a platform's own backups. */
export function hostedChildren(
  { entry }: HostedGroupNode,
  { backups, error }: Hosted,
): (HostedNode | NoteNode | ErrorNode)[] {
  const key = `${entry.key}:${HOSTED_GROUP}`;
  const nodes = (backups ?? []).map((hosted): HostedNode => ({ kind: 'hosted', entry, hosted }));
  const note = (tone: NoteNode['tone'], text: string): NoteNode => ({
    kind: 'note',
    key,
    tone,
    text,
  });
  const why = notSetUp(error);
  if (why !== undefined) return [note('empty', why)];
  if (error !== undefined) {
    const title = 'Could not be asked';
    return [{ kind: 'error', entry, title, error, under: HOSTED_GROUP }, ...nodes];
  }
  if (backups === undefined) return [note('loading', 'Asking the platform…')];
  return nodes.length > 0 ? nodes : [note('empty', 'No backup lies there')];
}

/** A refusal of the person, not of the question: another login mends it, so it is an error like any other. */
const OF_THE_PERSON = /(denied|login|refused|secretMissing)$/i;

/** What an entry does not say how to ask for, or its version has not, is nothing that failed: said in words. */
function notSetUp(error: ErrorInfo | undefined): string | undefined {
  const isSo =
    error?.category === 'usage' ||
    (error?.category === 'refused' && !OF_THE_PERSON.test(error.code));
  return isSo ? `${error.message} ${error.next}` : undefined;
}

/** The heading in a few words. */
export function hostedGroupFacts({ backups, error }: Hosted): string[] {
  if (notSetUp(error) !== undefined) return ['not available'];
  if (backups === undefined) return [];
  const count = (state: HostedBackup['state']) => backups.filter((b) => b.state === state).length;
  const [running, failed] = [count('inProgress'), count('failed')];
  return [
    String(backups.length),
    ...(running > 0 ? [`${running} in progress`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(error === undefined ? [] : ['not up to date']),
  ];
}

/** A backup of the platform's in a few words: its state first, never as an icon alone. */
export function hostedFacts(hosted: HostedBackup, now: Date): string[] {
  const { state, created, finished, bytes, encrypted, where } = hosted;
  const isOpen = finished === undefined && state !== 'inProgress' && state !== 'failed';
  return [
    hostedState(hosted).word,
    isOpen ? 'not finished' : undefined,
    created === undefined ? undefined : ageText(new Date(created), now),
    bytes === undefined ? undefined : bytesText(bytes),
    encrypted === true ? 'encrypted' : undefined,
    where,
  ].filter((fact) => fact !== undefined);
}
