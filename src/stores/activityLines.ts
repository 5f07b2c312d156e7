import * as z from 'zod';
import type { Activity } from '../core/operations/activity';
import type { ProgressUpdate } from '../core/ports';

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
/** One line of an activity's file. */
export type ActivityLine = z.infer<typeof anyLine>;

/** The lines of an activity's file; those that can't be read are left out. */
export function parseLines(text: string): ActivityLine[] {
  const lines: ActivityLine[] = [];
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

/**
 * The activity that its lines tell of; undefined where they lack its start.
 *
 * @param isAlive who runs it has shown lately that it goes on
 */
export function toActivity(
  id: string,
  lines: readonly ActivityLine[],
  isAlive: boolean,
): Activity | undefined {
  const start = lines.find((l) => l.event === 'start');
  if (start === undefined) return undefined;
  const end = lines.findLast((l) => l.event === 'end');
  const progress = lines.findLast((l) => l.event === 'progress');
  return {
    id,
    kind: start.kind,
    cluster: start.cluster,
    by: start.by,
    started: start.at,
    state: end?.state ?? (isAlive ? 'running' : 'interrupted'),
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

/** The line for a person; empty where it says nothing to one. */
export function describeLine(line: ActivityLine): string {
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
