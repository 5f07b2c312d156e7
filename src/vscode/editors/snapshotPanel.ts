import { basename } from 'node:path';
import * as vscode from 'vscode';
import { toErrorInfo } from '../../core/errors';
import type { InspectReply, InspectRequest, SortedKeyQuery } from '../../protocol/inspectMessages';
import { shownError } from './snapshotDocument';
import type { SnapshotDocument } from './snapshotDocument';

const MAX_DEPTH = 64;

type Receivers = {
  [K in InspectRequest['type']]: (
    request: Extract<InspectRequest, { type: K }>,
  ) => void | Promise<void>;
};

/**
 * Ties one page to its document: what the document tells goes to the page, what the page asks to the
 * document. While the page is hidden it does not run; it asks for everything anew when it comes back.
 */
export function connectPanel(
  document: SnapshotDocument,
  webview: vscode.Webview,
  log: Pick<vscode.LogOutputChannel, 'show' | 'error'>,
): vscode.Disposable {
  const post = (reply: InspectReply): void => void webview.postMessage(reply);
  const postState = (): void => {
    const { state, notice, uri } = document;
    post({ type: 'state', name: basename(uri.fsPath), state, notice });
  };

  const answerKeys = async (id: number, query: SortedKeyQuery): Promise<void> => {
    try {
      post({ type: 'keys', id, rows: await document.keys(query) });
    } catch (error) {
      post({ type: 'keysFailed', id, error: shownError(toErrorInfo(error)) });
    }
  };

  const receive: Receivers = {
    ready: postState,
    read: () => document.read(),
    cancel: () => {
      document.cancel();
    },
    unlock: () => document.unlock(),
    verify: () => document.verify(),
    restore: () => document.restore(),
    copyJson: ({ query }) => document.copyJson(checkedQuery(query)),
    showLog: () => {
      log.show(true);
    },
    keys: ({ id, query }) => answerKeys(id, checkedQuery(query)),
  };
  const dispatch = async (request: InspectRequest): Promise<void> => {
    const one = receive[request.type] as (request: InspectRequest) => void | Promise<void>;
    try {
      await one(request);
    } catch (error) {
      const { code, message, next } = toErrorInfo(error);
      log.error(`${document.uri.fsPath}: ${code}: ${message}`);
      void vscode.window.showErrorMessage(`${message} ${next} [${code}]`);
    }
  };

  return vscode.Disposable.from(
    document.onDidChange(postState),
    document.onDidProgress((progress) => post({ type: 'progress', progress })),
    document.onDidNotice((notice) => post({ type: 'notice', notice })),
    webview.onDidReceiveMessage((request: InspectRequest) => void dispatch(request)),
  );
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
