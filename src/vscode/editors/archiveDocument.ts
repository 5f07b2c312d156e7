import type { OpenedArchive } from '../../compose/archives';
import type { DecryptionSecrets } from '../../core/ports';
import type { FileQuery, FileRows } from '../../protocol/archiveMessages';
import type { CallOptions } from '../../workers/operationsClient';
import { FileDocument } from './fileDocument';

/** How a definition is written: the engine's own JSON, a Compose file, or what can be compared with a cluster. */
export type TextKind = 'json' | 'compose' | 'portable';

/** A swarm backup that is open: what it holds, the files of its volumes, its definitions as text. */
export class ArchiveDocument extends FileDocument<OpenedArchive> {
  /** The time the backup states, for titles. */
  get created(): string | undefined {
    return this.state.kind === 'shown' ? this.state.shown.manifest?.created : undefined;
  }

  /** A page of a volume's files. Rejects with a `ClusterBackupError`. */
  files(query: FileQuery): Promise<FileRows> {
    return this.ask((session) => this.services.client.call('archiveFiles', { session, ...query }));
  }

  /** @throws `core.unknownBackup` where the archive has no such text */
  text(id: string, as: TextKind): Promise<string> {
    return this.ask((session) => this.services.client.call('archiveText', { session, id, as }));
  }

  protected open(decryption: DecryptionSecrets, options: CallOptions): Promise<OpenedArchive> {
    const params = { source: this.source, decryption };
    return this.services.client.call('archiveOpen', params, options);
  }

  protected closeSession(session: number): Promise<void> {
    return this.services.client.call('archiveClose', { session });
  }

  protected same(before: OpenedArchive, after: OpenedArchive): boolean {
    const hash = ({ report }: OpenedArchive) => report.facts['headSha256'];
    return hash(before) === hash(after);
  }
}
