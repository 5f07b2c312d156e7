import type { OpenedUcpArchive } from '../compose/ucpArchives';
import type { ArchiveAction, FilePageQuery, FileRows } from './archiveMessages';
import type { FileReply, FileRequest, ShownError } from './fileMessages';

/** An archive as it is shown; its session is the host's own affair. */
export type ShownUcpArchive = Omit<OpenedUcpArchive, 'session' | 'error'> & { error?: ShownError };

/** From the page to the editor. */
export type UcpRequest =
  | FileRequest
  | { type: 'files'; id: number; query: FilePageQuery }
  /** The file is of another kind, and there is an editor for that. */
  | { type: 'openAs'; kind: OtherKind };

/** Kinds of files that another editor of ours shows. */
export type OtherKind = 'swarm' | 'snapshot';

/** From the editor to the page. */
export type UcpReply =
  | FileReply<ShownUcpArchive, ArchiveAction>
  | { type: 'files'; id: number; rows: FileRows }
  | { type: 'filesFailed'; id: number; error: ShownError };
