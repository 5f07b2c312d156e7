import type { OpenedUcpArchive } from '../../compose/ucpArchives';
import type { DecryptionSecrets } from '../../core/ports';
import type { FilePageQuery, FileRows } from '../../protocol/archiveMessages';
import type { CallOptions } from '../../workers/operationsClient';
import { FileDocument } from './fileDocument';

/** A backup of UCP or MKE that is open: what it holds, and its files. */
export class UcpDocument extends FileDocument<OpenedUcpArchive> {
  /** A page of a folder's files. Rejects with a `ClusterBackupError`. */
  files(query: FilePageQuery): Promise<FileRows> {
    return this.ask((session) => this.services.client.call('ucpFiles', { session, ...query }));
  }

  protected open(decryption: DecryptionSecrets, options: CallOptions): Promise<OpenedUcpArchive> {
    const params = { source: this.source, decryption };
    return this.services.client.call('ucpOpen', params, options);
  }

  protected closeSession(session: number): Promise<void> {
    return this.services.client.call('ucpClose', { session });
  }

  protected same(before: OpenedUcpArchive, after: OpenedUcpArchive): boolean {
    return before.report.identity.id === after.report.identity.id;
  }
}
