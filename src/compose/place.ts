import type { ErrorInfo } from '../core/errors';
import { recorded } from '../core/operations/activity';
import type { Activity, ActivityStore } from '../core/operations/activity';
import type { RunContext, SnapshotFormat } from '../core/ports';
import { openActivityFolder } from '../stores/activityFolder';
import { threadedFormat } from '../workers/threadedFormat';
import { secretValues } from './resolvedCluster';
import type { ResolvedCluster } from './resolvedCluster';

/** What the operations need to know of the place they run in. Plain data: it crosses threads. */
export interface OperationsOptions {
  /** Folder of the activity journal. */
  activities: string;
  /** Who runs them, for the journal. */
  by: string;
  env: Readonly<Record<string, string | undefined>>;
  /** Folder of what adapters keep so that it outlives a crash. */
  state: string;
  /** Folder of the worker files, where a backup is checked in a thread of its own. */
  workers?: string | undefined;
}

/** Operations that are recorded as activities take the activity's id from the caller that wants to cancel it. */
export interface Recorded {
  activityId?: string | undefined;
}

/** Where operations run: their journal, and a thread beside them. */
export interface Place {
  options: OperationsOptions;
  /** Runs something as an activity; its start, log, progress and end go to the journal. */
  record: <T>(
    activity: Pick<Activity, 'kind' | 'cluster' | 'scheduled'> & {
      subject?: string | undefined;
      id?: string | undefined;
    },
    cluster: ResolvedCluster | undefined,
    context: RunContext,
    run: (context: RunContext) => Promise<T>,
    backupId?: (result: T) => string | undefined,
    failure?: (result: T) => ErrorInfo | undefined,
  ) => Promise<T>;
  /** Checking goes on in a thread beside the one that reads, encrypts and sends, where there may be one. */
  beside: <P extends { format: SnapshotFormat }>(parts: P) => P;
}

/** The journal and the threads of these options. */
export function createPlace(options: OperationsOptions): Place {
  const clock = { now: () => new Date() };
  const activities: ActivityStore = openActivityFolder({ folder: options.activities, clock });
  return {
    options,
    record: ({ subject, ...rest }, cluster, context, run, backupId, failure) =>
      recorded(
        activities,
        { ...rest, by: options.by, ...(subject === undefined ? {} : { subject }) },
        cluster === undefined ? [] : secretValues(cluster),
        context,
        run,
        backupId,
        failure,
      ),
    beside: (parts) => {
      const { workers } = options;
      return workers === undefined
        ? parts
        : { ...parts, format: threadedFormat(parts.format, workers) };
    },
  };
}
