import * as vscode from 'vscode';
import { commands } from '../../ids';
import type { Backup } from '../../core/model';
import { restoresFromVault, vaultWords } from '../vaultWords';
import { ageText, bytesText, escapeMarkdown, markdownTable, timeText } from '../text';
import { isCheckOverdue } from '../../core/schedule/checks';
import { policyBackup } from '../../core/policy/policyBackup';
import type { RetentionDecision } from '../../core/retention/decide';
import { decisionRow, goesText } from './decisionWords';
import type { BackupNode, BackupPageNode, BackupsNode } from './nodes';
import { contextValue } from './nodes';

/** What a backup's check says, in one word and an icon. */
export function verificationText(backup: Backup): { word: string; icon: string; color?: string } {
  if (backup.state === 'missing')
    return { word: 'file missing', icon: 'error', color: 'testing.iconFailed' };
  const { verification } = backup.manifest;
  if (verification === undefined) return { word: 'not verified', icon: 'circle-outline' };
  if (verification.result === 'damaged') {
    return { word: 'damaged', icon: 'error', color: 'testing.iconFailed' };
  }
  const word = verification.of === 'stored' ? 'stored bytes verified' : 'verified';
  return { word, icon: 'pass', color: 'testing.iconPassed' };
}

/** @param decision what the policy says of it, where there is one */
export function backupItem(
  node: BackupNode,
  now: Date,
  decision?: RetentionDecision,
): vscode.TreeItem {
  const { backup } = node;
  const { verify } = node.entry.config.policy ?? {};
  const policed = policyBackup(backup);
  const overdue = verify !== undefined && isCheckOverdue(verify, policed, now);
  const { manifest } = backup;
  const check = verificationText(backup);
  const words = vaultWords(node.entry.definition.capabilities);
  const encrypted = manifest.encryption.kind !== 'none';
  const restores = restoresFromVault(node.entry.definition.capabilities);
  const title = manifest.label ?? originText(backup) ?? timeText(manifest.created);
  const item = new vscode.TreeItem(title, vscode.TreeItemCollapsibleState.None);
  item.id = `backup:${node.entry.key}:${manifest.id}`;
  const facts = [
    check.word === 'verified' ? undefined : check.word,
    overdue ? 'check overdue' : undefined,
    policed.pinned ? 'pinned' : undefined,
    policed.scheduled ? makerText(backup) : undefined,
    goesText(decision),
    ageText(new Date(manifest.created), now),
    bytesText(manifest.bytes),
    manifest.snapshot?.index === undefined ? undefined : `index ${manifest.snapshot.index}`,
    manifest.mode,
    encrypted ? 'encrypted' : undefined,
    title === timeText(manifest.created) ? undefined : timeText(manifest.created),
  ].filter((f) => f !== undefined);
  item.description = facts.join(' · ');
  const { icon, color } = backupIcon(check, { overdue, encrypted, pinned: policed.pinned });
  item.iconPath = new vscode.ThemeIcon(
    icon,
    color === undefined ? undefined : new vscode.ThemeColor(color),
  );
  item.contextValue = contextValue('backup', {
    encrypted,
    verified: check.word === 'verified',
    damaged: check.word === 'damaged',
    present: backup.state === 'present',
    restorable: backup.state === 'present' && restores,
    pinned: restores && policed.pinned,
    unpinned: restores && !policed.pinned,
    overdue,
  });
  const checked = overdue ? `${check.word}, overdue` : check.word;
  item.tooltip = backupTooltip(backup, checked, words?.title ?? 'Backup', decision);
  item.accessibilityInformation = {
    label: `${words?.title ?? 'Backup'} ${title}, ${facts.join(', ')}, ${encrypted ? 'encrypted' : 'not encrypted'}, ${check.word}`,
  };
  if (backup.state === 'present') {
    item.command = { command: commands.openBackup, title: 'Open', arguments: [node] };
  }
  return item;
}

/** The heading of a cluster's backups. */
export function backupsItem({ entry }: BackupsNode, now: Date): vscode.TreeItem {
  const [newest] = entry.backups;
  // Also without any: what the editor has once shown as closed stays closed.
  const { capabilities } = entry.definition;
  const heading = vaultWords(capabilities)?.heading ?? 'Backups';
  const item = new vscode.TreeItem(heading, vscode.TreeItemCollapsibleState.Expanded);
  item.id = `backups:${entry.key}`;
  item.description =
    newest === undefined
      ? '0'
      : `${entry.backups.length} · newest ${ageText(new Date(newest.manifest.created), now)}`;
  item.iconPath = new vscode.ThemeIcon('archive');
  item.contextValue = contextValue('backups', { restores: restoresFromVault(capabilities) });
  item.accessibilityInformation = {
    label: `${heading} of ${entry.config.name}, ${item.description}`,
  };
  return item;
}

