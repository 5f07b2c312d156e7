import { appendFile, open, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { ulid } from 'ulid';
import type { ActivityWriter, NewActivity } from '../core/operations/activity';
import type { Clock } from '../core/ports';
import type { ActivityLine } from './activityLines';

/** How often a running activity shows that it lives, and after how long without it counts as cut off. */
const HEARTBEAT_MS = 2_000;
export const DEAD_AFTER_MS = 15_000;

/**
 * Starts the file of an activity, and touches it until the activity has ended.
 *
 * @param folder absolute; there already
 */
export async function startActivityWriter(
  folder: string,
  clock: Clock,
  activity: NewActivity,
): Promise<ActivityWriter> {
  const id = activity.id ?? ulid(clock.now().getTime());
  const path = join(folder, `${id}.jsonl`);
  // Lines are written in order, one after the other.
  let queue: Promise<unknown> = Promise.resolve();
  let ended = false;
  const write = (line: ActivityLine) => {
    queue = queue
      .then(() => appendFile(path, `${JSON.stringify(line)}\n`, { mode: 0o600 }))
      .catch(() => undefined);
    return queue;
  };
  const now = () => clock.now().toISOString();
  await write({
    event: 'start',
    kind: activity.kind,
    cluster: activity.cluster,
    by: activity.by,
    at: now(),
    ...(activity.subject === undefined ? {} : { subject: activity.subject }),
    ...(activity.scheduled === true ? { scheduled: true } : {}),
  });
  const beat = setInterval(() => {
    const t = new Date();
    void utimes(path, t, t).catch(() => undefined);
  }, HEARTBEAT_MS);
  beat.unref();
  let lastProgress = 0;
  return {
    id,
    log: (level, message) => {
      if (!ended) void write({ event: 'log', at: now(), level, message });
    },
    progress: (update) => {
      if (ended || Date.now() - lastProgress < 1000) return;
      lastProgress = Date.now();
      void write({ event: 'progress', ...update });
    },
    async finish(end) {
      ended = true;
      clearInterval(beat);
      await write({
        event: 'end',
        at: now(),
        state: end.state === 'running' ? 'done' : end.state,
        ...(end.backupId === undefined ? {} : { backupId: end.backupId }),
        ...(end.error === undefined ? {} : { error: end.error }),
      });
      const file = await open(path, 'r').catch(() => undefined);
      await file?.sync().catch(() => undefined);
      await file?.close();
    },
  };
}
