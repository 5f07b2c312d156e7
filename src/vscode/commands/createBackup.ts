import * as vscode from 'vscode';
import { labelProblem } from '../../core/model';
import type { Backup, BackupScope, ContentsItem } from '../../core/model';
import { commands } from '../../ids';
import { runOperation } from '../runOperation';
import type { Services } from '../services';
import type { ClusterEntry } from '../store/clusterStore';
import { bytesText, spanText } from '../text';
import { chooseCluster, chooseItem } from './choose';
import type { ClusterArgument } from './choose';

/** Remarks told in the notification; the others stand in the backup. */
const TOLD_NOTES = 3;

/**
 * *Back Up Now*: mode, parts where the system has some, and label are asked, then it runs with progress and a cancel
 * that cancels.
 */
export async function createBackup(services: Services, argument?: ClusterArgument): Promise<void> {
  const entry = await chooseCluster(services, argument, 'Back up which cluster?');
  if (entry === undefined) return;
  const title = `Back Up ${entry.config.name}`;
  const mode = await askMode(services, entry, title);
  if (mode === undefined) return;
  const parts = await askParts(services, entry, title);
  if (parts === undefined) return;
  await backUp(services, entry, { title, of: entry.config.name, mode, scope: parts });
}

/** *Back Up…* of one object of a cluster: a stack, a service, a volume. */
export async function backUpItem(
  services: Services,
  argument?: ClusterArgument & { item?: ContentsItem },
): Promise<void> {
  const chosen = await chooseItem(services, argument, 'scopes', 'Back up which one?');
  if (chosen === undefined) return;
  const { entry, item } = chosen;
  const of = `${item.kind} ${item.name} of ${entry.config.name}`;
  const title = `Back Up ${of}`;
  const mode = await askMode(services, entry, title);
  if (mode === undefined) return;
  await backUp(services, entry, { title, of, mode, scope: { only: [selectorOf(item)] } });
}

/** An object as a scope names it: the id's name tells volumes of two nodes apart. */
export function selectorOf({ id, kind }: Pick<ContentsItem, 'id' | 'kind'>) {
  return { kind, name: id.slice(id.indexOf('/') + 1) };
}

async function backUp(
  services: Services,
  entry: ClusterEntry,
  { title, of, mode, scope }: { title: string; of: string; mode: string; scope: BackupScope },
): Promise<void> {
  const { ui, store } = services;
  const label = await ui.input({
    title,
    prompt: 'Label, to find it again. Press Enter for none.',
    placeHolder: 'before-upgrade',
    validateInput: (value) => labelProblem(value),
  });
  if (label === undefined) return;

  const cluster = await store.resolve(entry, services.secrets.asking);
  const start = performance.now();
  const backup = await runOperation(services, title, 'backup', {
    cluster,
    mode,
    label: label === '' ? undefined : label,
    ...(Object.keys(scope).length === 0 ? {} : { scope }),
    origin: { kind: 'manual' },
  });
  void store.refreshHealth(entry);
  const took = spanText((performance.now() - start) / 1000);
  const { manifest } = backup;
  const index = manifest.snapshot?.index === undefined ? '' : `, index ${manifest.snapshot.index}`;
  void ui
    .info(
      `Backed up ${of}: ${bytesText(manifest.bytes)}${index}, checked, in ${took}.${notesText(backup)}`,
      'Open',
    )
    .then((answer) => {
      if (answer === 'Open') {
        void vscode.commands.executeCommand(commands.openBackup, { entry, backup });
      }
    });
}

/** What was left out is told at once, not only in the backup. */
function notesText({ manifest: { notes = [] } }: Backup): string {
  const more = notes.length - TOLD_NOTES;
  return [...notes.slice(0, TOLD_NOTES), ...(more > 0 ? [`${more} more remarks stand in it.`] : [])]
    .map((note) => ` ${note}`)
    .join('');
}

async function askMode(
  { ui }: Services,
  { definition }: ClusterEntry,
  title: string,
): Promise<string | undefined> {
  const modes = definition.capabilities.modes.map((mode) => ({
    label: mode.title,
    detail: mode.description,
    id: mode.id,
  }));
  const mode = modes.length === 1 ? modes[0] : await ui.pick(modes, { title, placeHolder: 'Mode' });
  return mode?.id;
}

/** An empty scope where there is nothing to choose or the choice is the usual one. */
async function askParts(
  { ui }: Services,
  { definition }: ClusterEntry,
  title: string,
): Promise<BackupScope | undefined> {
  const { parts } = definition.capabilities;
  if (parts === undefined || parts.length < 2) return {};
  const items = parts.map((part) => ({
    label: part.title,
    detail: part.description,
    picked: part.byDefault,
    id: part.id,
  }));
  const picked = await ui.pickMany(items, { title, placeHolder: 'Which parts?' });
  if (picked === undefined) return undefined;
  if (picked.length === 0) {
    void ui.info('No part was chosen, so nothing was backed up.');
    return undefined;
  }
  const usual = items.every((item) => item.picked === picked.includes(item));
  return usual ? {} : { parts: picked.map(({ id }) => id) };
}
