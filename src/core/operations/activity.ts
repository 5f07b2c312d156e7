import { redact } from '../redact';
import { toErrorInfo } from '../errors';
import type { ErrorInfo } from '../errors';
import type { Log, ProgressUpdate, RunContext } from '../ports';

export type ActivityKind =
  | 'backup'
  | 'restore'
  | 'verify'
  | 'delete'
  | 'export'
  | 'adopt'
  | 'resume'
  | 'recover'
  | 'fetch'
  | 'retention'
  | 'prune';

/** One thing that ran or runs. */
export interface Activity {
  /** ULID. */
  id: string;
  kind: ActivityKind;
  cluster: string;
  /** For people: which backup, which label. */
  subject?: string;
  /** `host:pid`, and what it is: editor, command line, agent. */
  by: string;
  /** A policy had it done, not a person. */
  scheduled?: boolean;
  started: string;
  finished?: string;
  /** `interrupted`: it was cut off and nobody wrote an end. */
  state: 'running' | 'done' | 'failed' | 'refused' | 'cancelled' | 'interrupted';
  /** Last progress that was noted. */
  progress?: ProgressUpdate;
  /** Backup that came out of it. */
  backupId?: string;
  error?: Omit<ErrorInfo, 'detail' | 'changes'>;
}

export type NewActivity = Pick<Activity, 'kind' | 'cluster' | 'subject' | 'by' | 'scheduled'> & {
  /** ULID, where the caller wants to know it beforehand (to cancel by it). */
  id?: string | undefined;
};

export interface ActivityWriter {
  readonly id: string;
  log(level: 'debug' | 'info' | 'warn' | 'error', message: string): void;
  /** Kept at most a few times a second. */
  progress(update: ProgressUpdate): void;
  finish(end: Pick<Activity, 'state' | 'error' | 'backupId'>): Promise<void>;
}

/** A journal of activities, shared by every window and the command line. */
export interface ActivityStore {
  start(activity: NewActivity): Promise<ActivityWriter>;
  /** Newest first. */
  list(limit?: number): Promise<Activity[]>;
  /** The whole log of one, as text. */
  log(id: string): Promise<string>;
  watch(listener: () => void): { dispose(): void };
}

/**
 * Runs an operation as an activity: its start, log, progress and end go to the journal, secrets taken out.
 *
 * @param failure what a result says that is bad news all the same, e.g. damage that was found: the activity ends failed
 */
export async function recorded<T>(
  store: ActivityStore,
  activity: NewActivity,
  secrets: readonly string[],
  context: RunContext,
  run: (context: RunContext, id: string) => Promise<T>,
  backupId?: (result: T) => string | undefined,
  failure?: (result: T) => ErrorInfo | undefined,
): Promise<T> {
  const writer = await store.start(activity);
  const mask = (text: string) => redact(text, secrets);
  const maskedInfo = ({ code, category, message, next }: ErrorInfo) => ({
    code,
    category,
    message: mask(message),
    next: mask(next),
  });
  const write = (level: keyof Log) => (message: string) => {
    writer.log(level, mask(message));
    context.log[level](mask(message));
  };
  const log: Log = {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  };
  const progress = (update: ProgressUpdate) => {
    writer.progress(update);
    context.progress(update);
  };
  try {
    const result = await run({ ...context, log, progress }, writer.id);
    const id = backupId?.(result);
    const found = failure?.(result);
    if (found !== undefined) log.error(`${found.code}: ${found.message} ${found.next}`);
    await writer.finish({
      ...(found === undefined ? { state: 'done' } : { state: 'failed', error: maskedInfo(found) }),
      ...(id === undefined ? {} : { backupId: id }),
    });
    return result;
  } catch (error) {
    // What became of each change is in the log already.
    const { detail, ...info } = toErrorInfo(error);
    const masked = maskedInfo(info);
    log.error(`${masked.code}: ${masked.message} ${masked.next}`);
    if (detail !== undefined) log.debug(detail);
    await writer.finish({
      state: info.category === 'usage' ? 'failed' : info.category,
      error: masked,
    });
    throw error;
  }
}
