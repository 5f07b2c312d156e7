import type { ChangeResult } from './plan';

/**
 * What a failure means to the caller: `failed` something broke, `refused` a check said no and nothing
 * was changed, `usage` the request itself is wrong, `cancelled` the person stopped it.
 * The command line's exit codes follow from it.
 */
export type ErrorCategory = 'failed' | 'refused' | 'usage' | 'cancelled';

/** An error as plain data: what crosses worker threads, goes into journals and to `--json`. */
export interface ErrorInfo {
  /** Stable, `area.reason`; documented in docs/errors.md. */
  code: string;
  category: ErrorCategory;
  /** What failed, where and why, in one or two sentences. Holds no secret. */
  message: string;
  /** What the person can do now. */
  next: string;
  /** For the log channel only: causes, stacks, raw replies (masked). */
  detail?: string;
  /** What became of each change of a restore that did not come to its end. */
  changes?: ChangeResult[];
}

/** The one error class of the project. Tell them apart by `code`, never by `instanceof` across threads. */
export class ClusterBackupError extends Error {
  readonly code: string;
  readonly category: ErrorCategory;
  readonly next: string;
  readonly changes: ChangeResult[] | undefined;

  constructor(info: Omit<ErrorInfo, 'detail'>, options?: { cause?: unknown }) {
    super(info.message, options);
    this.name = 'ClusterBackupError';
    this.code = info.code;
    this.category = info.category;
    this.next = info.next;
    this.changes = info.changes;
  }
}

interface ErrorKind {
  category: ErrorCategory;
  /** The default next step; the place that throws may give a better one. */
  next: string;
}

export interface ErrorOccurrence {
  /** What failed, where and why: a whole sentence. */
  message: string;
  next?: string;
  cause?: unknown;
  changes?: ChangeResult[];
}

export type ErrorTable<K extends string> = Readonly<
  Record<K, (occurrence: ErrorOccurrence) => ClusterBackupError>
> & { readonly codes: readonly string[] };

/**
 * Declares the errors of one area, so that each has a stable code and a next step.
 *
 * @param area first part of the code, e.g. `consul`
 * @param kinds reason → category and default next step
 */
export function errorTable<K extends string>(
  area: string,
  kinds: Record<K, ErrorKind>,
): ErrorTable<K> {
  const entries = Object.entries<ErrorKind>(kinds).map(([reason, kind]) => [
    reason,
    ({ message, next, cause, changes }: ErrorOccurrence) =>
      new ClusterBackupError(
        {
          code: `${area}.${reason}`,
          category: kind.category,
          message,
          next: next ?? kind.next,
          ...(changes === undefined ? {} : { changes }),
        },
        cause === undefined ? undefined : { cause },
      ),
  ]);
  const table: unknown = Object.assign(Object.fromEntries(entries), {
    codes: Object.keys(kinds).map((reason) => `${area}.${reason}`),
  });
  return table as ErrorTable<K>;
}

export const coreErrors = errorTable('core', {
  cancelled: {
    category: 'cancelled',
    next: 'Nothing was kept. Start it again when you are ready.',
  },
  unexpected: {
    category: 'failed',
    next: 'Look at the log for the whole story; if it happens again, report it with the log.',
  },
  badLabel: {
    category: 'usage',
    next: 'Use 3 to 25 characters of A-Z a-z 0-9 _ . - that do not start with "..".',
  },
  unknownBackup: { category: 'usage', next: 'List the backups and name one of them.' },
  unknownCluster: { category: 'usage', next: 'Name a cluster of cluster-backup.jsonc.' },
  unknownSystem: { category: 'usage', next: 'Use one of the systems that this version knows.' },
  unsupported: { category: 'usage', next: 'Use a system or a mode that can do this.' },
  planChanged: { category: 'refused', next: 'Look at the new plan and confirm again.' },
  needsPassphrase: { category: 'refused', next: 'Give the passphrase this backup was made with.' },
  needsKey: { category: 'refused', next: 'Give a private key of one of the recipients.' },
  notRestorable: { category: 'refused', next: 'Choose a backup that passes verification.' },
  notRemovable: { category: 'refused', next: 'Do what the plan names first, or leave it there.' },
  backupBlocked: {
    category: 'refused',
    next: 'Mend what the message names; the next run tries again.',
  },
  pruneStopped: { category: 'refused', next: 'Do what the plan of the prune says.' },
  badRetention: { category: 'refused', next: 'Correct what the message names, then plan it anew.' },
  restoreIncomplete: {
    category: 'failed',
    next: 'Mend what the message names and restore again: only what is missing is done.',
  },
  checkAfterRestore: {
    category: 'failed',
    next: 'Look at what differs, then restore again or go back to the safety backup.',
  },
});

/** True for our own errors, also for one that was loaded twice through bundles. */
export function isClusterBackupError(error: unknown): error is ClusterBackupError {
  return error instanceof Error && error.name === 'ClusterBackupError' && 'code' in error;
}

/** True when the person cancelled, however the platform words it. */
export function isCancellation(error: unknown): boolean {
  if (isClusterBackupError(error)) return error.category === 'cancelled';
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'Canceled');
}

/** Any thrown value as plain data. Unknown errors become `core.unexpected`, with the story in `detail`. */
export function toErrorInfo(error: unknown): ErrorInfo {
  if (isCancellation(error) && !isClusterBackupError(error)) {
    return toErrorInfo(coreErrors.cancelled({ message: 'Cancelled.' }));
  }
  if (isClusterBackupError(error)) {
    const { code, category, message, next, changes } = error;
    return {
      code,
      category,
      message,
      next,
      detail: story(error),
      ...(changes === undefined ? {} : { changes }),
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  return {
    ...toErrorInfo(coreErrors.unexpected({ message: `Something unforeseen failed: ${message}.` })),
    detail: story(error),
  };
}

/** The way back from `toErrorInfo`, on the other side of a thread. */
export function fromErrorInfo(info: ErrorInfo): ClusterBackupError {
  const cause = info.detail === undefined ? undefined : { cause: info.detail };
  return new ClusterBackupError(info, cause);
}

/** Exit code of the command line for an error's category. */
export function exitCode(category: ErrorCategory): number {
  return { failed: 1, usage: 2, refused: 3, cancelled: 130 }[category];
}

/** Throws `core.cancelled` once the signal is aborted. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw coreErrors.cancelled({ message: 'Cancelled.' });
}

function story(error: unknown): string {
  const lines: string[] = [];
  for (let e: unknown = error, depth = 0; e !== undefined && depth < 8; depth++) {
    lines.push(
      e instanceof Error ? (e.stack ?? e.message) : typeof e === 'string' ? e : JSON.stringify(e),
    );
    e = e instanceof Error ? e.cause : undefined;
  }
  return lines.join('\ncaused by: ');
}
