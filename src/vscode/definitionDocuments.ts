import * as vscode from 'vscode';
import type { Services } from './services';

/** Definitions as read-only documents: of a backup, or as a cluster has them now. */
export const DEFINITION_SCHEME = 'cluster-backup';

const changed = new vscode.EventEmitter<vscode.Uri>();

/** The document is to be read anew where it is open. */
export function tellChanged(uri: vscode.Uri): void {
  changed.fire(uri);
}

/** Serves definitions as documents. What that takes is loaded when the first one is opened. */
export function registerDefinitionDocuments(services: Services): vscode.Disposable {
  const late = () => import('./definitionTexts');
  return vscode.Disposable.from(
    vscode.workspace.registerTextDocumentContentProvider(DEFINITION_SCHEME, {
      onDidChange: changed.event,
      provideTextDocumentContent: async (uri) => (await late()).definitionText(services, uri),
    }),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => {
      if (uri.scheme === DEFINITION_SCHEME) void late().then(({ forgetText }) => forgetText(uri));
    }),
  );
}
