import type { ErrorInfo } from '../core/errors';
import type { Activity } from '../core/operations/activity';
import type { Standing, StandingLine } from '../core/policy/standing';
import { timeText } from './text';
import type { ClusterEntry } from './store/clusterStore';

/** One thing about a cluster that a person should look at. */
export interface StateLine {
  severity: 'warning' | 'bad';
  code: string;
  /** A few words for a row: "backup missed". */
  words: string;
  text: string;
  next: string;
  /** Of the backup that it is about. */
  id?: string;
}

/** How a cluster and its backups stand: what row and status bar tell. */
export interface ClusterState {
  /** `none`: no policy asks for anything, and nothing is wrong. */
  severity: 'good' | 'none' | 'warning' | 'bad';
  /** Worst first. */
  lines: StateLine[];
  /** As in `Standing`. */
  newest?: number;
  next?: number;
}

/** What is known of a cluster: entries of the store have it. */
export type StateFacts = Pick<ClusterEntry, 'health' | 'vaultError' | 'vaultProblems'>;

const WORDS: Record<string, string> = {
  noBackup: 'no backup yet',
  missed: 'backup missed',
  damaged: 'backup damaged',
  missing: 'backup file missing',
  checkOverdue: 'check overdue',
  unverified: 'newest not verified',
  pruneStopped: 'pruning stopped',
  failed: 'last run failed',
};

/** @param standing what the policy says; undefined where it is not known yet */
export function clusterState(
  { health, vaultError, vaultProblems }: StateFacts,
  standing: Standing | undefined,
): ClusterState {
  const lines: StateLine[] = [];
  if (vaultError !== undefined) {
    lines.push(lineOf('bad', 'vault', 'vault not readable', vaultError));
  }
  for (const line of standing?.lines ?? []) lines.push(standingLine(line));
  const [problem] = vaultProblems;
  if (problem !== undefined)
    lines.push(lineOf('warning', 'manifest', 'manifest not usable', problem));
  if (health.state === 'unreachable') {
    const words = health.error.code === 'config.secretMissing' ? 'needs a secret' : 'not reachable';
    lines.push(lineOf('warning', 'unreachable', words, health.error));
  } else if (health.state === 'known' && health.status.health === 'noLeader') {
    lines.push(
      lineOf('warning', 'noLeader', 'no leader', {
        message: health.status.reason ?? 'The cluster has no leader.',
        next: 'Bring its servers back; no backup can be made until then.',
      }),
    );
  }
  lines.sort((a, b) => rank(a.severity) - rank(b.severity));
  return {
    severity: lines[0]?.severity ?? (standing === undefined ? 'none' : calm(standing)),
    lines,
    ...(standing?.newest === undefined ? {} : { newest: standing.newest }),
    ...(standing?.next === undefined ? {} : { next: standing.next }),
  };
}

/** Whether a run has ended badly; one that a person cancelled has not. */
export function hasFailed({ state }: Pick<Activity, 'state'>): boolean {
  return state === 'failed' || state === 'refused' || state === 'interrupted';
}

/** The worst state first; those alike stay in the order of the configuration. */
export function worstFirst<T extends { state: ClusterState }>(all: readonly T[]): T[] {
  return [...all].sort((a, b) => rank(a.state.severity) - rank(b.state.severity));
}

function calm({ state }: Standing): 'good' | 'none' {
  return state === 'none' ? 'none' : 'good';
}

function standingLine(line: StandingLine): StateLine {
  return { ...line, text: ownTimes(line.text), words: WORDS[line.code] ?? line.text };
}

/** A person reads the times of their own clock; the core tells those of the world. */
function ownTimes(text: string): string {
  return text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, timeText);
}

function lineOf(
  severity: StateLine['severity'],
  code: string,
  words: string,
  { message, next }: Pick<ErrorInfo, 'message' | 'next'>,
): StateLine {
  return { severity, code, words, text: message, next };
}

function rank(severity: ClusterState['severity']): number {
  return { bad: 0, warning: 1, good: 2, none: 3 }[severity];
}
