import type { Backup, ContentsItem, HostedBackup } from '../../core/model';
import { fromErrorInfo } from '../../core/errors';
import type { Capabilities } from '../../core/ports';
import { commands } from '../../ids';
import { editorErrors } from '../editorErrors';
import type { Services } from '../services';
import type { ClusterEntry } from '../store/clusterStore';
import { verificationText } from '../tree/backupItem';
import { healthText } from '../tree/clusterItem';
import { hostedLabel } from '../tree/hostedItem';
import { hostedFacts } from '../tree/hostedNodes';
import { hostedState } from '../../protocol/hostedWords';
import { ageText, bytesText, kindText, timeText } from '../text';
import * as vscode from 'vscode';

/** What a tree hands to a command; from the palette there is nothing. */
export interface ClusterArgument {
  entry?: ClusterEntry;
  backup?: Backup;
}

/**
 * The cluster a command was called on, or the one the person picks.
 *
 * @param can which clusters will do; all when left out
 */
export async function chooseCluster(
  services: Services,
  argument: ClusterArgument | undefined,
  placeHolder: string,
  can: (entry: ClusterEntry) => boolean = () => true,
): Promise<ClusterEntry | undefined> {
  if (argument?.entry !== undefined) return argument.entry;
  const entries = services.store.entries.filter(can);
  if (entries.length === 0 && services.store.entries.length > 0) {
    throw editorErrors.noItems({ message: 'No configured cluster is of a kind that can do this.' });
  }
  if (entries.length === 0) {
    const answer = await services.ui.warn('No cluster is configured yet.', 'Add Cluster…');
    if (answer !== undefined) await vscode.commands.executeCommand(commands.addCluster);
    return undefined;
  }
  const items = entries.map((entry) => {
    const health = healthText(entry);
    return {
      label: `$(${health.icon.replace('~spin', '')}) ${entry.config.name}`,
      description: `${entry.definition.title} · ${health.word}`,
      detail: entry.definition.secretBinding(entry.config.connection),
      entry,
    };
  });
  return (await services.ui.pick(items, { placeHolder, matchOnDescription: true }))?.entry;
}

/**
 * A backup that was called on, or picked: the cluster first, then its backups, newest first.
 *
 * @param fits which backups will do; all when left out
 */
