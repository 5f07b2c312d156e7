import type { InspectedSnapshot, KeyQuery, KeyRows } from '../compose/inspections';
import type { FileNotice, FileReply, FileRequest, FileState, ShownError } from './fileMessages';

/** The columns of every table of sizes. */
export type SizeColumn = 'name' | 'count' | 'sum';

/** Column and direction of a sorted table. */
export interface Sort<Column extends string = SizeColumn> {
  by: Column;
  descending: boolean;
}

/** A question for rows of keys, in the order in which they are shown, so that a limit cuts the right end. */
export interface SortedKeyQuery extends KeyQuery {
  sort: Sort;
}

/** A snapshot as it is shown; its session is the host's own affair. */
export type ShownSnapshot = Omit<InspectedSnapshot, 'session' | 'error'> & { error?: ShownError };

/** Actions of the header that take a while. */
export type InspectAction = 'verify' | 'restore' | 'copyJson';

export type InspectState = FileState<ShownSnapshot>;
export type InspectNotice = FileNotice<InspectAction>;

/** From the page to the editor. */
export type InspectRequest =
  | FileRequest
  | { type: 'copyJson'; query: SortedKeyQuery }
  | { type: 'keys'; id: number; query: SortedKeyQuery };

/** From the editor to the page. */
export type InspectReply =
  | FileReply<ShownSnapshot, InspectAction>
  | { type: 'keys'; id: number; rows: KeyRows }
  | { type: 'keysFailed'; id: number; error: ShownError };
