import type { ErrorInfo } from '../core/errors';
import type { ProgressUpdate } from '../core/ports';

/** An error as it is shown: what is only for the log stays there. */
export type ShownError = Omit<ErrorInfo, 'detail'>;

/** Where the reading of a file stands that is read in a worker and shown in a page. */
export type FileState<T> =
  | { kind: 'reading'; progress?: ProgressUpdate }
  /** `wrong`: what was tried did not open it. */
  | { kind: 'locked'; by: 'passphrase' | 'openpgp'; wrong: boolean }
  | { kind: 'cancelled' }
  | { kind: 'failed'; error: ShownError }
  | { kind: 'shown'; shown: T };

/** What goes on beside the state. */
export interface FileNotice<Busy extends string = string> {
  /** What happened to the file since it was read. */
  file: 'same' | 'changed' | 'deleted';
  /** An action of the header that runs. */
  busy?: Busy;
}

/** What every such page can ask of the editor. */
export type FileRequest =
  /** The page's script listens now; also after the page was hidden and comes back. */
  | { type: 'ready' }
  | { type: 'read' }
  | { type: 'cancel' }
  | { type: 'unlock' }
  | { type: 'verify' }
  | { type: 'restore' }
  | { type: 'showLog' };

/** What every such page is told. */
export type FileReply<T, Busy extends string = string> =
  | { type: 'state'; name: string; state: FileState<T>; notice: FileNotice<Busy> }
  | { type: 'progress'; progress: ProgressUpdate }
  | { type: 'notice'; notice: FileNotice<Busy> };
