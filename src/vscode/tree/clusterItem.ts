import * as vscode from 'vscode';
import { commands } from '../../ids';
import type { PolicyConfig } from '../../core/config/policy';
import type { HostedBackup } from '../../core/model';
import { rhythmText } from '../../core/retention/interval';
import { restoresFromVault, vaultWords } from '../vaultWords';
import { prunes } from '../prunes';
import type { ClusterState } from '../clusterState';
import type { ClusterEntry } from '../store/clusterStore';
import { nextText } from '../statusWords';
import { ageText, escapeMarkdown, markdownTable, timeText } from '../text';
import { newestRestorable } from './hostedNodes';
import type { ClusterNode, ErrorNode, NoteNode, ProblemNode } from './nodes';
import { contextValue } from './nodes';

const RED = 'problemsErrorIcon.foreground';
const YELLOW = 'problemsWarningIcon.foreground';

/** Health as a word, an icon and its colour. */
export function healthText(entry: ClusterEntry): { word: string; icon: string; color?: string } {
  const { health } = entry;
  if (health.state === 'unknown') return { word: 'asking…', icon: 'loading~spin' };
  if (health.state === 'unreachable') {
    const locked = health.error.code === 'config.secretMissing';
    return locked
      ? { word: 'needs a secret', icon: 'lock', color: YELLOW }
      : { word: shortReason(health.error.code), icon: 'error', color: RED };
  }
  switch (health.status.health) {
    case 'healthy':
      return { word: 'healthy', icon: 'server-environment', color: 'testing.iconPassed' };
    case 'degraded':
      return { word: 'degraded', icon: 'warning', color: YELLOW };
    case 'noLeader':
      return { word: 'no leader', icon: 'error', color: RED };
  }
}

/**
 * @param hosted its backups on the platform's own side, as far as they were asked for
 * @param state how its backups stand under its policy, where that is known
 */
export function clusterItem(
  node: ClusterNode,
  now: Date,
  hosted?: readonly HostedBackup[],
  state?: ClusterState,
): vscode.TreeItem {
  const { entry } = node;
  const health = healthText(entry);
  const told = policyLines(state);
  const last = lastBackup(entry, now, hosted);
  const warnings = [...entry.warnings, ...statusWarnings(entry)];
  const item = new vscode.TreeItem(entry.config.name, vscode.TreeItemCollapsibleState.Expanded);
  item.id = `cluster:${entry.key}`;
  const facts = [
    health.word,
    ...new Set(told.map(({ words }) => words)),
    last,
    entry.definition.title,
    warnings.length > 0
      ? `${warnings.length} warning${warnings.length === 1 ? '' : 's'}`
      : undefined,
  ].filter((f) => f !== undefined);
  item.description = facts.join(' · ');
  const { icon, color } = clusterIcon(health, told[0]?.severity);
  item.iconPath = new vscode.ThemeIcon(
    icon,
    color === undefined ? undefined : new vscode.ThemeColor(color),
  );
  item.contextValue = contextValue('cluster', {
    reachable: entry.health.state === 'known',
    locked: health.word === 'needs a secret',
    recoverable: entry.definition.capabilities.recovery === true,
    retention: entry.definition.capabilities.retention === true,
    prunes: prunes(entry),
    leaderless: health.word === 'no leader',
    restores: restoresFromVault(entry.definition.capabilities),
    restoresHosted: entry.definition.capabilities.hosted?.restore === true,
  });
  item.tooltip = clusterTooltip(entry, health.word, last, warnings, [told, now, state]);
  item.accessibilityInformation = { label: `Cluster ${entry.config.name}, ${facts.join(', ')}` };
  return item;
}

/** What is told of the backups; the rest of a state stands in the row and below it already. */
function policyLines(state: ClusterState | undefined): ClusterState['lines'] {
  const elsewhere = new Set(['vault', 'manifest', 'unreachable', 'noLeader']);
  return (state?.lines ?? []).filter(({ code }) => !elsewhere.has(code));
}

/** A cluster that is well itself shows where its backups are not. */
function clusterIcon(
  health: ReturnType<typeof healthText>,
  severity: 'warning' | 'bad' | undefined,
): { icon: string; color?: string } {
  if (severity === undefined || health.icon !== 'server-environment') return health;
  return { icon: 'archive', color: severity === 'bad' ? RED : YELLOW };
}

export function errorItem(node: ErrorNode): vscode.TreeItem {
  const item = new vscode.TreeItem(node.title);
  item.id = `error:${node.entry.key}:${node.under ?? ''}:${node.error.code}:${node.error.message}`;
  item.description = node.error.message;
  item.iconPath = new vscode.ThemeIcon('error', new vscode.ThemeColor(RED));
  item.contextValue = contextValue('error', { locked: node.error.code === 'config.secretMissing' });
  item.tooltip = new vscode.MarkdownString(
    `**${escapeMarkdown(node.title)}**\n\n${escapeMarkdown(node.error.message)}\n\n` +
      `${escapeMarkdown(node.error.next)}\n\n\`${node.error.code}\``,
  );
  item.accessibilityInformation = {
    label: `${node.title}: ${node.error.message} ${node.error.next}`,
  };
  return item;
}

const NOTE_ICONS: Record<NoteNode['tone'], [string, string?]> = {
  warning: ['warning', YELLOW],
  loading: ['loading~spin'],
  empty: ['info'],
  info: ['info'],
};

