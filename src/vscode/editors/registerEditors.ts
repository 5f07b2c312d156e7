import * as vscode from 'vscode';
import { commands, editors } from '../../ids';
import { ownerOf } from '../ownerOf';
import { runCommand } from '../run';
import type { Services } from '../services';
import type { FileActions } from './fileActions';
import { registerFileEditor } from './fileEditor';

const decryption = () => import('../decryption');

/** The custom editors, given what the rest of the extension does for them. */
export function registerEditors(services: Services): vscode.Disposable {
  const actions = fileActions(services);
  const snapshots = registerFileEditor(services, {
    viewTypes: [editors.snapshot, editors.raftState],
    screen: 'inspect',
    title: 'Snapshot',
    open: async (uri) =>
      new (await import('./snapshotDocument')).SnapshotDocument(uri, services, actions),
    connect: async (document, webview) =>
      (await import('./snapshotPanel')).connectPanel(document, webview, services.log),
  });
  const archives = registerFileEditor(services, {
    viewTypes: [editors.swarmArchive],
    screen: 'archive',
    title: 'Swarm backup',
    async open(uri) {
      const { ArchiveDocument } = await import('./archiveDocument');
      const { keepOpen } = await import('./openArchives');
      return keepOpen(new ArchiveDocument(uri, services, actions));
    },
    connect: async (document, webview) =>
      (await import('./archivePanel')).connectArchivePanel(document, webview, services),
  });
  const ucpArchives = registerFileEditor(services, {
    viewTypes: [editors.ucpArchive, editors.ucpTar],
    screen: 'ucp',
    title: 'UCP or MKE backup',
    open: async (uri) => new (await import('./ucpDocument')).UcpDocument(uri, services, actions),
    connect: async (document, webview) =>
      (await import('./ucpPanel')).connectUcpPanel(document, webview, services.log),
  });
  return vscode.Disposable.from(snapshots, archives, ucpArchives);
}

function fileActions(services: Services): FileActions {
  return {
    async decryptionFor(path) {
      const owner = ownerOf(services.store, path);
      return owner && (await decryption()).configuredDecryption(services, owner);
    },
    askDecryption: async (source, kind, again) =>
      (await decryption()).askDecryption(
        services,
        source.kind === 'file' ? source.path : source.id,
        kind,
        again,
      ),
    verify: (path, secrets) =>
      runCommand(services, commands.verifyFile, async () =>
        (await import('../commands/verifyBackup')).verifyFile(services, path, secrets),
      ),
    restoreFrom: (path, secrets) =>
      runCommand(services, commands.restoreFile, async () =>
        (await import('../commands/restoreBackup')).restoreFile(services, path, secrets),
      ),
  };
}
