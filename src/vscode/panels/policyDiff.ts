import * as vscode from 'vscode';
import { definitionUri } from '../definitionUris';

/**
 * A configuration file as it is and as it will be, in the editor's own comparison, beside the page that asks whether
 * it is to be saved.
 *
 * @param after the text that will be
 */
export async function showPolicyDiff(file: string, cluster: string, after: string): Promise<void> {
  const left = vscode.Uri.file(file);
  const right = definitionUri(`Policy of ${cluster} (after)`, { of: 'config', text: after });
  const title = `Policy of ${cluster}: the file now ↔ after`;
  await vscode.commands.executeCommand('vscode.diff', left, right, title, {
    viewColumn: vscode.ViewColumn.Beside,
    preserveFocus: true,
    preview: true,
  });
}
