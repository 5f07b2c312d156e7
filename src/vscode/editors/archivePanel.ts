import * as vscode from 'vscode';
import { toErrorInfo } from '../../core/errors';
import type { ArchiveReply, ArchiveRequest } from '../../protocol/archiveMessages';
import type { FileRequest } from '../../protocol/fileMessages';
import { commands } from '../../ids';
import { backupTitle } from '../definitionUris';
import { openText } from '../definitionTexts';
import { runCommand } from '../run';
import type { Services } from '../services';
import type { ArchiveDocument, TextKind } from './archiveDocument';
import { shownError } from './fileDocument';
import { checkedQuery } from './fileQuery';
import { connectFilePanel } from './filePanel';

/** Ties a page of an archive to its document. */
export function connectArchivePanel(
  document: ArchiveDocument,
  webview: vscode.Webview,
  services: Services,
): vscode.Disposable {
  const post = (reply: ArchiveReply): void => void webview.postMessage(reply);
  return connectFilePanel<Exclude<ArchiveRequest, FileRequest>>(document, webview, services.log, {
    async files({ id, query }) {
      try {
        post({
          type: 'files',
          id,
          rows: await document.files({ folder: query.folder, ...checkedQuery(query) }),
        });
      } catch (error) {
        post({ type: 'filesFailed', id, error: shownError(toErrorInfo(error)) });
      }
    },
    openText: ({ of, as }) => showDefinition(document, of, as),
    async compare({ of }) {
      await runCommand(services, commands.compareDefinition, async () =>
        (await import('../commands/compareDefinition')).compareArchived(services, document, of),
      );
    },
  });
}

/** Opens a definition of an archive as a document of its own. */
export async function showDefinition(
  document: Pick<ArchiveDocument, 'uri' | 'created' | 'text'>,
  id: string,
  as: TextKind,
): Promise<void> {
  const text = await document.text(id, as);
  const query = { of: 'backup', path: document.uri.fsPath, id, as } as const;
  const uri = await openText(backupTitle(id, document.created), query, text);
  await vscode.window.showTextDocument(uri, { preview: true });
}
