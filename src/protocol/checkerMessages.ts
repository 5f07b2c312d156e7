import type { ErrorInfo } from '../core/errors';
import type { SnapshotReport } from '../core/ports';

/** To the thread that checks. */
export type CheckerRequest =
  { type: 'push'; chunk: Uint8Array } | { type: 'finish' } | { type: 'partial' };

/** Back from it. */
export type CheckerReply =
  /** `chunk` comes back where its memory may be used again. */
  | { type: 'taken'; bytes: number; chunk?: Uint8Array }
  | { type: 'report'; report: SnapshotReport }
  /** What could be read so far. */
  | { type: 'partial'; partial: SnapshotReport }
  /** Nothing more is taken after this. */
  | { type: 'failed'; error: ErrorInfo; partial: SnapshotReport };

/** What a checker's thread is started with. */
export interface CheckerData {
  /** Id of the format. */
  format: string;
  /** The bytes decide, and the format is only assumed. */
  byBytes: boolean;
}
