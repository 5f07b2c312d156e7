import type { ErrorInfo } from '../core/errors';
import type { SnapshotReport } from '../core/ports';

/** To the thread that checks. */
export type CheckerRequest = { type: 'push'; chunk: Uint8Array } | { type: 'finish' };

/** Back from it. */
export type CheckerReply =
  | { type: 'taken'; bytes: number }
  | { type: 'report'; report: SnapshotReport }
  /** Nothing more is taken after this. */
  | { type: 'failed'; error: ErrorInfo; partial: SnapshotReport };

/** What a checker's thread is started with. */
export interface CheckerData {
  /** Id of the format. */
  format: string;
  /** The bytes decide, and the format is only assumed. */
  byBytes: boolean;
}
