import type { InspectedSnapshot, KeyQuery, KeyRows } from '../compose/inspections';
import type { ErrorInfo } from '../core/errors';
import type { ProgressUpdate } from '../core/ports';

/** The columns of every table of sizes. */
export type SizeColumn = 'name' | 'count' | 'sum';

/** Column and direction of a sorted table. */
export interface Sort {
  by: SizeColumn;
  descending: boolean;
}

/** A question for rows of keys, in the order in which they are shown, so that a limit cuts the right end. */
export interface SortedKeyQuery extends KeyQuery {
  sort: Sort;
}

/** An error as it is shown: what is only for the log stays there. */
export type ShownError = Omit<ErrorInfo, 'detail'>;

/** A snapshot as it is shown; its session is the host's own affair. */
export type ShownSnapshot = Omit<InspectedSnapshot, 'session' | 'error'> & { error?: ShownError };

/** Where the reading of a snapshot file stands. */
export type InspectState =
  | { kind: 'reading'; progress?: ProgressUpdate }
  /** `wrong`: what was tried did not open it. */
  | { kind: 'locked'; by: 'passphrase' | 'openpgp'; wrong: boolean }
  | { kind: 'cancelled' }
  | { kind: 'failed'; error: ShownError }
  | { kind: 'shown'; snapshot: ShownSnapshot };

/** What goes on beside the state. */
export interface InspectNotice {
  /** What happened to the file since it was read. */
  file: 'same' | 'changed' | 'deleted';
  /** An action of the header that runs. */
  busy?: 'verify' | 'restore' | 'copyJson';
}

/** From the page to the editor. */
export type InspectRequest =
  /** The page's script listens now; also after the page was hidden and comes back. */
  | { type: 'ready' }
  | { type: 'read' }
  | { type: 'cancel' }
  | { type: 'unlock' }
  | { type: 'verify' }
  | { type: 'restore' }
  | { type: 'copyJson'; query: SortedKeyQuery }
  | { type: 'showLog' }
  | { type: 'keys'; id: number; query: SortedKeyQuery };

/** From the editor to the page. */
export type InspectReply =
  | { type: 'state'; name: string; state: InspectState; notice: InspectNotice }
  | { type: 'progress'; progress: ProgressUpdate }
  | { type: 'notice'; notice: InspectNotice }
  | { type: 'keys'; id: number; rows: KeyRows }
  | { type: 'keysFailed'; id: number; error: ShownError };
