import { basename } from 'node:path';
import * as vscode from 'vscode';
import { pageHtml, pageOptions } from '../panels/webviewPage';
import type { Screen } from '../panels/webviewPage';
import type { Services } from '../services';
import type { ShownDocument } from './fileDocument';

/** A kind of file: how it is read, and the page that shows it. */
export interface FileEditorKind<D extends ShownDocument> {
  viewTypes: readonly string[];
  screen: Screen;
  /** What such a file is, for screen readers. */
  title: string;
  open(uri: vscode.Uri): D | Promise<D>;
  connect(document: D, webview: vscode.Webview): vscode.Disposable | Promise<vscode.Disposable>;
}

/** Registers the read-only editor for a kind of file. */
export function registerFileEditor<D extends ShownDocument>(
  { context }: Pick<Services, 'context'>,
  kind: FileEditorKind<D>,
): vscode.Disposable {
  const editor: vscode.CustomReadonlyEditorProvider<D> = {
    async openCustomDocument(uri) {
      const document = await kind.open(uri);
      // Not waited for: the page shows how far it is, and can cancel it.
      void document.read();
      return document;
    },
    async resolveCustomEditor(document, panel) {
      const { webview } = panel;
      webview.options = pageOptions(context.extensionUri);
      const connection = await kind.connect(document, webview);
      panel.onDidDispose(() => void connection.dispose());
      const title = `${kind.title} ${basename(document.uri.fsPath)}`;
      webview.html = pageHtml(webview, context.extensionUri, kind.screen, title);
    },
  };
  const options = {
    supportsMultipleEditorsPerDocument: true,
    webviewOptions: { enableFindWidget: true },
  };
  return vscode.Disposable.from(
    ...kind.viewTypes.map((viewType) =>
      vscode.window.registerCustomEditorProvider(viewType, editor, options),
    ),
  );
}
