import type { ContentsGroup, ContentsItem } from '../../core/model';
import type { Contents } from '../store/contentsStore';
import type { ErrorNode, GroupNode, ItemNode, NoteNode } from './nodes';

/** What stands under a group's heading. */
export function groupChildren(
  { entry, group }: GroupNode,
  contents: Contents,
): (ItemNode | NoteNode | ErrorNode)[] {
  const key = `${entry.key}:${group.id}`;
  const known = contents.groups?.find(({ id }) => id === group.id);
  const children: (ItemNode | NoteNode | ErrorNode)[] = [];
  if (contents.error !== undefined) {
    const { error } = contents;
    children.push({ kind: 'error', entry, title: 'Could not be asked', error, under: group.id });
  } else if (contents.groups === undefined) {
    children.push({ kind: 'note', key, tone: 'loading', text: 'Asking the cluster…' });
  } else if (known === undefined || (known.items.length === 0 && known.warning === undefined)) {
    children.push({ kind: 'note', key, tone: 'empty', text: `No ${group.title.toLowerCase()}` });
  }
  if (known?.warning !== undefined) {
    children.push({ kind: 'note', key, tone: 'warning', text: known.warning });
  }
  const items = known?.items ?? [];
  return [
    ...children,
    ...items.map((item): ItemNode => ({ kind: 'item', entry, item, under: [group.id] })),
  ];
}

/** What stands under an object. */
export function itemChildren({ entry, item, under }: ItemNode): ItemNode[] {
  return (item.children ?? []).map((child) => ({
    kind: 'item',
    entry,
    item: child,
    under: [...under, item.id],
  }));
}

/** A group in a few words. */
export function groupFacts(group: ContentsGroup | undefined, { error }: Contents): string[] {
  if (group === undefined) return [];
  const failing = count(group.items, ({ state }) => state === 'bad');
  return [
    String(group.items.length),
    ...(failing > 0 ? [`${failing} failing`] : []),
    ...(group.warning === undefined ? [] : ['not all']),
    ...(error === undefined ? [] : ['not up to date']),
  ];
}

const STATE_WORDS: Record<ContentsItem['state'], string> = {
  good: '',
  warning: 'needs attention',
  bad: 'failing',
  // Its description says what it is.
  idle: '',
  unknown: 'not known',
};

/** An object in a few words: never its colour alone says that something is wrong. */
export function itemFacts({ description, state }: ContentsItem): string[] {
  return [description ?? '', STATE_WORDS[state]].filter((fact) => fact !== '');
}

function count(items: readonly ContentsItem[], which: (item: ContentsItem) => boolean): number {
  return items.reduce((sum, i) => sum + (which(i) ? 1 : count(i.children ?? [], which)), 0);
}
