import type { EditedPolicy } from '../../core/config/policyText';
import { goingNow } from '../../core/policy/effective';
import { dueOf } from '../../core/schedule/planned';
import type { NamedBackup, ShownPolicy } from '../../protocol/policyMessages';
import { button, h, icon, section } from '../shared/dom';
import { fact } from '../shared/facts';
import { ageText, bytesText, counted, countText, printable } from '../shared/format';
import { momentText } from '../shared/forecast/words';

/** Rows of what would go; more would be read by nobody. */
const MOST_ROWS = 60;

/** What the policy means at this moment, and what it would mean as it is edited. */
export interface Present {
  next?: Date;
  missedSince?: Date;
  /** Why nothing goes, though something would. */
  stop?: { text: string; next: string };
  going: { backup: NamedBackup; why: string; already: boolean }[];
}

/** @param edited undefined where nothing is edited */
export function presentOf(
  { backups = [], key, platform }: ShownPolicy,
  policy: EditedPolicy | undefined,
  edited: EditedPolicy | undefined,
  now: Date,
): Present {
  const counts = edited ?? policy;
  const due = counts === undefined ? undefined : dueOf(counts, key, backups, now);
  const before = goingNow(policy, backups, now);
  const after = edited === undefined ? before : goingNow(edited, backups, now);
  const keeps = platform?.settings === true;
  return {
    ...(due === undefined ? {} : { next: due.due ? now : due.next }),
    ...(due?.missedSince === undefined ? {} : { missedSince: due.missedSince }),
    ...(after.stopped === undefined || after.ids.size === 0 || keeps
      ? {}
      : { stop: after.stopped }),
    going: keeps
      ? []
      : backups
          .filter(({ id }) => after.ids.has(id))
          .sort((a, b) => b.created - a.created)
          .map((backup) => ({
            backup,
            why: after.why.get(backup.id) ?? '',
            already: before.ids.has(backup.id),
          })),
  };
}

/** When the next run is planned, who runs it, and what a prune would do. */
export function nowSection(
  shown: ShownPolicy,
  present: Present,
  isEdited: boolean,
  onSetting: () => void,
): HTMLElement {
  const { next, missedSince, stop, going } = present;
  return section(
    'now',
    isEdited ? 'With the change, from now on' : 'From now on',
    {},
    h(
      'dl',
      { class: 'facts' },
      ...fact('Next scheduled backup', nextText(next, shown), missedText(missedSince)),
      ...fact('Last scheduled run', ...lastText(shown)),
      ...fact(
        'Goes with the next prune',
        going.length === 0 ? 'Nothing' : counted(going.length, 'backup'),
      ),
    ),
    next !== undefined && runner(shown, onSetting),
    stop !== undefined &&
      h(
        'p',
        { class: 'advice' },
        icon('shield', 'inline'),
        h('strong', {}, 'Nothing goes for now. '),
        `${stop.text} ${stop.next}`,
      ),
    going.length > 0 && goingTable(going, isEdited),
  );
}

function nextText(next: Date | undefined, { at }: ShownPolicy): string {
  if (next === undefined) return 'None: no schedule makes any';
  return next.toISOString() === at ? 'Now: one is due' : momentText(next);
}

function missedText(since: Date | undefined): string | undefined {
  return since === undefined ? undefined : `None was made at ${momentText(since)}`;
}

function lastText({ runs, backups = [] }: ShownPolicy): [string, string?] {
  const newest = Math.max(...backups.filter((one) => one.scheduled).map(({ created }) => created));
  const kept = Number.isFinite(newest) ? new Date(newest).toISOString() : undefined;
  const { last } = runs ?? {};
  if (last !== undefined && (kept === undefined || last.at >= kept)) {
    return [
      `${STATES[last.state] ?? last.state}, ${ageText(last.at)}`,
      momentText(new Date(last.at)),
    ];
  }
  if (kept !== undefined) return [`Succeeded, ${ageText(kept)}`, momentText(new Date(newest))];
  return ['None was seen yet'];
}

const STATES: Readonly<Record<string, string>> = {
  running: 'Running',
  done: 'Succeeded',
  failed: 'Failed',
  refused: 'Refused',
  cancelled: 'Cancelled',
  interrupted: 'Interrupted',
};

/** Schedules run nowhere by themselves. */
function runner({ runs }: ShownPolicy, onSetting: () => void): HTMLElement {
  const words =
    runs?.here === true
      ? [
          'This editor runs the schedules while it is open. ',
          'For the rest of the time an agent does: ',
        ]
      : ['An agent or this editor must run the schedules. ', 'The agent, as a service: '];
  return h(
    'p',
    { class: 'lead runner' },
    h('strong', {}, words[0]),
    words[1],
    h('code', {}, 'cluster-backup agent'),
    '. ',
    button(runs?.here === true ? 'Setting of This Editor' : 'Run Them in This Editor…', onSetting, {
      icon: 'settings-gear',
      id: 'setting',
    }),
  );
}

function goingTable(going: Present['going'], isEdited: boolean): HTMLElement {
  const rest = going.length - MOST_ROWS;
  const row = ({ backup, why, already }: Present['going'][number]) =>
    h(
      'tr',
      { class: already ? '' : 'new' },
      h(
        'th',
        { scope: 'row' },
        momentText(new Date(backup.created)),
        backup.label !== undefined && h('span', { class: 'second' }, printable(backup.label)),
      ),
      h('td', { class: 'number' }, bytesText(backup.bytes)),
      h('td', {}, why),
      isEdited && h('td', { class: 'under' }, already ? 'also as it is now' : 'by the change'),
    );
  return h(
    'div',
    {},
    h(
      'div',
      {
        class: 'table-frame going',
        tabindex: '0',
        role: 'region',
        'aria-label': 'Backups that go',
      },
      h(
        'table',
        { class: 'data' },
        h('caption', { class: 'hidden' }, 'Backups that go with the next prune'),
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            h('th', { scope: 'col' }, 'Goes'),
            h('th', { scope: 'col', class: 'number' }, 'Size'),
            h('th', { scope: 'col' }, 'Why'),
            isEdited && h('th', { scope: 'col' }, 'The change'),
          ),
        ),
        h('tbody', {}, ...going.slice(0, MOST_ROWS).map(row)),
      ),
    ),
    rest > 0 && h('p', { class: 'muted' }, `And ${countText(rest)} older ones.`),
  );
}
