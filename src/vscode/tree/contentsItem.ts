import * as vscode from 'vscode';
import type { ContentsItem } from '../../core/model';
import type { Contents } from '../store/contentsStore';
import { escapeMarkdown, kindText, markdownTable } from '../text';
import { groupFacts, itemFacts } from './contentsNodes';
import { contextValue } from './nodes';
import type { GroupNode, ItemNode } from './nodes';

/** Icons of kinds and of groups; any other has a plain one. */
const ICONS: Readonly<Record<string, string>> = {
  nodes: 'server',
  node: 'server',
  managers: 'server',
  manager: 'server',
  stacks: 'layers',
  stack: 'layers',
  service: 'server-process',
  volumes: 'database',
  volume: 'database',
  network: 'type-hierarchy',
  config: 'settings',
  secret: 'key',
  task: 'circle-small-filled',
  environments: 'layers',
  environment: 'cloud',
  marathon: 'server-process',
  marathonGroup: 'folder',
  marathonApp: 'server-process',
  marathonPod: 'package',
};

const STATES: Record<ContentsItem['state'], { icon?: string; colour?: string }> = {
  good: { colour: 'testing.iconPassed' },
  warning: { icon: 'warning', colour: 'problemsWarningIcon.foreground' },
  bad: { icon: 'error', colour: 'problemsErrorIcon.foreground' },
  idle: {},
  unknown: {},
};

/** A group's heading: what it holds and whether that may not be all. */
export function groupItem(node: GroupNode, contents: Contents): vscode.TreeItem {
  const { entry, group } = node;
  const known = contents.groups?.find(({ id }) => id === group.id);
  const item = new vscode.TreeItem(group.title, vscode.TreeItemCollapsibleState.Collapsed);
  item.id = `group:${entry.key}:${group.id}`;
  const facts = groupFacts(known, contents);
  item.description = facts.join(' · ');
  item.iconPath = new vscode.ThemeIcon(ICONS[group.id] ?? 'list-tree');
  item.contextValue = contextValue('group', { [group.id]: true });
  if (known?.warning !== undefined) item.tooltip = known.warning;
  item.accessibilityInformation = {
    label: [`${group.title} of ${entry.config.name}`, ...facts, known?.warning]
      .filter((part) => part !== undefined)
      .join(', '),
  };
  return item;
}

/** One object, its state in an icon and a word. */
export function contentsItem({ entry, item, under }: ItemNode): vscode.TreeItem {
  const children = item.children ?? [];
  const shown = new vscode.TreeItem(
    item.name,
    children.length > 0
      ? vscode.TreeItemCollapsibleState.Collapsed
      : vscode.TreeItemCollapsibleState.None,
  );
  shown.id = `item:${entry.key}:${[...under, item.id].join('>')}`;
  const state = STATES[item.state];
  const facts = itemFacts(item);
  shown.description = facts.join(' · ');
  shown.iconPath = new vscode.ThemeIcon(
    state.icon ?? ICONS[item.kind] ?? 'circle-outline',
    state.colour === undefined ? undefined : new vscode.ThemeColor(state.colour),
  );
  const { contents, takenOn } = entry.definition.capabilities;
  shown.contextValue = contextValue('item', {
    compare:
      (contents?.compares.includes(item.kind) === true && item.outOfReach !== true) ||
      children.some(({ kind }) => contents?.compares.includes(kind)),
    scope: contents?.scopes.includes(item.kind) === true && item.outOfReach !== true,
    takesBackup: takenOn?.kind === item.kind && item.outOfReach !== true,
    [`kind-${item.kind}`]: true,
  });
  shown.tooltip = itemTooltip(item, facts.join(', '));
  shown.accessibilityInformation = {
    label: [`${kindText(item.kind)} ${item.name}`, ...facts].join(', '),
  };
  return shown;
}

function itemTooltip(item: ContentsItem, facts: string): vscode.MarkdownString {
  const md = escapeMarkdown;
  const lines = [
    `**${md(item.name)}**`,
    '',
    md(`${kindText(item.kind)}${facts === '' ? '' : `, ${facts}`}`),
  ];
  if (item.facts.length > 0) {
    lines.push('', markdownTable(item.facts.map(([name, value]) => [md(name), md(value)])));
  }
  return new vscode.MarkdownString(lines.join('\n'), true);
}
