import type { ErrorInfo } from '../core/errors';
import type { ProgressUpdate } from '../core/ports';

/** From the caller's thread to the worker. */
export type WorkerRequest =
  { type: 'call'; id: number; method: string; params: unknown } | { type: 'cancel'; id: number };

/** From the worker back. */
export type WorkerReply =
  | { type: 'ready' }
  | { type: 'progress'; id: number; update: ProgressUpdate }
  | { type: 'log'; level: 'debug' | 'info' | 'warn' | 'error'; message: string }
  | { type: 'result'; id: number; value: unknown }
  | { type: 'error'; id: number; error: ErrorInfo };
