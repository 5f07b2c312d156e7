import { appendFile, mkdir, open, readdir, readFile, stat, utimes } from 'node:fs/promises';
import { watch } from 'node:fs';
import { join } from 'node:path';
import { ulid } from 'ulid';
import * as z from 'zod';
import type {
  Activity,
  ActivityStore,
  ActivityWriter,
  NewActivity,
} from '../core/operations/activity';
import type { Clock, ProgressUpdate } from '../core/ports';
import { activityPruning } from './activityPruning';

/** How often a running activity shows that it lives, and after how long without it counts as cut off. */
const HEARTBEAT_MS = 2_000;
const DEAD_AFTER_MS = 15_000;
const KEPT = 500;

const startLine = z.object({
  event: z.literal('start'),
  kind: z.enum([
    'backup',
    'restore',
    'verify',
    'delete',
    'export',
    'adopt',
    'resume',
    'recover',
    'fetch',
    'retention',
    'prune',
  ]),
  cluster: z.string(),
  subject: z.string().optional(),
  by: z.string(),
  scheduled: z.boolean().optional(),
  at: z.string(),
});
const progressLine = z.object({
  event: z.literal('progress'),
  phase: z.string(),
  done: z.number().optional(),
  total: z.number().optional(),
  unit: z.enum(['bytes', 'records', 'percent']).optional(),
});
const logLine = z.object({
  event: z.literal('log'),
  at: z.string(),
  level: z.string(),
  message: z.string(),
});
const endLine = z.object({
  event: z.literal('end'),
  at: z.string(),
  state: z.enum(['done', 'failed', 'refused', 'cancelled', 'interrupted']),
  backupId: z.string().optional(),
  error: z
    .object({
      code: z.string(),
      category: z.enum(['failed', 'refused', 'usage', 'cancelled']),
      message: z.string(),
      next: z.string(),
    })
    .optional(),
});
const anyLine = z.discriminatedUnion('event', [startLine, progressLine, logLine, endLine]);
type Line = z.infer<typeof anyLine>;

/**
 * The journal of activities: one file of JSON lines each, in a folder that every window and the command line
 * share. A running activity touches its file; one that has stopped touching it was interrupted.
 *
 * @param options.folder absolute; created when needed
 */
export function openActivityFolder(options: { folder: string; clock: Clock }): ActivityStore {
  const { folder, clock } = options;
  const cache = new Map<string, { key: string; lines: Line[] }>();
  const prune = activityPruning(folder, KEPT);

  async function readLines(name: string): Promise<{ lines: Line[]; touched: number } | undefined> {
    const path = join(folder, name);
    try {
      const info = await stat(path);
      const key = `${info.mtimeMs}:${info.size}`;
      const known = cache.get(name);
      if (known?.key === key) return { lines: known.lines, touched: info.mtimeMs };
      const lines = parseLines(await readFile(path, 'utf8'));
      cache.set(name, { key, lines });
      return { lines, touched: info.mtimeMs };
    } catch {
      return undefined;
    }
  }

  async function names(): Promise<string[]> {
    const all = await readdir(folder).catch(() => []);
    return all
      .filter((n) => /^[0-9A-Z]{26}\.jsonl$/.test(n))
      .sort()
      .reverse();
  }

  return {
    async start(activity) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const all = await names();
      await prune(all);
      const there = new Set(all);
      for (const name of cache.keys()) if (!there.has(name)) cache.delete(name);
      return startWriter(folder, clock, activity);
    },
    async list(limit = 200) {
      const activities: Activity[] = [];
      for (const name of (await names()).slice(0, limit)) {
        const read = await readLines(name);
        const activity = read && toActivity(name.slice(0, 26), read.lines, read.touched);
        if (activity) activities.push(activity);
      }
      return activities;
    },
    async log(id) {
      if (!/^[0-9A-Z]{26}$/.test(id)) return '';
      const read = await readLines(`${id}.jsonl`);
      return (read?.lines ?? []).map(describeLine).filter(Boolean).join('\n');
    },
    watch(listener) {
      return watchFolder(folder, listener);
    },
  };
}

async function startWriter(
  folder: string,
  clock: Clock,
  activity: NewActivity,
): Promise<ActivityWriter> {
  const id = activity.id ?? ulid(clock.now().getTime());
  const path = join(folder, `${id}.jsonl`);
  // Lines are written in order, one after the other.
  let queue: Promise<unknown> = Promise.resolve();
  let ended = false;
  const write = (line: Line) => {
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

function parseLines(text: string): Line[] {
  const lines: Line[] = [];
  for (const raw of text.split('\n')) {
    if (raw === '') continue;
    try {
      const parsed = anyLine.safeParse(JSON.parse(raw));
      if (parsed.success) lines.push(parsed.data);
    } catch {
      // A line cut by a crash: what stands before it still counts.
    }
  }
  return lines;
}

function toActivity(id: string, lines: Line[], touched: number): Activity | undefined {
  const start = lines.find((l) => l.event === 'start');
  if (start === undefined) return undefined;
  const end = lines.findLast((l) => l.event === 'end');
  const progress = lines.findLast((l) => l.event === 'progress');
  const alive = Date.now() - touched < DEAD_AFTER_MS;
  return {
    id,
    kind: start.kind,
    cluster: start.cluster,
    by: start.by,
    started: start.at,
    state: end?.state ?? (alive ? 'running' : 'interrupted'),
    ...(start.subject === undefined ? {} : { subject: start.subject }),
    ...(start.scheduled === undefined ? {} : { scheduled: start.scheduled }),
    ...(end === undefined ? {} : { finished: end.at }),
    ...(end?.backupId === undefined ? {} : { backupId: end.backupId }),
    ...(end?.error === undefined ? {} : { error: end.error }),
    ...(progress === undefined ? {} : { progress: toUpdate(progress) }),
  };
}

function toUpdate(line: z.infer<typeof progressLine>): ProgressUpdate {
  return {
    phase: line.phase,
    ...(line.done === undefined ? {} : { done: line.done }),
    ...(line.total === undefined ? {} : { total: line.total }),
    ...(line.unit === undefined ? {} : { unit: line.unit }),
  };
}

function describeLine(line: Line): string {
  switch (line.event) {
    case 'start':
      return `${line.at} started: ${line.kind} of ${line.cluster}${line.subject === undefined ? '' : `, ${line.subject}`}, by ${line.by}`;
    case 'log':
      return `${line.at} ${line.level}: ${line.message}`;
    case 'end':
      return `${line.at} ended: ${line.state}${line.error === undefined ? '' : ` (${line.error.code}: ${line.error.message} ${line.error.next})`}`;
    case 'progress':
      return '';
  }
}

function watchFolder(folder: string, listener: () => void): { dispose(): void } {
  let timer: NodeJS.Timeout | undefined;
  const changed = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      listener();
    }, 200);
  };
  let disposed = false;
  let watcher: ReturnType<typeof watch> | undefined;
  void mkdir(folder, { recursive: true, mode: 0o700 })
    .then(() => {
      if (disposed) return;
      watcher = watch(folder, changed);
      watcher.on('error', () => watcher?.close());
    })
    .catch(() => undefined);
  return {
    dispose() {
      disposed = true;
      clearTimeout(timer);
      watcher?.close();
    },
  };
}
