import type { ErrorInfo } from '../../core/errors';
import type { HostedBackup, HostedRestore } from '../../core/model';
import type { RetentionDecision } from '../../core/retention/decide';
import { hostedState, madeBy } from '../../protocol/hostedWords';
import type { Hosted } from '../store/hostedStore';
import { ageText, bytesText, spanText } from '../text';
import { goesText } from './decisionWords';
import type {
  ErrorNode,
  HostedGroupNode,
  HostedHeadingNode,
  HostedNode,
  HostedPageNode,
  HostedPartNode,
  HostedRestoreNode,
  NoteNode,
} from './nodes';

/** Of the group's rows, where several are told apart. */
export const HOSTED_GROUP = 'hosted';

/** Backups shown at once; older ones stand in pages of the same size. */
export const HOSTED_PAGE = 200;

type Row = HostedHeadingNode | HostedPageNode | HostedNode;

/** What stands under the heading of a platform's own backups. */
export function hostedChildren(
  node: HostedGroupNode,
  { backups, warnings, error }: Hosted,
): (Row | NoteNode | ErrorNode)[] {
  const { entry, covers } = node;
  const note = (tone: NoteNode['tone'], text: string): NoteNode => ({
    kind: 'note',
    key: `${entry.key}:${HOSTED_GROUP}`,
    tone,
    text,
  });
  const about = covers === undefined ? [] : [note('info', covers)];
  const why = notSetUp(error);
  if (why !== undefined) return [...about, note('empty', why)];
  if (backups === undefined && error === undefined) {
    return [...about, note('loading', 'Asking the platform…')];
  }
  const title = 'Could not be asked';
  const failed: ErrorNode[] =
    error === undefined ? [] : [{ kind: 'error', entry, title, error, under: HOSTED_GROUP }];
  const rows = rowsOf(node, backups ?? []);
  const missing = (warnings ?? []).map((text) => note('warning', text));
  // Where some could not be asked, it is not known that there is none.
  const none = [...rows, ...failed, ...missing].length > 0 ? [] : [note('empty', NONE)];
  return [...about, ...failed, ...missing, ...rows, ...none];
}

const NONE = 'No backup lies there yet: Back Up Now… makes one';

function rowsOf({ entry, groups }: HostedGroupNode, backups: readonly HostedBackup[]): Row[] {
  if (groups === undefined) return paged(entry, '', backups);
  const named = new Map<string, HostedBackup[]>();
  const others: HostedBackup[] = [];
  for (const backup of backups) {
    const { group } = backup;
    if (group === undefined) others.push(backup);
    else named.set(group, [...(named.get(group) ?? []), backup]);
  }
  const names = [...named.keys()].sort((a, b) => a.localeCompare(b));
  const headings = names.map((name): HostedHeadingNode => ({
    kind: 'hostedHeading',
    entry,
    title: groups,
    name,
    backups: named.get(name) ?? [],
  }));
  return [...headings, ...paged(entry, '', others)];
}

/** Those of one heading. */
export function headingChildren({ entry, name, backups }: HostedHeadingNode): Row[] {
  return paged(entry, name, backups);
}

/** Those of one page. */
export function hostedNodes({
  entry,
  backups,
}: Pick<HostedPageNode, 'entry' | 'backups'>): HostedNode[] {
  return backups.map((hosted) => ({ kind: 'hosted', entry, hosted }));
}

function paged(
  entry: HostedNode['entry'],
  under: string,
  backups: readonly HostedBackup[],
): (HostedPageNode | HostedNode)[] {
  const rows: (HostedPageNode | HostedNode)[] = hostedNodes({
    entry,
    backups: backups.slice(0, HOSTED_PAGE),
  });
  for (let from = HOSTED_PAGE; from < backups.length; from += HOSTED_PAGE) {
    const older = backups.slice(from, from + HOSTED_PAGE);
    rows.push({ kind: 'hostedPage', entry, under, from, backups: older });
  }
  return rows;
}

/** What a backup is made of, and the restores of it. */
export function hostedDetails({
  entry,
  hosted: { id, parts = [], restores = [] },
}: HostedNode): (HostedPartNode | HostedRestoreNode)[] {
  const under = [id];
  return [
    ...parts.map((part): HostedPartNode => ({ kind: 'hostedPart', entry, under, part })),
    ...restores.map((restore, at): HostedRestoreNode => ({
      kind: 'hostedRestore',
      entry,
      under: [...under, restoreId(restore, at, restores.length)],
      restore,
    })),
  ];
}

/** What a restore touched. */
export function restoreParts({ entry, under, restore }: HostedRestoreNode): HostedPartNode[] {
  return restore.parts.map((part) => ({ kind: 'hostedPart', entry, under, part }));
}

/** Counted from the oldest, so that a new one leaves the others as they are. Several may have the same time. */
function restoreId({ at = '' }: HostedRestore, index: number, count: number): string {
  return `restore ${count - index} ${at}`;
}

/** A heading in a few words: how many, and how old the newest is that could be restored. */
export function headingFacts(
  { backups, entry }: Pick<HostedHeadingNode, 'backups' | 'entry'>,
  now: Date,
): string[] {
  const count = String(backups.length);
  if (entry.definition.capabilities.hosted?.restore !== true) return [count];
  const newest = newestRestorable(backups);
  return [
    count,
    newest?.created === undefined
      ? 'none can be restored'
      : `newest restorable ${ageText(new Date(newest.created), now)}`,
  ];
}

/** The newest backup that can be restored now. */
export function newestRestorable(backups: readonly HostedBackup[]): HostedBackup | undefined {
  return backups.find(({ restore, created }) => restore === true && created !== undefined);
}

/** A refusal of the person, not of the question: another login mends it, so it is an error like any other. */
const OF_THE_PERSON = /(denied|login|token|expired|refused|secretMissing)$/i;

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

/** Where it can be restored, that says enough: platforms need not tell since when it is finished. */
export function isOpen({ finished, restore }: HostedBackup): boolean {
  return finished === undefined && restore === undefined;
}

/** States that say themselves whether it is finished. */
const TOLD_BY_STATE: readonly HostedBackup['state'][] = [
  'inProgress',
  'failed',
  'restoring',
  'deleting',
];

/**
 * A backup of the platform's in a few words: its state first, never as an icon alone.
 *
 * @param decision what the policy says of it, where it prunes there
 */
export function hostedFacts(
  hosted: HostedBackup,
  now: Date,
  decision?: RetentionDecision,
): string[] {
  const { created, bytes, encrypted, where, mode, expires } = hosted;
  return [
    isUseless(hosted) ? 'not restorable' : hostedState(hosted).word,
    isOpen(hosted) && !TOLD_BY_STATE.includes(hosted.state) ? 'not finished' : undefined,
    goesText(decision),
    created === undefined ? undefined : ageText(new Date(created), now),
    bytes === undefined ? undefined : bytesText(bytes),
    encrypted === true ? 'encrypted' : undefined,
    madeBy(hosted),
    mode,
    expires === undefined ? undefined : expiryText(new Date(expires), now),
    // Under its heading it need not be said again.
    where === hosted.group ? undefined : where,
  ].filter((fact) => fact !== undefined);
}

/** It is there, and can't be restored all the same. */
export function isUseless({ state, restore }: HostedBackup): boolean {
  return state === 'ready' && typeof restore === 'string';
}

function expiryText(expires: Date, now: Date): string {
  const seconds = (expires.getTime() - now.getTime()) / 1000;
  return seconds > 0 ? `expires in ${spanText(seconds)}` : 'expired';
}
