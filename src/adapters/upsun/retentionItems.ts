import type { PlanLine } from '../../core/plan';
import { goingSooner } from '../../core/retention/groups';
import type { SoonerBackup } from '../../core/retention/groups';
import { policyProblems } from '../../core/retention/problems';
import type { RetentionPolicy } from '../../core/retention/policy';
import type { RetainedBackup } from '../../core/retention/settings';

/** What is known of a change of one kind's policy. */
export interface ChangeFacts {
  kind: string;
  before: RetentionPolicy;
  after: RetentionPolicy;
  editable: true | string;
  /** Nothing would be other than it is. */
  same: boolean;
  /** Undefined where they could not be read. */
  existing: readonly RetainedBackup[] | undefined;
  now: Date;
}

/** Names in one title; more than that are counted. */
const NAMED = 4;
const YEAR = 366 * 86_400_000;

/** What has to be known before a change of how long backups are kept is sent. */
export function retentionItems(facts: ChangeFacts): PlanLine[] {
  const { kind, after, editable, same } = facts;
  const items: PlanLine[] = [];
  if (editable !== true) {
    items.push({ severity: 'blocker', code: 'upsun.retentionLocked', title: editable });
  }
  for (const { severity, field, text } of policyProblems(after)) {
    const title = text.replace(/\.$/, '');
    const detail = `In ${fieldText(field)}.`;
    items.push({ severity, code: 'upsun.retentionPolicy', title, detail });
  }
  if (items.some(({ severity }) => severity === 'blocker')) return items;
  if (same) {
    const title = `Nothing would change: this is what holds for ${kind} already`;
    return [...items, { severity: 'blocker', code: 'upsun.retentionSame', title }];
  }
  if (after.schedules.length === 0) {
    const title = `No automated backups of ${kind} will be made any more`;
    items.push({ severity: 'warning', code: 'upsun.retentionNoSchedule', title });
  }
  return [...items, ...soonerItems(facts), EXPERIMENTAL];
}

function soonerItems({ kind, before, after, existing, now }: ChangeFacts): PlanLine[] {
  if (existing === undefined) {
    const title = `Which backups of ${kind} go by it is not known: they could not be read`;
    return [{ severity: 'warning', code: 'upsun.retentionUnknown', title, destructive: true }];
  }
  const time = { from: now, until: new Date(now.getTime() + YEAR) };
  const sooner = goingSooner({ before, after }, existing, time);
  const environments = [...new Set(sooner.map(({ backup }) => backup.group))];
  return environments.map((environment) => {
    const going = sooner.filter(({ backup }) => backup.group === environment);
    return {
      severity: 'warning',
      code: 'upsun.retentionGoes',
      title: `Of ${environment ?? kind} ${namesOf(going)} ${going.length === 1 ? 'goes' : 'go'} sooner than now`,
      detail: `${going.map((one) => toldOf(one, now)).join('; ')}. Worked out by us: the platform does not say when it deletes what.`,
      destructive: true,
    };
  });
}

function namesOf(going: readonly SoonerBackup[]): string {
  const names = going.slice(0, NAMED).map(({ backup }) => backup.id);
  const more = going.length - names.length;
  return more === 0 ? names.join(', ') : `${names.join(', ')} and ${more} more`;
}

function toldOf({ backup, before, after, why }: SoonerBackup, now: Date): string {
  const date = (time: Date) => time.toISOString().slice(0, 10);
  const made = `${backup.id} (${backup.created.slice(0, 10)}, ${backup.automated ? 'automated' : 'made by hand'})`;
  const goes = after <= now ? 'at once' : `on ${date(after)}`;
  const stays = before === undefined ? 'stays' : `stays until ${date(before)}`;
  return `${made} ${goes}: ${why}; now it ${stays}`;
}

const EXPERIMENTAL: PlanLine = {
  severity: 'info',
  code: 'upsun.retentionExperimental',
  title: 'The settings are read back afterwards and compared',
  detail:
    'The platform marks them as experimental and does not say how it merges what it is sent: so all that is set goes along.',
};

/** Where a problem is, in the words of all who show it: "schedule 2". */
function fieldText(field: string): string {
  const [, row] = /^schedules\.(\d+)/.exec(field) ?? [];
  if (row !== undefined) return `schedule ${Number(row) + 1}`;
  return field === 'maxBackups' ? 'the limit of all backups' : 'the limit of those made by hand';
}
