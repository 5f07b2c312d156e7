import * as vscode from 'vscode';
import type { RetentionPlan } from '../../core/retention/settings';
import { openText } from '../definitionTexts';
import type { ClusterEntry } from '../store/clusterStore';

/**
 * The platform's settings before and after a change, in the editor's own comparison, beside the page that asks whether
 * it is to be sent.
 *
 * @param title of the kind of environment that is changed
 */
export async function showRetentionDiff(
  entry: ClusterEntry,
  title: string,
  { change, before, after }: RetentionPlan,
): Promise<void> {
  const { key, config } = entry;
  const of = { of: 'retention', cluster: key, kind: change.kind } as const;
  const name = `Retention of ${title} on ${config.name}`;
  const left = await openText(`${name} (now)`, { ...of, side: 'now' }, before);
  const right = await openText(`${name} (after)`, { ...of, side: 'after' }, after);
  await vscode.commands.executeCommand('vscode.diff', left, right, `${name}: now ↔ after`, {
    viewColumn: vscode.ViewColumn.Beside,
    preserveFocus: true,
  });
}
