import { present } from '../../../core/retention/forecast';
import type { ForecastBackup } from '../../../core/retention/forecast';
import { addInterval } from '../../../core/retention/interval';
import { h } from '../dom';
import { countText } from '../format';
import type { Stretch } from './timeline';
import { ageAt, goesText, keptBy, momentText } from './words';

/** Rows of a date; more would be read by nobody. */
const MOST_ROWS = 60;

/** A backup at a date under one policy, or both. */
export interface DateRow {
  backup: ForecastBackup;
  /** `both`: the change does nothing to it by then. */
  under: 'both' | 'now' | 'after';
}

/** What is there at a date under either policy, newest first. */
export function dateRows(
  now: readonly ForecastBackup[],
  after: readonly ForecastBackup[] | undefined,
): DateRow[] {
  const nowKeys = new Set(now.map(keyOf));
  const afterKeys = new Set((after ?? now).map(keyOf));
  const rows = [
    ...now
      .filter((backup) => !afterKeys.has(keyOf(backup)))
      .map((backup) => ({ backup, under: 'now' as const })),
    // What it says of a backup that stays is what the change says.
    ...(after ?? now).map((backup) => ({
      backup,
      under: nowKeys.has(keyOf(backup)) ? ('both' as const) : ('after' as const),
    })),
  ];
  return rows.sort((a, b) => b.backup.made.getTime() - a.backup.made.getTime());
}

const UNDER = {
  both: 'there as now',
  now: 'gone with the change',
  after: 'only with the change',
} as const;

/** A table of what is there at a date. */
export function dateTable(shown: {
  at: Date;
  until: Date;
  now: readonly ForecastBackup[];
  after: readonly ForecastBackup[] | undefined;
}): HTMLElement {
  const { at, until, now, after } = shown;
  const rows = dateRows(now, after);
  if (rows.length === 0) return h('p', { class: 'muted' }, 'No backup is there on this date.');
  const heads = ['Made', 'How', 'Kept by', 'Goes', ...(after === undefined ? [] : ['The change'])];
  const cells = ({ backup, under }: DateRow) => [
    h(
      'td',
      {},
      `${backup.automated ? 'automatic' : 'by hand'}, ${backup.existing ? 'there now' : 'to come'}`,
    ),
    h('td', {}, keptBy(backup, at)),
    h('td', {}, goesText(backup, until)),
    ...(after === undefined ? [] : [h('td', { class: 'under' }, UNDER[under])]),
  ];
  const table = h(
    'table',
    { class: 'data' },
    h('caption', { class: 'hidden' }, `Backups on ${momentText(at)}`),
    h('thead', {}, h('tr', {}, ...heads.map((head) => h('th', { scope: 'col' }, head)))),
    h(
      'tbody',
      {},
      ...rows
        .slice(0, MOST_ROWS)
        .map((row) =>
          h(
            'tr',
            { class: row.under },
            h(
              'th',
              { scope: 'row' },
              momentText(row.backup.made),
              h('span', { class: 'second' }, ageAt(row.backup.made, at)),
            ),
            ...cells(row),
          ),
        ),
    ),
  );
  const rest = rows.length - MOST_ROWS;
  return h(
    'div',
    {},
    h(
      'div',
      { class: 'table-frame', tabindex: '0', role: 'region', 'aria-label': 'Backups on this date' },
      table,
    ),
    rest > 0 && h('p', { class: 'muted' }, `And ${countText(rest)} older ones.`),
  );
}

/** The whole stretch in a table: on a day of each month, how many there are and how far they reach back. */
export function monthsTable(shown: {
  stretch: Stretch;
  now: readonly ForecastBackup[];
  after: readonly ForecastBackup[] | undefined;
}): HTMLElement {
  const { stretch, now, after } = shown;
  const dates: Date[] = [];
  for (let month = 0; ; month += 1) {
    const date = addInterval(stretch.from, { number: 1, unit: 'M' }, month);
    if (date > stretch.until) break;
    dates.push(date);
  }
  const cells = (backups: readonly ForecastBackup[], at: Date) => {
    const there = present(backups, at);
    const [oldest] = there;
    return [
      h('td', { class: 'number' }, countText(there.length)),
      h('td', {}, oldest === undefined ? '' : ageAt(oldest.made, at)),
    ];
  };
  const heads =
    after === undefined
      ? ['Backups', 'The oldest is']
      : ['Backups', 'The oldest is', 'With the change', 'The oldest is'];
  return h(
    'div',
    { class: 'table-frame', tabindex: '0', role: 'region', 'aria-label': 'Month by month' },
    h(
      'table',
      { class: 'data' },
      h('caption', { class: 'hidden' }, 'How many backups there are, month by month'),
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          h('th', { scope: 'col' }, 'Date'),
          ...heads.map((head) => h('th', { scope: 'col' }, head)),
        ),
      ),
      h(
        'tbody',
        {},
        ...dates.map((at) =>
          h(
            'tr',
            {},
            h('th', { scope: 'row' }, momentText(at)),
            ...cells(now, at),
            ...(after === undefined ? [] : cells(after, at)),
          ),
        ),
      ),
    ),
  );
}

/** The same backup under two policies: one to come is known by when it is made. */
function keyOf({ id, existing, made }: ForecastBackup): string {
  return existing ? `id ${id}` : `at ${made.getTime()}`;
}
