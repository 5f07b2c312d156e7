/** Told how far a step is; `total` only where it is known. */
export interface ProgressUpdate {
  /** A few words for the person: "Reading from the cluster". */
  phase: string;
  done?: number;
  total?: number;
  /** `percent`: `done` of 100. */
  unit?: 'bytes' | 'records' | 'percent';
}

export type Progress = (update: ProgressUpdate) => void;

export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** So that tests hold time still. */
export interface Clock {
  now(): Date;
}

/** What every long step takes: where to tell progress, when to stop, where to write the story. */
export interface RunContext {
  signal: AbortSignal;
  progress: Progress;
  log: Log;
  clock: Clock;
}