export async function chooseBackup(
  services: Services,
  argument: ClusterArgument | undefined,
  placeHolder: string,
  fits: (backup: Backup) => boolean = () => true,
): Promise<{ entry: ClusterEntry; backup: Backup } | undefined> {
  if (argument?.entry !== undefined && argument.backup !== undefined) {
    // The tree may be older than the vault: take what is there now.
    return services.store.entryOfBackup(argument.backup.manifest.id);
  }
  const entry = await chooseCluster(services, argument, 'Of which cluster?');
  if (entry === undefined) return undefined;
  if (entry.backups.length === 0) {
    throw editorErrors.noBackups({ message: `Cluster "${entry.config.name}" has no backups.` });
  }
  const fitting = entry.backups.filter(fits);
  if (fitting.length === 0) {
    throw editorErrors.noItems({
      message: `None of the backups of cluster "${entry.config.name}" will do.`,
    });
  }
  const items = fitting.map((backup) => ({ ...backupPick(backup), backup }));
  const picked = await services.ui.pick(items, {
    placeHolder,
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return picked && { entry, backup: picked.backup };
}

/** The kinds of a cluster's objects that a command can be called on. */
export type KindsOf = (capabilities: Capabilities) => readonly string[];

/**
 * An object of a cluster that was called on, or picked: the cluster first, then what it holds now.
 *
 * @param kindsOf those that will do
 */
export async function chooseItem(
  services: Services,
  argument: (ClusterArgument & { item?: ContentsItem }) | undefined,
  kindsOf: KindsOf,
  placeHolder: string,
): Promise<{ entry: ClusterEntry; item: ContentsItem } | undefined> {
  if (argument?.entry !== undefined && argument.item !== undefined) {
    return { entry: argument.entry, item: argument.item };
  }
  const kindsIn = ({ definition }: ClusterEntry) => kindsOf(definition.capabilities);
  const can = (entry: ClusterEntry) => kindsIn(entry).length > 0;
  const entry = await chooseCluster(services, argument, 'Of which cluster?', can);
  if (entry === undefined) return undefined;
  const kinds = kindsIn(entry);
  await services.contents.refresh(entry);
  const { groups = [], error } = services.contents.of(entry);
  if (error !== undefined) throw fromErrorInfo(error);
  const all = groups.flatMap(({ items }) => items.flatMap((i) => [i, ...(i.children ?? [])]));
  const items = all
    .filter(({ kind, outOfReach }) => kinds.includes(kind) && outOfReach !== true)
    .filter(({ id }, at, usable) => usable.findIndex((i) => i.id === id) === at)
    .map((item) => ({ label: item.name, description: kindText(item.kind), item }));
  if (items.length === 0) {
    const { name } = entry.config;
    throw editorErrors.noItems({ message: `Cluster "${name}" holds nothing this can be done to.` });
  }
  const picked = await services.ui.pick(items, { placeHolder, matchOnDescription: true });
  return picked && { entry, item: picked.item };
}

/** What the tree hands to a command that is called on a backup on a platform's own side. */
export type HostedArgument = ClusterArgument & { hosted?: HostedBackup };

/** What of the platforms' backups will do; all when left out. */
export interface HostedFit {
  cluster?: (capabilities: Capabilities) => boolean;
  backup?: (backup: HostedBackup) => boolean;
}

/** A backup on a platform's own side that was called on, or picked: the cluster first, then what lies there now. */
export async function chooseHosted(
  services: Services,
  argument: HostedArgument | undefined,
  placeHolder: string,
  fit: HostedFit = {},
): Promise<{ entry: ClusterEntry; hosted: HostedBackup } | undefined> {
  if (argument?.entry !== undefined && argument.hosted !== undefined) {
    return { entry: argument.entry, hosted: argument.hosted };
  }
  const can = ({ definition: { capabilities } }: ClusterEntry) =>
    capabilities.hosted !== undefined && fit.cluster?.(capabilities) !== false;
  const entry = await chooseCluster(services, argument, 'Of which cluster?', can);
  if (entry === undefined) return undefined;
  await services.hosted.refresh(entry);
  const { backups = [], error } = services.hosted.of(entry);
  if (error !== undefined) throw fromErrorInfo(error);
  if (backups.length === 0) {
    const { name } = entry.config;
    throw editorErrors.noBackups({ message: `The platform of "${name}" keeps no backup.` });
  }
  const fitting = backups.filter((backup) => fit.backup?.(backup) !== false);
  if (fitting.length === 0) {
    throw editorErrors.noItems({
      message: `None of the ${backups.length} backups on the platform of "${entry.config.name}" will do.`,
    });
  }
  const items = fitting.map((hosted) => {
    const label = hostedLabel({ entry, hosted });
    const id = label === hosted.name ? undefined : hosted.id;
    return {
      label: `$(${hostedState(hosted).icon}) ${label}`,
      description: [hosted.group, ...hostedFacts(hosted, new Date()), id]
        .filter((fact) => fact !== undefined)
        .join(' · '),
      hosted,
    };
  });
  const picked = await services.ui.pick(items, { placeHolder, matchOnDescription: true });
  return picked && { entry, hosted: picked.hosted };
}

/** A backup as a line of a quick pick. */
export function backupPick(backup: Backup): vscode.QuickPickItem {
  const { manifest } = backup;
  const check = verificationText(backup);
  const facts = [
    bytesText(manifest.bytes),
    manifest.snapshot?.index === undefined ? undefined : `index ${manifest.snapshot.index}`,
    manifest.mode,
    manifest.encryption.kind === 'none' ? undefined : 'encrypted',
    manifest.pin === true ? 'pinned' : undefined,
    check.word,
  ];
  return {
    label: `$(${check.icon}) ${manifest.label ?? timeText(manifest.created)}`,
    description: `${timeText(manifest.created)} · ${ageText(new Date(manifest.created), new Date())}`,
    detail: facts.filter((f) => f !== undefined).join(' · '),
  };
}
