import { basename } from 'node:path';
import * as vscode from 'vscode';
import { pageHtml, pageOptions } from '../panels/webviewPage';
import type { Services } from '../services';
import type { SnapshotActions } from './snapshotActions';
import { SnapshotDocument } from './snapshotDocument';
import { connectPanel } from './snapshotPanel';

export type { SnapshotActions } from './snapshotActions';

/** Id of the custom editor, as package.json contributes it. */
export const SNAPSHOT_VIEW_TYPE = 'clusterBackup.snapshot';

type EditorServices = Pick<Services, 'client' | 'log' | 'context'>;

/** Registers the read-only editor for snapshot files. */
export function registerSnapshotEditor(
  services: EditorServices,
  actions: SnapshotActions,
): vscode.Disposable {
  return vscode.window.registerCustomEditorProvider(
    SNAPSHOT_VIEW_TYPE,
    new SnapshotEditor(services, actions),
    { supportsMultipleEditorsPerDocument: true, webviewOptions: { enableFindWidget: true } },
  );
}

class SnapshotEditor implements vscode.CustomReadonlyEditorProvider<SnapshotDocument> {
  constructor(
    private readonly services: EditorServices,
    private readonly actions: SnapshotActions,
  ) {}

  openCustomDocument(uri: vscode.Uri): SnapshotDocument {
    const document = new SnapshotDocument(uri, this.services, this.actions);
    // Not waited for: the page shows how far it is, and can cancel it.
    void document.read();
    return document;
  }

  resolveCustomEditor(document: SnapshotDocument, panel: vscode.WebviewPanel): void {
    const { context, log } = this.services;
    const { webview } = panel;
    webview.options = pageOptions(context.extensionUri);
    const connection = connectPanel(document, webview, log);
    panel.onDidDispose(() => void connection.dispose());
    const title = `Snapshot ${basename(document.uri.fsPath)}`;
    webview.html = pageHtml(webview, context.extensionUri, 'inspect', title);
  }
}
