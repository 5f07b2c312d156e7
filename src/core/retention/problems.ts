import { intervalProblem } from './interval';
import type { Whose } from './interval';
import type { RetentionPolicy } from './policy';

/** Something about a policy that can't be, or that is hardly meant. */
export interface PolicyProblem {
  severity: 'warning' | 'blocker';
  /** Where: `schedules.0.interval`, `schedules.1.count`, `manualCount`, `maxBackups`. */
  field: string;
  text: string;
}

/**
 * What is wrong with a policy, for a page as one types and for a plan; empty where nothing is.
 *
 * @param whose backups it is for: a vault's may be of seconds and minutes
 */
export function policyProblems(
  policy: RetentionPolicy,
  whose: Whose = 'platform',
): PolicyProblem[] {
  const { schedules, manualCount, maxBackups } = policy;
  const problems = schedules.flatMap((_, index) => scheduleProblems(policy, index, whose));
  const blocker = (field: string, text: string) =>
    problems.push({ severity: 'blocker', field, text });
  if (manualCount !== undefined && !isCount(manualCount, 0)) {
    blocker('manualCount', 'The number of backups made by hand is a whole number, 0 or more.');
  }
  if (maxBackups !== undefined && !isCount(maxBackups, 1)) {
    blocker('maxBackups', 'The number of backups in all is a whole number, 1 or more.');
  }
  if (problems.length > 0 || maxBackups === undefined) return problems;
  if ((manualCount ?? 0) > maxBackups) {
    blocker(
      'manualCount',
      `${manualCount} made by hand are more than the ${maxBackups} that there may be in all.`,
    );
    return problems;
  }
  const wanted = schedules.reduce((sum, { count }) => sum + count, manualCount ?? 0);
  if (wanted > maxBackups) {
    const text = `Schedules and backups made by hand may hold ${wanted}, but there may be ${maxBackups} in all: the oldest go first.`;
    problems.push({ severity: 'warning', field: 'maxBackups', text });
  }
  return problems;
}

function scheduleProblems(
  { schedules }: RetentionPolicy,
  index: number,
  whose: Whose,
): PolicyProblem[] {
  const { interval = '', count = NaN } = schedules[index] ?? {};
  const problems: PolicyProblem[] = [];
  const tell = (part: string, text: string | undefined) => {
    if (text === undefined) return;
    problems.push({ severity: 'blocker', field: `schedules.${index}.${part}`, text });
  };
  const isTwice = schedules.findIndex((other) => other.interval === interval) < index;
  tell(
    'interval',
    intervalProblem(interval, whose) ?? (isTwice ? `${interval} is there twice.` : undefined),
  );
  tell('count', isCount(count, 1) ? undefined : 'The count is a whole number, 1 or more.');
  return problems;
}

function isCount(value: number, least: number): boolean {
  return Number.isSafeInteger(value) && value >= least;
}
