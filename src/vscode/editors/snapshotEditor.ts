import { basename } from 'node:path';
import * as vscode from 'vscode';
import { editors } from '../../ids';
import { pageHtml, pageOptions } from '../panels/webviewPage';
import type { Services } from '../services';
import type { SnapshotActions } from './snapshotActions';
import { SnapshotDocument } from './snapshotDocument';
import { connectPanel } from './snapshotPanel';

export type { SnapshotActions } from './snapshotActions';

type EditorServices = Pick<Services, 'client' | 'log' | 'context'>;

/** Registers the read-only editor for snapshot files. */
export function registerSnapshotEditor(
  services: EditorServices,
  actions: SnapshotActions,
): vscode.Disposable {
  const editor = new SnapshotEditor(services, actions);
  const options = {
    supportsMultipleEditorsPerDocument: true,
    webviewOptions: { enableFindWidget: true },
  };
  const register = (viewType: string) =>
    vscode.window.registerCustomEditorProvider(viewType, editor, options);
  return vscode.Disposable.from(...Object.values(editors).map(register));
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
