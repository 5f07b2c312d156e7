import type { ErrorInfo } from '../core/errors';
import type { ProgressUpdate } from '../core/ports';

/** From the caller's thread to the worker. */
export type WorkerRequest =
  | {
      type: 'call';
      id: number;
      method: string;
      params: unknown;
      /** Names of parameters that are functions: they stay with the caller, who is asked to call them. */
      asks: string[];
    }
  | { type: 'cancel'; id: number }
  /** What was asked for is done, or failed. */
  | { type: 'answer'; ask: number; error?: ErrorInfo };

/** From the worker back. */
export type WorkerReply =
  | { type: 'ready' }
  | { type: 'progress'; id: number; update: ProgressUpdate }
  | { type: 'log'; level: 'debug' | 'info' | 'warn' | 'error'; message: string }
  /** The caller is to call one of its functions, for the call of this id. */
  | { type: 'ask'; id: number; ask: number; name: string }
  | { type: 'result'; id: number; value: unknown }
  | { type: 'error'; id: number; error: ErrorInfo };
