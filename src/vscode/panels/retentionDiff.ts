import * as vscode from 'vscode';
import type { RetentionPlan } from '../../core/retention/settings';
import { definitionUri } from '../definitionUris';

/**
 * The platform's settings before and after a change, in the editor's own comparison, beside the page that asks whether
 * it is to be sent.
 *
 * @param name whose settings they are
 */
export async function showRetentionDiff(
  name: string,
  { before, after }: RetentionPlan,
): Promise<void> {
  const left = definitionUri(`${name} (now)`, { of: 'retention', text: before });
  const right = definitionUri(`${name} (after)`, { of: 'retention', text: after });
  await vscode.commands.executeCommand('vscode.diff', left, right, `${name}: now ↔ after`, {
    viewColumn: vscode.ViewColumn.Beside,
    preserveFocus: true,
    preview: true,
  });
}
