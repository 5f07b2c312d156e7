import { policySchema } from '../config/policy';
import { policyFaults } from '../config/policyFaults';
import { configErrors } from '../config/configErrors';
import { EDITED_FIELDS } from '../config/editedFields';
import { editPolicy, readPolicy } from '../config/policyText';
import type { EditedPolicy, WrittenPolicy } from '../config/policyText';
import type { PlanLine } from '../plan';
import type { SystemDefinition } from '../ports';
import type { VaultRetention } from '../retention/decide';
import { policyProblems } from '../retention/problems';
import { effectivePolicy, goingNow } from './effective';
import type { PolicyBackup } from './policyBackup';

/** A change of a cluster's policy, before it is written. */
export interface PolicyPlan {
  /** The configuration's text as it was read, and as it will be. */
  before: string;
  after: string;
  /** What has to be known. */
  items: PlanLine[];
  /** Ids of backups that go with the next prune, and would not without the change. */
  goes: string[];
}

/** Another policy for a cluster. */
export interface PolicyChange {
  /** The configuration's. */
  text: string;
  cluster: string;
  /** All that its entry says itself. */
  edited: EditedPolicy;
  system: SystemDefinition;
}

/**
 * Plans a change of what a cluster's entry says of its policy; changes nothing.
 *
 * @param backups those there are; undefined where none is deleted by a policy, or none could be read
 * @throws `config.invalid` where the policy, as it is or as it would be, can't be read
 */
export function planPolicy(
  { text, cluster, edited, system }: PolicyChange,
  backups: readonly PolicyBackup[] | undefined,
  now: Date,
): PolicyPlan {
  const checked = policySchema.safeParse(edited);
  if (!checked.success) {
    const [issue] = checked.error.issues;
    const place = issue?.path.join('.') ?? '';
    throw configErrors.invalid({ message: `The policy can't be: ${place}: ${issue?.message}.` });
  }
  const written = readPolicy(text, cluster);
  const policy = effectivePolicy({ inherited: written.inherited, own: edited }) ?? {};
  const [fault] = policyFaults(policy, system);
  if (fault !== undefined) throw configErrors.invalid({ message: fault.message });
  const after = editPolicy(text, cluster, edited);
  const goes = backups === undefined ? [] : goingMore(written, policy, backups, now);
  const items = [...goingLines(goes, policy, backups ?? [], now), ...otherLines(policy)];
  return { before: text, after, items, goes };
}

function goingMore(
  written: WrittenPolicy,
  policy: EditedPolicy,
  backups: readonly PolicyBackup[],
  now: Date,
): string[] {
  const before = goingNow(effectivePolicy(written), backups, now).ids;
  return [...goingNow(policy, backups, now).ids].filter((id) => !before.has(id));
}

function goingLines(
  goes: readonly string[],
  policy: VaultRetention,
  backups: readonly PolicyBackup[],
  now: Date,
): PlanLine[] {
  if (goes.length === 0) return [];
  const { stopped } = goingNow(policy, backups, now);
  const number = goes.length === 1 ? 'One backup' : `${goes.length} backups`;
  const detail =
    stopped === undefined
      ? 'They are deleted for good. The page names each, with the reason.'
      : `Not at once: ${stopped.text} ${stopped.next}`;
  return [
    {
      severity: 'warning',
      code: 'policy.goes',
      title: `${number} of the ${backups.length} there are ${goes.length === 1 ? 'goes' : 'go'} with the next prune`,
      detail,
      destructive: true,
    },
  ];
}

function otherLines(policy: EditedPolicy): PlanLine[] {
  const { schedules = [], manualCount, maxBackups } = policy;
  const limits = {
    ...(manualCount === undefined ? {} : { manualCount }),
    ...(maxBackups === undefined ? {} : { maxBackups }),
  };
  const problems = policyProblems({ schedules, ...limits }, 'vault');
  const lines = problems
    .filter(({ severity }) => severity === 'warning')
    .map(({ text, field }): PlanLine => ({
      severity: 'warning',
      code: `policy.${field}`,
      title: text,
    }));
  if (schedules.length === 0) {
    lines.push({
      severity: 'info',
      code: 'policy.noSchedule',
      title: 'No schedule: no backup is made by itself.',
    });
  }
  return lines;
}

/** What of a policy the page edits. */
export function editedFields(policy: EditedPolicy): EditedPolicy {
  return Object.fromEntries(
    EDITED_FIELDS.flatMap((field) =>
      policy[field] === undefined ? [] : [[field, policy[field]] as const],
    ),
  );
}
