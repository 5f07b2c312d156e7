import type { Archives, OpenedArchive } from '../compose/archives';
import type { FileReply, FileRequest, ShownError } from './fileMessages';

export type FileRow = Awaited<ReturnType<Archives['archiveFiles']>>['rows'][number];
export type FileRows = Awaited<ReturnType<Archives['archiveFiles']>>;
/** A question for the files of a volume. */
export type FileQuery = Omit<Parameters<Archives['archiveFiles']>[0], 'session'>;
/** The same, whatever it is asked of. */
export type FilePageQuery = Omit<FileQuery, 'folder'>;
export type FileSort = NonNullable<FileQuery['sort']>;

/** An archive as it is shown; its session is the host's own affair. */
export type ShownArchive = Omit<OpenedArchive, 'session' | 'error'> & { error?: ShownError };

/** Actions of the header that take a while. */
export type ArchiveAction = 'verify' | 'restore';

/** From the page to the editor. */
export type ArchiveRequest =
  | FileRequest
  | { type: 'files'; id: number; query: FileQuery }
  /** A definition as a document of its own. */
  | { type: 'openText'; of: string; as: 'json' | 'compose' }
  /** A definition beside what the cluster has now. */
  | { type: 'compare'; of: string };

/** From the editor to the page. */
export type ArchiveReply =
  | FileReply<ShownArchive, ArchiveAction>
  | { type: 'files'; id: number; rows: FileRows }
  | { type: 'filesFailed'; id: number; error: ShownError };
