import * as vscode from 'vscode';
import type { ContentsItem } from '../../core/model';
import { openText, readArchived } from '../definitionTexts';
import { backupTitle, nameOf } from '../definitionUris';
import type { ArchiveDocument } from '../editors/archiveDocument';
import { ownerOf } from '../ownerOf';
import type { Services } from '../services';
import type { ClusterEntry } from '../store/clusterStore';
import { momentText } from '../text';
import { chooseBackup, chooseItem } from './choose';
import type { ClusterArgument } from './choose';

/** *Compare with Live*: an object of the tree, in a backup that is chosen and on the cluster now. */
export async function compareDefinition(
  services: Services,
  argument?: ClusterArgument & { item?: ContentsItem },
): Promise<void> {
  const chosen = await chooseItem(
    services,
    argument,
    ({ contents }) => contents?.compares ?? [],
    'Compare which one?',
  );
  if (chosen === undefined) return;
  const { entry } = chosen;
  const item = await comparable(services, entry, chosen.item);
  if (item === undefined) return;
  const word = wordOf(entry);
  const backup = await chooseBackup(
    services,
    { entry },
    `Compare ${item.name} with which ${word}?`,
  );
  if (backup === undefined) return;
  await compare(services, entry, item.id, backup.backup.path);
}

/** The same from an open archive: its own cluster is asked, or the one that the person picks. */
export async function compareArchived(
  services: Services,
  document: Pick<ArchiveDocument, 'uri'>,
  id: string,
): Promise<void> {
  const path = document.uri.fsPath;
  const able = services.store.entries.filter(
    ({ definition }) => definition.capabilities.contents !== undefined,
  );
  const owner = ownerOf({ entries: able }, path);
  const entry = owner ?? (await pickCluster(services, able));
  if (entry !== undefined) await compare(services, entry, id, path);
}

async function compare(
  services: Services,
  entry: ClusterEntry,
  id: string,
  path: string,
): Promise<void> {
  const { name } = entry.config;
  const word = wordOf(entry);
  const archived = await readArchived(services, { path, id, as: 'portable' });
  const cluster = await services.store.resolve(entry, services.secrets.asking);
  const live = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: `Asking ${name} for ${nameOf(id)}` },
    () => services.client.call('liveText', { cluster, id }),
  );
  const { text, created } = archived;
  const left =
    text === undefined
      ? await openText(`${nameOf(id)} (not in the ${word})`, { of: 'nothing' }, '')
      : await openText(
          backupTitle(id, created, word),
          { of: 'backup', path, id, as: 'portable' },
          text,
        );
  const right =
    live === undefined
      ? await openText(`${nameOf(id)} (not on ${name} now)`, { of: 'nothing' }, '')
      : await openText(`${nameOf(id)} (${name} now)`, { of: 'live', cluster: entry.key, id }, live);
  const when = created === undefined ? word : `${word} of ${momentText(created, new Date())}`;
  const title = [
    text === undefined ? `not in the ${when}` : when,
    live === undefined ? `not on ${name} now` : `${name} now`,
  ].join(' ↔ ');
  await vscode.commands.executeCommand('vscode.diff', left, right, `${nameOf(id)}: ${title}`);
  if (text !== undefined && text === live) {
    vscode.window.setStatusBarMessage(`$(check) ${nameOf(id)} is as in the ${when}`, 6_000);
  }
}

/** What lies in the vault: a backup, or only an export. */
function wordOf({ definition }: ClusterEntry): string {
  return definition.capabilities.exports?.title.toLowerCase() ?? 'backup';
}

/** What is compared of an object: itself, or what is in it, e.g. a service of a stack. */
async function comparable(
  { ui }: Services,
  { definition }: ClusterEntry,
  item: ContentsItem,
): Promise<ContentsItem | undefined> {
  const kinds = definition.capabilities.contents?.compares ?? [];
  if (kinds.includes(item.kind)) return item;
  const inside = (item.children ?? []).filter(({ kind }) => kinds.includes(kind));
  if (inside.length < 2) return inside[0];
  const items = inside.map((one) => ({ label: one.name, description: one.kind, one }));
  return (await ui.pick(items, { placeHolder: `Compare what of ${item.name}?` }))?.one;
}

async function pickCluster(
  { ui }: Services,
  entries: readonly ClusterEntry[],
): Promise<ClusterEntry | undefined> {
  if (entries.length === 0) {
    void ui.warn('No cluster is configured that this could be compared with. Add one first.');
    return undefined;
  }
  const items = entries.map((entry) => ({
    label: entry.config.name,
    description: entry.definition.title,
    entry,
  }));
  return (await ui.pick(items, { placeHolder: 'Compare with which cluster?' }))?.entry;
}
