import { heldAt } from '../core/retention/forecast';
import type { ForecastBackup } from '../core/retention/forecast';
import { rhythmText } from '../core/retention/interval';
import type { RetentionPolicy } from '../core/retention/policy';
import type { RetentionOfKind, RetentionSettings } from '../core/retention/settings';
import { table } from './table';
import { countText, timeText } from './words';

/** Backups that are there at a moment. */
interface Moment {
  at: Date;
  backups: readonly ForecastBackup[];
}

/** What holds for each kind, and what is there. */
export function settingsText({ kinds }: RetentionSettings): string {
  const rows = kinds.map((kind) => [
    kind.id,
    schedulesText(kind.policy),
    String(kind.policy.manualCount ?? '-'),
    String(kind.policy.maxBackups ?? '-'),
    existingText(kind),
    kind.isDefault ? "the platform's default" : 'own',
  ]);
  const columns = ['KIND', 'AUTOMATED', 'BY HAND', 'IN ALL', 'THERE NOW', 'POLICY'];
  return table(
    columns.map((title) => ({ title })),
    rows,
  );
}

/** A policy in words: `every day, the newest 7; by hand, the newest 2; 10 in all`. */
export function policyText(policy: RetentionPolicy): string {
  const { schedules, manualCount, maxBackups } = policy;
  const parts = schedules.map(
    ({ interval, count }) => `${rhythmText(interval)}, the newest ${count}`,
  );
  if (parts.length === 0) parts.push('no automated backups');
  if (manualCount !== undefined) parts.push(`by hand, the newest ${manualCount}`);
  if (maxBackups !== undefined) parts.push(`${maxBackups} in all`);
  return parts.join('; ');
}

/** How many there are at each moment, and what holds them. */
export function datesTable(moments: readonly Moment[]): string {
  return table(
    [
      { title: 'END OF' },
      { title: 'BACKUPS', align: 'right' },
      { title: 'BY HAND', align: 'right' },
      { title: 'OLDEST' },
      { title: 'HELD BY' },
    ],
    moments.map(({ at, backups }) => [
      day(at),
      String(backups.length),
      String(backups.filter(({ automated }) => !automated).length),
      backups[0] === undefined ? '-' : day(backups[0].made),
      heldText({ at, backups }),
    ]),
  );
}

/** Each that is there at each moment, newest first. */
export function listTable(moments: readonly Moment[]): string {
  return moments
    .map(({ at, backups }) => {
      const head = `At the end of ${day(at)}: ${countText(backups.length, 'backup')}\n`;
      if (backups.length === 0) return head;
      const rows = [...backups]
        .reverse()
        .map((backup) => [
          timeText(backup.made.toISOString()),
          backup.existing ? backup.id : 'to come',
          heldAt(backup, at).join(', '),
        ]);
      return head + table([{ title: 'MADE' }, { title: 'ID' }, { title: 'HELD BY' }], rows);
    })
    .join('\n');
}

function schedulesText({ schedules }: RetentionPolicy): string {
  if (schedules.length === 0) return 'none';
  return schedules.map(({ interval, count }) => `${interval}=${count}`).join(' ');
}

function existingText({ existing }: RetentionOfKind): string {
  if (existing === undefined) return 'unknown';
  const automated = existing.filter((backup) => backup.automated).length;
  return `${automated} automated, ${existing.length - automated} by hand`;
}

/** `1d 7, 1M 3`: one that two schedules hold counts for both. */
function heldText({ at, backups }: Moment): string {
  const counts = new Map<string, number>();
  for (const by of backups.flatMap((backup) => heldAt(backup, at))) {
    counts.set(by, (counts.get(by) ?? 0) + 1);
  }
  return [...counts].map(([by, count]) => `${by} ${count}`).join(', ') || '-';
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
