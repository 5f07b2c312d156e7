import type * as vscode from 'vscode';
import { toErrorInfo } from '../../core/errors';
import type { FileRequest } from '../../protocol/fileMessages';
import type { InspectReply, InspectRequest, SortedKeyQuery } from '../../protocol/inspectMessages';
import { shownError } from './fileDocument';
import { connectFilePanel } from './filePanel';
import type { PanelLog } from './filePanel';
import type { SnapshotDocument } from './snapshotDocument';

const MAX_DEPTH = 64;

/** Ties a page of keys to its snapshot. */
export function connectPanel(
  document: SnapshotDocument,
  webview: vscode.Webview,
  log: PanelLog,
): vscode.Disposable {
  const post = (reply: InspectReply): void => void webview.postMessage(reply);
  return connectFilePanel<Exclude<InspectRequest, FileRequest>>(document, webview, log, {
    copyJson: ({ query }) => document.copyJson(checkedQuery(query)),
    async keys({ id, query }) {
      try {
        post({ type: 'keys', id, rows: await document.keys(checkedQuery(query)) });
      } catch (error) {
        post({ type: 'keysFailed', id, error: shownError(toErrorInfo(error)) });
      }
    },
  });
}

/** A page's state may come from another version of it. */
function checkedQuery({ depth, filter, limit, sort }: SortedKeyQuery): SortedKeyQuery {
  return {
    depth: Math.min(MAX_DEPTH, Math.max(1, Math.trunc(depth) || 1)),
    filter,
    limit: Math.max(1, Math.trunc(limit) || 1),
    sort,
  };
}
