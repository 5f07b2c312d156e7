import * as vscode from 'vscode';
import { toErrorInfo } from '../../core/errors';
import { editors } from '../../ids';
import type { FileRequest } from '../../protocol/fileMessages';
import type { OtherKind, UcpReply, UcpRequest } from '../../protocol/ucpMessages';
import { shownError } from './fileDocument';
import { connectFilePanel } from './filePanel';
import type { PanelLog } from './filePanel';
import { checkedQuery } from './fileQuery';
import type { UcpDocument } from './ucpDocument';

const EDITORS: Record<OtherKind, string> = {
  swarm: editors.swarmArchive,
  snapshot: editors.snapshot,
};

/** Ties a page of a backup of UCP or MKE to its document. */
export function connectUcpPanel(
  document: UcpDocument,
  webview: vscode.Webview,
  log: PanelLog,
): vscode.Disposable {
  const post = (reply: UcpReply): void => void webview.postMessage(reply);
  return connectFilePanel<Exclude<UcpRequest, FileRequest>>(document, webview, log, {
    async files({ id, query }) {
      try {
        post({ type: 'files', id, rows: await document.files(checkedQuery(query)) });
      } catch (error) {
        post({ type: 'filesFailed', id, error: shownError(toErrorInfo(error)) });
      }
    },
    async openAs({ kind }) {
      await vscode.commands.executeCommand('vscode.openWith', document.uri, EDITORS[kind]);
    },
  });
}