export function pageItem(node: BackupPageNode): vscode.TreeItem {
  const { from, backups } = node;
  const item = new vscode.TreeItem(
    `${vaultWords(node.entry.definition.capabilities)?.plural ?? 'Backups'} ${from + 1} to ${from + backups.length}`,
    vscode.TreeItemCollapsibleState.Collapsed,
  );
  item.id = `page:${node.entry.key}:${from}`;
  const newest = backups[0];
  const oldest = backups.at(-1);
  if (newest !== undefined && oldest !== undefined) {
    item.description = `${timeText(oldest.manifest.created).slice(0, 10)} – ${timeText(newest.manifest.created).slice(0, 10)}`;
  }
  item.contextValue = 'backupPage';
  return item;
}

function originText({ manifest }: Backup): string | undefined {
  const { kind } = manifest.origin;
  if (kind === 'safety') return 'Before a restore';
  // A schedule makes many alike: they are told apart by their time.
  return kind === 'adopted' ? manifest.file : undefined;
}

function makerText({ manifest }: Backup): string {
  const { kind, schedule } = manifest.origin;
  switch (kind) {
    case 'schedule':
      return schedule === undefined ? 'a schedule' : `schedule ${schedule}`;
    case 'safety':
      return 'a restore, beforehand';
    case 'adopted':
      return 'others; found in the vault';
    case 'manual':
      return 'hand';
  }
}

/** What is wrong comes first; then that it is held for ever, then that it is encrypted. */
function backupIcon(
  check: ReturnType<typeof verificationText>,
  { overdue, encrypted, pinned }: { overdue: boolean; encrypted: boolean; pinned: boolean },
): { icon: string; color?: string } {
  if (check.icon === 'error') return check;
  if (overdue) return { icon: 'history', color: 'problemsWarningIcon.foreground' };
  const color = check.color === undefined ? {} : { color: check.color };
  if (pinned) return { icon: 'pinned', ...color };
  return check.word === 'verified' && encrypted ? { icon: 'lock', ...color } : check;
}

function backupTooltip(
  backup: Backup,
  check: string,
  word: string,
  decision: RetentionDecision | undefined,
): vscode.MarkdownString {
  const { manifest } = backup;
  const md = escapeMarkdown;
  const rows: [string, string][] = [
    ['Created', `${md(timeText(manifest.created))} (${md(manifest.created)})`],
    ['Size', md(`${bytesText(manifest.bytes)} (${manifest.bytes.toLocaleString('en')} bytes)`)],
    ['Mode', md(manifest.mode ?? 'unknown')],
    ['Made by', md(makerText(backup))],
  ];
  const told = decisionRow(decision);
  if (told !== undefined) rows.push([told[0], md(told[1])]);
  const { snapshot } = manifest;
  if (snapshot?.index !== undefined) rows.push(['Index', md(String(snapshot.index))]);
  if (snapshot?.term !== undefined) rows.push(['Term', md(String(snapshot.term))]);
  if (snapshot?.id !== undefined) rows.push(['Snapshot', md(snapshot.id)]);
  if (manifest.system.version !== undefined) rows.push(['Version', md(manifest.system.version)]);
  const keys = manifest.encryption.keyIds?.join(', ');
  rows.push([
    'Encryption',
    md(manifest.encryption.kind + (keys === undefined ? '' : ` (${keys})`)),
  ]);
  const at = manifest.verification?.at;
  rows.push(['Check', md(at === undefined ? check : `${check}, ${timeText(at)}`)]);
  rows.push(['File', md(backup.path)]);
  const title = manifest.label ?? manifest.file;
  const lines = [
    `**${md(word === 'Backup' ? title : `${word} ${title}`)}**`,
    '',
    markdownTable(rows),
  ];
  if (manifest.verification?.message !== undefined) {
    lines.push('', `$(error) ${md(manifest.verification.message)}`);
  }
  for (const note of manifest.notes ?? []) lines.push('', `$(info) ${md(note)}`);
  if (manifest.encryption.kind === 'none') {
    lines.push('', '$(warning) Not encrypted: whoever reads the file reads the secrets in it\\.');
  }
  return new vscode.MarkdownString(lines.join('\n'), true);
}
