import * as vscode from 'vscode';
import type { HostedPart } from '../../core/model';
import { hostedState, hostedStateText } from '../../protocol/hostedWords';
import { ageText, escapeMarkdown, markdownTable, timeText } from '../text';
import { HOSTED_GROUP, headingFacts } from './hostedNodes';
import type { HostedHeadingNode, HostedPageNode, HostedPartNode, HostedRestoreNode } from './nodes';
import { stateIcon } from './stateIcon';

const { Collapsed, None } = vscode.TreeItemCollapsibleState;

/** What some of the backups are of: an environment, with the age of the newest that can be restored. */
export function hostedHeadingItem(node: HostedHeadingNode, now: Date): vscode.TreeItem {
  const { entry, title, name } = node;
  const item = new vscode.TreeItem(name, Collapsed);
  item.id = `group:${entry.key}:${HOSTED_GROUP}:${name}`;
  const facts = headingFacts(node, now);
  item.description = facts.join(' · ');
  item.iconPath = new vscode.ThemeIcon('layers');
  item.contextValue = 'hostedHeading';
  item.tooltip = `${title} ${name}: ${facts.join(', ')}`;
  item.accessibilityInformation = { label: [`${title} ${name}`, ...facts].join(', ') };
  return item;
}

/** Older backups, a page at a time. */
export function hostedPageItem({ entry, under, from, backups }: HostedPageNode): vscode.TreeItem {
  const item = new vscode.TreeItem(`Backups ${from + 1} to ${from + backups.length}`, Collapsed);
  item.id = `page:${entry.key}:${HOSTED_GROUP}:${under}:${from}`;
  const days = [backups.at(-1), backups[0]].map((b) => b?.created && timeText(b.created));
  const [oldest, newest] = days.map((day) => day?.slice(0, 10));
  if (oldest !== undefined && newest !== undefined) item.description = `${oldest} – ${newest}`;
  item.contextValue = 'backupPage';
  return item;
}

/** A component with its state in an icon and a word. */
export function hostedPartItem({ entry, under, part }: HostedPartNode): vscode.TreeItem {
  const item = new vscode.TreeItem(part.name, None);
  item.id = ['hostedPart', entry.key, ...under, part.name].join(':');
  const facts = [hostedState(part).word, part.error].filter((fact) => fact !== undefined);
  item.description = facts.join(' · ');
  item.iconPath = stateIcon(part.state, hostedState(part).icon);
  item.contextValue = 'hostedPart';
  item.tooltip = tooltip(part.name, [['State', hostedStateText(part)]], errorOf(part));
  item.accessibilityInformation = { label: [`Component ${part.name}`, ...facts].join(', ') };
  return item;
}

/** A restore that the platform tells of. */
export function hostedRestoreItem(node: HostedRestoreNode, now: Date): vscode.TreeItem {
  const { entry, under, restore } = node;
  const item = new vscode.TreeItem('Restore of it', restore.parts.length > 0 ? Collapsed : None);
  item.id = ['hostedRestore', entry.key, ...under].join(':');
  const { at, error } = restore;
  const facts = [
    restoreWord(restore),
    at === undefined ? undefined : ageText(new Date(at), now),
    error,
  ].filter((fact) => fact !== undefined);
  item.description = facts.join(' · ');
  item.iconPath = stateIcon(restore.state, hostedState(restore).icon);
  item.contextValue = 'hostedRestore';
  item.tooltip = tooltip(
    'Restore of it',
    [
      ['State', hostedStateText(restore)],
      ...(at === undefined ? [] : [['At', timeText(at)] as const]),
    ],
    errorOf(restore),
  );
  item.accessibilityInformation = { label: ['Restore of it', ...facts].join(', ') };
  return item;
}

/** Of a restore, what is ready is done. */
function restoreWord(restore: HostedRestoreNode['restore']): string {
  return restore.state === 'ready' ? 'done' : hostedState(restore).word;
}

function errorOf({ state, error }: Pick<HostedPart, 'state' | 'error'>): string | undefined {
  return error ?? (state === 'failed' ? 'The platform does not say why it failed.' : undefined);
}

function tooltip(
  title: string,
  rows: readonly (readonly [string, string])[],
  error: string | undefined,
): vscode.MarkdownString {
  const md = escapeMarkdown;
  const table = markdownTable(rows.map(([name, value]) => [md(name), md(value)]));
  const lines = [`**${md(title)}**`, '', table];
  if (error !== undefined) lines.push('', `$(error) ${md(error)}`);
  return new vscode.MarkdownString(lines.join('\n'), true);
}