export function noteItem({ key, tone, text }: NoteNode): vscode.TreeItem {
  const item = new vscode.TreeItem(text);
  item.id = `${tone}:${key}:${text}`;
  const [icon, colour] = NOTE_ICONS[tone];
  item.iconPath = new vscode.ThemeIcon(
    icon,
    colour === undefined ? undefined : new vscode.ThemeColor(colour),
  );
  item.tooltip = text;
  item.contextValue = tone;
  return item;
}

export function problemItem({ problem }: ProblemNode): vscode.TreeItem {
  const item = new vscode.TreeItem(problem.message);
  item.description = `line ${problem.line}`;
  item.iconPath = new vscode.ThemeIcon('warning', new vscode.ThemeColor(YELLOW));
  item.tooltip = `${problem.file}, line ${problem.line}\n${problem.message}`;
  item.contextValue = 'problem';
  item.command = {
    command: commands.openConfig,
    title: 'Open',
    arguments: [{ kind: 'problem', problem }],
  };
  return item;
}

/** Undefined where it is not known: a platform is asked for its backups only when somebody looks at them. */
function lastBackup(
  { definition, backups }: ClusterEntry,
  now: Date,
  hosted: readonly HostedBackup[] | undefined,
): string | undefined {
  if (definition.capabilities.storage === 'hosted') {
    if (hosted === undefined) return undefined;
    const newest = newestRestorable(hosted);
    return newest?.created === undefined
      ? 'no backup that can be restored'
      : `backup ${ageText(new Date(newest.created), now)}`;
  }
  const [newest] = backups;
  return newest === undefined
    ? 'no backup yet'
    : `backup ${ageText(new Date(newest.manifest.created), now)}`;
}

function statusWarnings(entry: ClusterEntry): string[] {
  if (entry.health.state !== 'known') return [];
  return entry.health.status.warnings.filter((w) => !entry.warnings.includes(w));
}

/** By the reason in the code, whatever the system: the whole message stands in the node below. */
function shortReason(code: string): string {
  const words: Record<string, string> = {
    denied: 'access denied',
    noLeader: 'no leader',
    wrongDatacenter: 'wrong datacenter',
  };
  return words[code.slice(code.indexOf('.') + 1)] ?? 'unreachable';
}

function clusterTooltip(
  entry: ClusterEntry,
  health: string,
  last: string | undefined,
  warnings: string[],
  [told, now, state]: [ClusterState['lines'], Date, ClusterState | undefined],
): vscode.MarkdownString {
  const md = escapeMarkdown;
  const rows: [string, string][] = [
    ['System', md(entry.definition.title)],
    ['Address', md(entry.definition.secretBinding(entry.config.connection))],
    ['Health', md(health)],
  ];
  const lines = [`**${md(entry.config.name)}**`, ''];
  if (entry.health.state === 'known') {
    const { status, at } = entry.health;
    if (status.reason !== undefined) rows.push(['Why', md(status.reason)]);
    if (status.version !== undefined) rows.push(['Version', md(status.version)]);
    if (status.datacenter !== undefined) rows.push(['Datacenter', md(status.datacenter)]);
    rows.push(['Leader', md(status.leader ?? 'none')]);
    if (status.quorum !== undefined) {
      const { alive, total, needed } = status.quorum;
      rows.push(['Quorum', md(`${alive} of ${total} voters alive, ${needed} needed`)]);
    }
    for (const s of status.servers) {
      const role = s.leader ? 'leader' : s.voter ? 'follower' : 'non-voter';
      rows.push([
        md(s.name),
        md(`${s.address ?? ''} ${role}, ${s.healthy ? 'healthy' : 'failing'}`),
      ]);
    }
    rows.push(['Asked', md(timeText(at.toISOString()))]);
  } else if (entry.health.state === 'unreachable') {
    rows.push(['Why', md(entry.health.error.message)], ['Next', md(entry.health.error.next)]);
  }
  const { encryption } = entry.config;
  const { capabilities } = entry.definition;
  const kept = vaultWords(capabilities);
  if (capabilities.storage === 'hosted') rows.push(['Newest', md(last ?? 'not asked for yet')]);
  if (kept !== undefined) {
    const newest = capabilities.storage === 'vault' && last !== undefined ? `, ${last}` : '';
    rows.push(
      [kept.plural, md(`${entry.backups.length}${newest}`)],
      ['Vault', md(entry.config.vault)],
      [
        'Encryption',
        encryption === 'none' ? 'none' : 'passphrase' in encryption ? 'passphrase' : 'OpenPGP keys',
      ],
    );
  }
  const { policy } = entry.config;
  if (policy !== undefined) rows.push(['Policy', md(policyText(policy))]);
  if (state?.next !== undefined) rows.push(['Next backup', md(nextText(state.next, now))]);
  lines.push(markdownTable(rows));
  for (const { severity, text, next } of told) {
    lines.push('', `$(${severity === 'bad' ? 'error' : 'warning'}) ${md(text)} ${md(next)}`);
  }
  for (const warning of warnings) lines.push('', `$(warning) ${md(warning)}`);
  return new vscode.MarkdownString(lines.join('\n'), true);
}

/** "every day, the newest 7; every week, the newest 4; by hand, the newest 10; 40 in all". */
function policyText({ schedules, manualCount, maxBackups }: PolicyConfig): string {
  const parts = [
    ...(schedules ?? []).map(
      ({ interval, count }) => `${rhythmText(interval)}, the newest ${count}`,
    ),
    ...(manualCount === undefined ? [] : [`by hand, the newest ${manualCount}`]),
    ...(maxBackups === undefined ? [] : [`${maxBackups} in all`]),
  ];
  return parts.length === 0 ? 'keeps every backup' : parts.join('; ');
}
