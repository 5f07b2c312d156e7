import * as vscode from 'vscode';
import type { Hosted } from '../store/hostedStore';
import { bytesText, escapeMarkdown, markdownTable, timeText } from '../text';
import { HOSTED_GROUP, hostedFacts, hostedGroupFacts, hostedState } from './hostedNodes';
import { contextValue } from './nodes';
import type { HostedGroupNode, HostedNode } from './nodes';

/** The heading of the backups that lie on the platform's own side. */
export function hostedGroupItem(
  { entry, title }: HostedGroupNode,
  hosted: Hosted,
): vscode.TreeItem {
  const item = new vscode.TreeItem(title, vscode.TreeItemCollapsibleState.Collapsed);
  item.id = `group:${entry.key}:${HOSTED_GROUP}`;
  const facts = hostedGroupFacts(hosted);
  item.description = facts.join(' · ');
  item.iconPath = new vscode.ThemeIcon('server');
  item.contextValue = contextValue('group', { [HOSTED_GROUP]: true });
  item.accessibilityInformation = {
    label: [`Backups ${title.toLowerCase()} of ${entry.config.name}`, ...facts].join(', '),
  };
  return item;
}

/** A backup that lies on the platform's own side. */
export function hostedItem({ entry, hosted }: HostedNode, now: Date): vscode.TreeItem {
  const item = new vscode.TreeItem(hosted.name, vscode.TreeItemCollapsibleState.None);
  item.id = `hosted:${entry.key}:${hosted.id}`;
  const facts = hostedFacts(hosted, now);
  item.description = facts.join(' · ');
  const { icon, colour } = hostedState(hosted);
  item.iconPath = new vscode.ThemeIcon(
    icon,
    colour === undefined ? undefined : new vscode.ThemeColor(colour),
  );
  item.contextValue = contextValue('hosted', {
    [hosted.state]: true,
    encrypted: hosted.encrypted === true,
    fetch: entry.definition.capabilities.hosted?.fetch === true && hosted.fetch === true,
  });
  item.tooltip = hostedTooltip(hosted);
  item.accessibilityInformation = { label: [`Backup ${hosted.name}`, ...facts].join(', ') };
  return item;
}

function hostedTooltip(hosted: HostedNode['hosted']): vscode.MarkdownString {
  const md = escapeMarkdown;
  const { name, state, stateText, created, finished, bytes, encrypted, where, error } = hosted;
  const { word } = hostedState(hosted);
  const rows: [string, string | undefined][] = [
    ['State', word === stateText || stateText === '' ? word : `${word} (${stateText})`],
    ['Started', created === undefined ? undefined : timeText(created)],
    ['Finished', finished === undefined ? 'not finished' : timeText(finished)],
    ['Size', bytes === undefined ? undefined : bytesText(bytes)],
    ['Encryption', encrypted === undefined ? undefined : encrypted ? 'encrypted' : 'none'],
    ['Where', where],
    ['Id', hosted.id],
    ...hosted.facts,
  ];
  const known = rows.flatMap(([title, value]): [string, string][] =>
    value === undefined || value === '' ? [] : [[md(title), md(value)]],
  );
  const lines = [`**${md(name)}**`, '', markdownTable(known)];
  if (state === 'failed') {
    lines.push('', `$(error) ${md(error ?? 'The platform does not say why it failed.')}`);
  }
  if (typeof hosted.fetch === 'string') {
    lines.push('', `$(info) It can't be fetched: ${md(hosted.fetch)}`);
  }
  return new vscode.MarkdownString(lines.join('\n'), true);
}
