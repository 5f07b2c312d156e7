import type { PolicyConfig } from '../config/policy';
import type { ErrorInfo } from '../errors';
import { decide } from '../retention/decide';
import { rhythmText } from '../retention/interval';
import { isCheckOverdue } from '../schedule/checks';
import { dueOf } from '../schedule/planned';
import type { Due } from '../schedule/planned';
import type { PolicyBackup } from './policyBackup';

/** Something that a person should see about a cluster's backups. */
export interface StandingLine {
  severity: 'warning' | 'bad';
  /** Stable: `noBackup`, `missed`, `damaged`, `missing`, `checkOverdue`, `unverified`, `pruneStopped`, `failed`. */
  code: string;
  text: string;
  next: string;
  /** The backup that it is about. */
  id?: string;
}

/** How the backups of a cluster stand: what tree, status bar, metrics and notices tell. */
export interface Standing {
  /** `none`: nothing is asked for (no policy), so nothing can be missed. */
  state: 'good' | 'warning' | 'bad' | 'none';
  /** Worst first. */
  lines: StandingLine[];
  /** Of the newest one that was verified and lies there: milliseconds since 1970. */
  newest?: number;
  /** When the next one is planned. */
  next?: number;
}

/** What is known beside the backups: of the last run, from whoever runs the schedule. */
export interface LastRun {
  /** How the last one failed; left out where it went well or none ran. */
  failure?: Pick<ErrorInfo, 'code' | 'message' | 'next'>;
  /** One runs now, so that none is missed yet. */
  running?: boolean;
}

/**
 * How backups stand under a policy.
 *
 * Where there is no backup at all, nothing tells how long that has been so: it is a warning, and bad from the first run
 * on that failed.
 *
 * @param key as in `dueOf`
 */
export function standingOf(
  policy: PolicyConfig | undefined,
  key: string,
  backups: readonly PolicyBackup[],
  now: Date,
  run: LastRun = {},
): Standing {
  if (policy === undefined) return { state: 'none', lines: [] };
  const past = backups
    .filter(({ created }) => created <= now.getTime())
    .sort((a, b) => b.created - a.created);
  const due = dueOf(policy, key, past, now);
  const verified = past.find(({ check, missing }) => check === 'ok' && !missing);
  const lines = [
    ...runLines(due, past, verified, run),
    ...fileLines(past),
    ...checkLines(policy, past, now),
    ...pruneLines(policy, backups, now),
  ].sort((a, b) => rank(a) - rank(b));
  const isAsked = due !== undefined || policy.verify !== undefined;
  return {
    state: lines[0]?.severity ?? (isAsked ? 'good' : 'none'),
    lines,
    ...(verified === undefined ? {} : { newest: verified.created }),
    ...(due === undefined ? {} : { next: due.next.getTime() }),
  };
}

const rank = ({ severity }: StandingLine) => (severity === 'bad' ? 0 : 1);

function runLines(
  due: Due | undefined,
  past: readonly PolicyBackup[],
  verified: PolicyBackup | undefined,
  { failure, running = false }: LastRun,
): StandingLine[] {
  const lines: StandingLine[] = [];
  if (failure !== undefined) {
    const text = `The last run failed: ${failure.message}`;
    lines.push({ severity: 'bad', code: 'failed', text, next: failure.next });
  }
  if (due === undefined) return lines;
  if (due.missedSince !== undefined && !running) {
    lines.push({
      severity: 'bad',
      code: 'missed',
      text: `No backup was made since ${due.missedSince.toISOString()}, though one was planned for then (${due.schedule}).`,
      next: 'See that an agent runs and what it says, or make a backup now.',
    });
  }
  if (past.length === 0) {
    lines.push({
      severity: failure === undefined ? 'warning' : 'bad',
      code: 'noBackup',
      text: `There is no backup yet, though the policy asks for one (${due.schedule}).`,
      next: 'Start the agent, which makes the first one at once, or make a backup now.',
    });
  } else if (verified === undefined) {
    lines.push({
      severity: 'bad',
      code: 'noBackup',
      text: 'None of the backups was found to be good: none was checked, or they are damaged or missing.',
      next: 'Verify the newest one, or make a backup now.',
    });
  }
  return lines;
}

/** Each damaged or missing backup; bad where the newest one is. */
function fileLines(past: readonly PolicyBackup[]): StandingLine[] {
  return past.flatMap(({ id, check, missing, created }, index): StandingLine[] => {
    if (check !== 'damaged' && !missing) return [];
    const severity = index === 0 ? 'bad' : 'warning';
    const which = `The${index === 0 ? ' newest' : ''} backup of ${new Date(created).toISOString()}`;
    if (missing) {
      const text = `${which} is missing: its file is not in the vault.`;
      const next = 'Bring the file back, or delete the backup, and make one now.';
      return [{ severity, code: 'missing', text, next, id }];
    }
    const text = `${which} is damaged, as its last check found.`;
    const next = 'Look at what the check says, make a backup now, and delete this one.';
    return [{ severity, code: 'damaged', text, next, id }];
  });
}

function checkLines(
  { schedules, verify }: PolicyConfig,
  past: readonly PolicyBackup[],
  now: Date,
): StandingLine[] {
  const lines: StandingLine[] = [];
  const [newest] = past;
  const asks = verify !== undefined || (schedules ?? []).length > 0;
  if (asks && newest?.check === 'none' && !newest.missing) {
    lines.push({
      severity: 'warning',
      code: 'unverified',
      text: 'The newest backup was never checked. Nothing is pruned until it is.',
      next: 'Verify it, or let the agent do so (verify in the policy).',
      id: newest.id,
    });
  }
  const overdue =
    verify === undefined ? [] : past.filter((backup) => isCheckOverdue(verify, backup, now));
  const [first] = overdue;
  if (verify !== undefined && first !== undefined) {
    lines.push({
      severity: 'warning',
      code: 'checkOverdue',
      text: `${overdue.length === 1 ? '1 backup was' : `${overdue.length} backups were`} not checked in time: the policy asks for it ${rhythmText(verify.every)}.`,
      next: 'See that an agent runs, or verify what is due now.',
      ...(overdue.length === 1 ? { id: first.id } : {}),
    });
  }
  return lines;
}

/** What the newest backup's own line does not say already. */
function pruneLines(
  policy: PolicyConfig,
  backups: readonly PolicyBackup[],
  now: Date,
): StandingLine[] {
  const { stopped } = decide(policy, backups, now);
  if (stopped?.code !== 'newestSmaller') return [];
  return [{ severity: 'warning', code: 'pruneStopped', text: stopped.text, next: stopped.next }];
}
