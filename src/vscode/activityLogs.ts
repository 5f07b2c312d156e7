import * as vscode from 'vscode';
import type { ActivityStore } from '../core/operations/activity';

/** Logs of activities as documents; the query is the activity's id. */
export const ACTIVITY_LOG_SCHEME = 'cluster-backup-log';

/** Serves the log of an activity as a read-only document. */
export function registerActivityLogs(journal: ActivityStore): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(ACTIVITY_LOG_SCHEME, {
    provideTextDocumentContent: (uri) => journal.log(uri.query),
  });
}
