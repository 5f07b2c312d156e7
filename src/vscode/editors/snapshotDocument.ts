import * as vscode from 'vscode';
import type { InspectedSnapshot, KeyRows } from '../../compose/inspections';
import type { DecryptionSecrets } from '../../core/ports';
import type { InspectAction, SortedKeyQuery } from '../../protocol/inspectMessages';
import type { CallOptions } from '../../workers/operationsClient';
import { FileDocument } from './fileDocument';

/** A snapshot file that is open: what it holds, and its keys. */
export class SnapshotDocument extends FileDocument<InspectedSnapshot, InspectAction> {
  /** Sizes of keys by prefix. Rejects with a `ClusterBackupError`. */
  keys(query: SortedKeyQuery): Promise<KeyRows> {
    return this.ask((session) => this.services.client.call('inspectKeys', { session, query }));
  }

  /** Puts what `consul snapshot inspect -format=json -kvdetails` prints on the clipboard. */
  copyJson({ depth, filter }: SortedKeyQuery): Promise<void> {
    return this.act('copyJson', async () => {
      const kvDetails = { depth, filter };
      const json = await this.ask((session) =>
        this.services.client.call('inspectJson', { session, kvDetails }),
      );
      await vscode.env.clipboard.writeText(json);
      vscode.window.setStatusBarMessage('$(check) JSON copied', 4_000);
    });
  }

  protected open(decryption: DecryptionSecrets, options: CallOptions): Promise<InspectedSnapshot> {
    const params = { source: this.source, decryption };
    return this.services.client.call('inspectOpen', params, options);
  }

  protected closeSession(session: number): Promise<void> {
    return this.services.client.call('inspectClose', { session });
  }

  protected same(before: InspectedSnapshot, after: InspectedSnapshot): boolean {
    return before.report.identity.id === after.report.identity.id;
  }
}
