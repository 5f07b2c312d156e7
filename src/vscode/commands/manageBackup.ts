import * as vscode from 'vscode';
import { rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { labelProblem } from '../../core/model';
import type { Backup } from '../../core/model';
import { removeBackup } from '../../core/operations/remove';
import { activityOwner } from '../../stores/activityOwner';
import { isTextFormat } from '../../snapshots/formats';
import { openText, readExport } from '../definitionTexts';
import { editorOf } from '../editors/editorOf';
import { runOperation } from '../runOperation';
import type { Services } from '../services';
import type { ClusterEntry } from '../store/clusterStore';
import { bytesText, momentText, timeText } from '../text';
import { chooseBackup } from './choose';
import type { ClusterArgument } from './choose';

/** Opens a backup in the editor for its kind. */
export async function openBackup(services: Services, argument?: ClusterArgument): Promise<void> {
  const chosen = await chooseBackup(services, argument, 'Open which backup?');
  if (chosen === undefined) return;
  const { path, manifest } = chosen.backup;
  if (isTextFormat(manifest.format)) {
    await openExport(services, chosen.entry, chosen.backup);
    return;
  }
  const uri = vscode.Uri.file(path);
  await vscode.commands.executeCommand('vscode.openWith', uri, editorOf(path, manifest.format));
}

/** Opens an export as the text it is. Its tab says that it is no backup. */
async function openExport(
  services: Services,
  { config, definition }: ClusterEntry,
  { path, manifest }: Backup,
): Promise<void> {
  const { text } = await readExport(services, path);
  const what = definition.capabilities.exports?.title ?? 'Export';
  const when = momentText(manifest.created, new Date());
  const title = `${what} of ${config.name} (${when}), no backup`;
  const uri = await openText(title, { of: 'export', path }, text);
  await vscode.window.showTextDocument(uri, { preview: true });
}

/** Gives a backup another label, or none. */
export async function labelBackup(services: Services, argument?: ClusterArgument): Promise<void> {
  const chosen = await chooseBackup(services, argument, 'Label which backup?');
  if (chosen === undefined) return;
  const { entry, backup } = chosen;
  const label = await services.ui.input({
    title: 'Label Backup',
    prompt: '3 to 25 characters of A-Z a-z 0-9 _ . -; leave it empty for none.',
    value: backup.manifest.label ?? '',
    validateInput: (value) => labelProblem(value),
  });
  if (label === undefined) return;
  const vault = await services.store.vaultOf(entry);
  await vault.update(backup.manifest.id, ({ label: _old, ...manifest }) => ({
    ...manifest,
    ...(label === '' ? {} : { label }),
  }));
  await services.store.refreshBackups();
}

/** Deletes a backup after asking: into the trash where the system has one. */
export async function deleteBackup(services: Services, argument?: ClusterArgument): Promise<void> {
  const chosen = await chooseBackup(services, argument, 'Delete which backup?');
  if (chosen === undefined) return;
  const { entry, backup } = chosen;
  const { manifest } = backup;
  const name = manifest.label ?? timeText(manifest.created);
  const only = entry.backups.length === 1 ? ' It is the only backup of this cluster.' : '';
  const sure = await services.ui.confirm({
    message: `Delete backup "${name}" of cluster "${entry.config.name}"?`,
    detail: `${manifest.file}, ${bytesText(manifest.bytes)}.${only} It goes to the trash where this system has one; else it is deleted for good.`,
    accept: 'Delete Backup',
  });
  if (!sure) return;
  const parts = {
    vault: await services.store.vaultOf(entry),
    activities: services.journal,
    by: activityOwner('editor'),
  };
  const context = {
    signal: new AbortController().signal,
    progress: () => undefined,
    log: services.log,
    clock: { now: () => new Date() },
  };
  await removeBackup(backup, parts, context, discard);
  await services.store.refreshBackups();
}

/** Shows the file in the system's file manager, or in the editor's explorer where there is none. */
export async function revealBackup(services: Services, argument?: ClusterArgument): Promise<void> {
  const chosen = await chooseBackup(services, argument, 'Reveal which backup?');
  if (chosen === undefined) return;
  const uri = vscode.Uri.file(chosen.backup.path);
  if (vscode.workspace.getWorkspaceFolder(uri) !== undefined) {
    await vscode.commands.executeCommand('revealInExplorer', uri);
  } else {
    await vscode.commands.executeCommand('revealFileInOS', uri);
  }
}

export async function copyBackupPath(
  services: Services,
  argument?: ClusterArgument,
): Promise<void> {
  const chosen = await chooseBackup(services, argument, 'Copy the path of which backup?');
  if (chosen === undefined) return;
  await vscode.env.clipboard.writeText(chosen.backup.path);
  vscode.window.setStatusBarMessage('$(check) Path copied', 3_000);
}

/** Copies a backup's file to a place of one's choosing, checked on the way. */
export async function exportBackup(services: Services, argument?: ClusterArgument): Promise<void> {
  const chosen = await chooseBackup(services, argument, 'Export which backup?');
  if (chosen === undefined) return;
  const { entry, backup } = chosen;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? homedir();
  const target = await services.ui.saveFile({
    title: 'Export Backup',
    saveLabel: 'Export',
    defaultUri: vscode.Uri.file(join(folder, backup.manifest.file)),
  });
  if (target === undefined) return;
  await runOperation(services, `Export ${backup.manifest.file}`, 'exportBackup', {
    vault: entry.config.vault,
    id: backup.manifest.id,
    to: target.fsPath,
  });
  const secret = backup.manifest.encryption.kind === 'none' ? ' It is not encrypted.' : '';
  void services.ui.info(`Exported to ${target.fsPath}.${secret}`);
}

async function discard(path: string): Promise<void> {
  try {
    await vscode.workspace.fs.delete(vscode.Uri.file(path), { useTrash: true });
  } catch {
    // Servers and shares have no trash.
    await rm(path, { force: true });
  }
}
