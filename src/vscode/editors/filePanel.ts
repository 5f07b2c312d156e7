import { basename } from 'node:path';
import * as vscode from 'vscode';
import { toErrorInfo } from '../../core/errors';
import type { FileReply, FileRequest } from '../../protocol/fileMessages';
import type { ShownDocument } from './fileDocument';

/** What is done for each message of a page, by its type. */
export type Receivers<R extends { type: string }> = {
  [K in R['type']]: (request: Extract<R, { type: K }>) => void | Promise<void>;
};

/** What a panel's connection needs of the log. */
export type PanelLog = Pick<vscode.LogOutputChannel, 'show' | 'error'>;

/**
 * Ties one page to its document: what the document tells goes to the page, what the page asks to the
 * document. While the page is hidden it does not run; it asks for everything anew when it comes back.
 *
 * @param own what is done for the messages that only this page has
 */
export function connectFilePanel<R extends { type: string }>(
  document: ShownDocument,
  webview: vscode.Webview,
  log: PanelLog,
  own: Receivers<R>,
): vscode.Disposable {
  const post = (reply: FileReply<unknown>): void => void webview.postMessage(reply);
  const postState = (): void => {
    const { state, notice, uri } = document;
    post({ type: 'state', name: basename(uri.fsPath), state, notice });
  };
  const shared: Receivers<FileRequest> = {
    ready: postState,
    read: () => document.read(),
    cancel: () => {
      document.cancel();
    },
    unlock: () => document.unlock(),
    verify: () => document.verify(),
    restore: () => document.restore(),
    showLog: () => {
      log.show(true);
    },
  };
  const receivers = { ...shared, ...own } as Record<string, (request: unknown) => unknown>;
  const dispatch = async (request: { type: string }): Promise<void> => {
    try {
      await receivers[request.type]?.(request);
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
    webview.onDidReceiveMessage((request: { type: string }) => void dispatch(request)),
  );
}
