import { isCancellation, toErrorInfo } from '../../core/errors';
import { labelProblem } from '../../core/model';
import type { BackupScope, ContentsItem } from '../../core/model';
import type { BackupModeInfo } from '../../core/ports';
import { commands } from '../../ids';
import { runCommand, tellError } from '../run';
import type { Services } from '../services';
import type { ClusterEntry } from '../store/clusterStore';
import { askBackupPlan } from './askBackupPlan';
import type { BackupWish } from './askBackupPlan';
import { chooseCluster, chooseItem } from './choose';
import type { ClusterArgument, KindsOf } from './choose';
import { companionEntry, companionOf } from './companion';
import type { Companion } from './companion';
import { canPlace } from '../placing';
import { runBackup } from './runBackup';
import type { BackupRun } from './runBackup';

/**
 * *Back Up Now*: mode, parts where the system has some, and label are asked, then what it does to the cluster, where
 * the system says so beforehand.
 */
export async function createBackup(
  services: Services,
  argument?: ClusterArgument & { kind?: string },
): Promise<void> {
  const entry = await chooseCluster(services, argument, 'Back up which cluster?');
  if (entry === undefined) return;
  const title = `Back Up ${entry.config.name}`;
  const mode = await askMode(services, entry, title, modesOf(argument));
  if (mode === undefined) return;
  const parts = await askParts(services, entry, title);
  if (parts === undefined) return;
  const { name } = entry.config;
  const wish = { title: isExport(entry, mode) ? `Export ${name}` : title, mode, scope: parts };
  await backUp(services, entry, { ...wish, of: name });
}

/** *Back Up…* of one object of a cluster: a stack, a service, a volume. */
export async function backUpItem(
  services: Services,
  argument?: ClusterArgument & { item?: ContentsItem },
): Promise<void> {
  const kindsOf: KindsOf = ({ contents }) => contents?.scopes ?? [];
  const chosen = await chooseItem(services, argument, kindsOf, 'Back up which one?');
  if (chosen === undefined) return;
  const { entry, item } = chosen;
  const of = `${item.kind} ${item.name} of ${entry.config.name}`;
  const title = `Back Up ${of}`;
  const mode = await askMode(services, entry, title);
  if (mode === undefined) return;
  await backUp(services, entry, { title, of, mode, scope: { only: [selectorOf(item)] } });
}

/** *Back Up Here*: on the server it was called on, where the system lets one be chosen. */
export async function backUpHere(
  services: Services,
  argument?: ClusterArgument & { item?: ContentsItem },
): Promise<void> {
  const kindsOf: KindsOf = ({ takenOn }) => (takenOn === undefined ? [] : [takenOn.kind]);
  const chosen = await chooseItem(services, argument, kindsOf, 'Back up on which one?');
  if (chosen === undefined) return;
  const { entry, item } = chosen;
  const { name } = entry.config;
  const title = `Back Up ${name}`;
  const { capabilities } = entry.definition;
  const mode = await askMode(services, entry, title, ({ id }) => canPlace(capabilities, id));
  if (mode === undefined) return;
  const on = selectorOf(item).name;
  const of = capabilities.takenOn?.equal === true ? name : `${on} of ${name}`;
  await backUp(services, entry, { title, of, mode, scope: {}, on });
}

/** What only comes into the vault as an export is not called a backup. */
function isExport({ definition: { capabilities } }: ClusterEntry, mode: string): boolean {
  const { exports, modes } = capabilities;
  return exports !== undefined && modes.find(({ id }) => id === mode)?.hosted !== true;
}

/** An object as a scope names it: the id's name tells volumes of two nodes apart. */
export function selectorOf({ id, kind }: Pick<ContentsItem, 'id' | 'kind'>) {
  return { kind, name: id.slice(id.indexOf('/') + 1) };
}

async function backUp(
  services: Services,
  entry: ClusterEntry,
  { of, ...wish }: BackupWish & { of: string },
): Promise<void> {
  const { store, secrets } = services;
  const label = await askLabel(services, entry, wish);
  if (label === undefined) return;
  const cluster = await store.resolve(entry, secrets.asking);
  const companion = companionOf(entry);
  const agreed = await askBackupPlan(services, entry, cluster, wish, companion?.title);
  if (agreed === undefined) return;
  const common = { label: label === '' ? undefined : label };
  const run: BackupRun = { entry, cluster, wish, of, agreed, ...common };
  if (companion === undefined) return runBackup(services, run);
  const beside = () => companionRun(services, entry, companion, common.label);
  const first = agreed.companion ? await beside() : undefined;
  if (agreed.companion && first === undefined) return;
  // Restored in this order, so backed up in it.
  if (first !== undefined) await runOrTell(services, first);
  const start = () =>
    runCommand(services, commands.createBackup, async () => {
      const later = await beside();
      if (later !== undefined) await runBackup(services, later);
    });
  await runBackup(services, { ...run, companion: { title: companion.title, start } });
}

/** A backup of the companion, all of it in its usual mode; undefined when the person gives up. */
async function companionRun(
  services: Services,
  entry: ClusterEntry,
  companion: Companion,
  label: string | undefined,
): Promise<BackupRun | undefined> {
  const other = await companionEntry(services, entry, companion);
  const mode = other?.definition.capabilities.modes[0]?.id;
  if (other === undefined || mode === undefined) return undefined;
  const { name } = other.config;
  const cluster = await services.store.resolve(other, services.secrets.asking);
  const wish = { title: `Back Up ${name}`, mode, scope: {} };
  const agreed = await askBackupPlan(services, other, cluster, wish, undefined);
  return agreed && { entry: other, cluster, wish, of: name, label, agreed };
}

/** One of two: that it failed is told, and the other is made all the same, unless it was cancelled. */
async function runOrTell(services: Services, run: BackupRun): Promise<void> {
  try {
    await runBackup(services, run);
  } catch (error) {
    if (isCancellation(error)) throw error;
    void tellError(services, commands.createBackup, toErrorInfo(error));
  }
}

async function askMode(
  { ui }: Services,
  { definition }: ClusterEntry,
  title: string,
  can: (mode: BackupModeInfo) => boolean = () => true,
): Promise<string | undefined> {
  const modes = definition.capabilities.modes.filter(can).map((mode) => ({
    label: mode.title,
    detail: mode.description,
    id: mode.id,
  }));
  const mode = modes.length === 1 ? modes[0] : await ui.pick(modes, { title, placeHolder: 'Mode' });
  return mode?.id;
}

/** Empty where the platform keeps none. */
async function askLabel(
  { ui }: Services,
  { definition }: ClusterEntry,
  { title, mode }: BackupWish,
): Promise<string | undefined> {
  if (definition.capabilities.modes.find(({ id }) => id === mode)?.unlabelled === true) return '';
  return ui.input({
    title,
    prompt: 'Label, to find it again. Press Enter for none.',
    placeHolder: 'before-upgrade',
    validateInput: (value) => labelProblem(value, definition),
  });
}

/** Called on a heading, what comes to stand under it; all else. */
function modesOf(argument: { kind?: string } | undefined): (mode: BackupModeInfo) => boolean {
  if (argument?.kind === 'hostedGroup') return ({ hosted }) => hosted === true;
  if (argument?.kind === 'backups') return ({ hosted }) => hosted !== true;
  return () => true;
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
