import * as vscode from 'vscode';
import type { RetentionDecision } from '../../core/retention/decide';
import { commands } from '../../ids';
import { hostedState, hostedStateText, madeBy } from '../../protocol/hostedWords';
import type { Hosted } from '../store/hostedStore';
import { bytesText, escapeMarkdown, markdownTable, timeText } from '../text';
import { decisionRow } from './decisionWords';
import { HOSTED_GROUP, hostedFacts, hostedGroupFacts, isOpen, isUseless } from './hostedNodes';
import { contextValue } from './nodes';
import type { HostedGroupNode, HostedNode } from './nodes';
import { stateIcon } from './stateIcon';

/** The heading of the backups that lie on the platform's own side. */
export function hostedGroupItem(
  { entry, title, covers }: HostedGroupNode,
  hosted: Hosted,
): vscode.TreeItem {
  const item = new vscode.TreeItem(title, vscode.TreeItemCollapsibleState.Collapsed);
  item.id = `group:${entry.key}:${HOSTED_GROUP}`;
  const facts = hostedGroupFacts(hosted);
  item.description = facts.join(' · ');
  item.iconPath = new vscode.ThemeIcon('server');
  item.contextValue = contextValue('group', { [HOSTED_GROUP]: true });
  if (covers !== undefined) item.tooltip = covers;
  item.accessibilityInformation = {
    label: [`Backups ${title.toLowerCase()} of ${entry.config.name}`, ...facts, covers]
      .filter((part) => part !== undefined)
      .join(', '),
  };
  return item;
}

/**
 * A backup that lies on the platform's own side.
 *
 * @param decision what the policy says of it, where it prunes there
 */
export function hostedItem(
  node: HostedNode,
  now: Date,
  decision?: RetentionDecision,
): vscode.TreeItem {
  const { entry, hosted } = node;
  const details = (hosted.parts?.length ?? 0) + (hosted.restores?.length ?? 0);
  const label = hostedLabel(node);
  const item = new vscode.TreeItem(
    label,
    details > 0 ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.None,
  );
  item.id = `hosted:${entry.key}:${hosted.id}`;
  const facts = hostedFacts(hosted, now, decision);
  // At its end: what is copied and searched for, not what one reads.
  if (label !== hosted.name) facts.push(hosted.id);
  item.description = facts.join(' · ');
  item.iconPath = isUseless(hosted)
    ? stateIcon('unknown', 'warning')
    : stateIcon(hosted.state, hostedState(hosted).icon);
  const can = entry.definition.capabilities.hosted;
  item.contextValue = contextValue('hosted', {
    [hosted.state]: true,
    encrypted: hosted.encrypted === true,
    fetch: can?.fetch === true && hosted.fetch === true,
    restorable: can?.restore === true && hosted.restore === true,
    removable: can?.remove === true && hosted.state !== 'deleting',
  });
  item.tooltip = hostedTooltip(hosted, decision);
  item.accessibilityInformation = { label: [`Backup ${label}`, ...facts].join(', ') };
  item.command = { command: commands.openHosted, title: 'Show Details', arguments: [node] };
  return item;
}

/** Where a platform keeps no labels, an id says nothing to a person: the time does. */
export function hostedLabel({ entry, hosted }: Pick<HostedNode, 'entry' | 'hosted'>): string {
  const isNameless = entry.definition.capabilities.modes.every(({ unlabelled }) => unlabelled);
  return isNameless && hosted.created !== undefined
    ? timeText(hosted.created).slice(0, 16)
    : hosted.name;
}

function hostedTooltip(
  hosted: HostedNode['hosted'],
  decision: RetentionDecision | undefined,
): vscode.MarkdownString {
  const md = escapeMarkdown;
  const { name, state, created, finished, bytes, encrypted, where, error } = hosted;
  const done = finished === undefined ? undefined : timeText(finished);
  const told = decisionRow(decision);
  const rows: [string, string | undefined][] = [
    ['State', hostedStateText(hosted)],
    ['Started', created === undefined ? undefined : timeText(created)],
    ['Finished', done ?? (isOpen(hosted) ? 'not finished' : undefined)],
    ['Size', bytes === undefined ? undefined : bytesText(bytes)],
    ['Made', madeBy(hosted)],
    ...(told === undefined ? [] : [told]),
    ['Encryption', encrypted === undefined ? undefined : encrypted ? 'encrypted' : 'none'],
    ['Of', hosted.group],
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
  if (typeof hosted.restore === 'string') {
    lines.push('', `$(info) It can't be restored: ${md(hosted.restore)}`);
  }
  return new vscode.MarkdownString(lines.join('\n'), true);
}
