import type { RestorePlan, RestorePlanItem } from '../../core/plan';
import { destructiveLines } from '../../core/restoreChoices';
import { isHosted } from '../../protocol/planMessages';
import type { AnyPlan, ShownPlan } from '../../protocol/planMessages';
import { card } from './card';
import { hostedSteps } from './hostedSections';
import type { Step } from './hostedSections';
import { h, icon, section } from '../shared/dom';
import { ageText, bytesText, changeText, countText, timeTexts } from '../shared/format';
import { planLines } from '../shared/planLines';
import { orderedRows, rowChange, rowName } from './words';

/** Which backup goes to which cluster. @param system its title */
export function fromTo(plan: RestorePlan, system: string): HTMLElement {
  const { identity, contentBytes } = plan.content;
  const time = plan.contentTime;
  return h(
    'div',
    { class: 'from-to' },
    card(
      'From this backup',
      'archive',
      plan.source,
      time !== undefined &&
        h('time', { datetime: time, title: timeTexts(time).utc }, timeTexts(time).local),
      time !== undefined && h('span', { 'data-age': time }, ageText(time)),
      identity.index !== undefined && `Index ${countText(identity.index)}`,
      contentBytes > 0 && bytesText(contentBytes),
    ),
    icon('arrow-right', 'large-arrow'),
    card(
      'Into this cluster',
      'server-environment',
      plan.cluster,
      system,
      plan.current.index !== undefined && `Now at index ${countText(plan.current.index)}`,
    ),
  );
}

/** What has to be known: what blocks first. */
export function itemsSection(
  plan: AnyPlan,
  questions: (item: RestorePlanItem) => HTMLElement[],
): HTMLElement | undefined {
  if (plan.items.length === 0) return undefined;
  return section('items', 'What to know first', {}, planLines(plan.items, questions));
}

const CHANGES = {
  same: 'same number',
  more: 'more',
  fewer: 'fewer',
  unknown: 'not known',
} as const;

/** What the cluster holds now against what the backup brings. */
export function comparisonSection(plan: RestorePlan, done: boolean): HTMLElement {
  const replaced = done
    ? `Everything that “${plan.cluster}” held was replaced with the content of the backup, also where the numbers are the same. What was written since the backup was taken is gone.`
    : `Everything that “${plan.cluster}” holds is replaced with the content of the backup, also where the numbers are the same. What was written since the backup was taken is gone afterwards.`;
  const rows = orderedRows(plan.comparison).map((row) => {
    const change = rowChange(row);
    const name = rowName(row.name);
    return h(
      'tr',
      { class: change },
      h(
        'th',
        { scope: 'row' },
        name,
        name !== row.name && h('code', { class: 'muted type' }, row.name),
      ),
      h('td', { class: 'number' }, row.now === undefined ? 'not known' : countText(row.now)),
      h('td', { class: 'number' }, countText(row.after)),
      h(
        'td',
        { class: 'number change' },
        row.now === undefined ? '' : changeText(row.now, row.after),
      ),
      h('td', { class: 'muted what' }, CHANGES[change]),
    );
  });
  const heads: [string, string][] = [
    ['What', ''],
    [done ? 'Before' : 'Now', 'number'],
    ['After', 'number'],
    ['Change', 'number'],
    ['', 'what'],
  ];
  const table = h(
    'table',
    { class: 'data' },
    h('caption', { class: 'hidden' }, 'What the cluster holds now and after the restore'),
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        ...heads.map(([title, name]) =>
          title === '' ? h('td', { class: name }) : h('th', { scope: 'col', class: name }, title),
        ),
      ),
    ),
    h('tbody', {}, ...rows),
  );
  return section(
    'comparison',
    done ? 'What was replaced' : 'What is replaced',
    {},
    h('p', { class: 'lead' }, replaced),
    rows.length === 0
      ? h(
          'p',
          { class: 'muted' },
          'What the cluster holds now could not be counted with these rights.',
        )
      : h('div', { class: 'table-frame' }, table),
  );
}

/** What will be done, in order, once it is confirmed. Once it is over, the outcome tells it. */
export function stepsSection(
  { plan, dryRun, outcome }: Pick<ShownPlan, 'plan' | 'dryRun' | 'outcome'>,
  over: boolean,
): HTMLElement | undefined {
  if (!plan.possible || over) return undefined;
  const steps = stepsOf(plan);
  const asks = isHosted(plan) ? undefined : plan.asksForSecret;
  if (asks !== undefined) {
    steps.unshift([
      'key',
      `You are asked for a ${asks.field} to check with`,
      `${asks.reason}. Have one of the backup’s own at hand.`,
    ]);
  }
  return section(
    'steps',
    dryRun
      ? 'What a restore would do'
      : outcome?.kind === 'running'
        ? 'What is being done'
        : 'What will be done',
    {},
    h(
      'ol',
      { class: 'steps' },
      ...steps.map(([name, title, text]) =>
        h(
          'li',
          { class: name === 'warning' ? 'warning' : undefined },
          icon(name, 'item-icon'),
          h('div', {}, h('strong', {}, title), h('p', { class: 'muted' }, text)),
        ),
      ),
    ),
  );
}

function stepsOf(plan: AnyPlan): Step[] {
  if (isHosted(plan)) return hostedSteps(plan);
  return plan.changes === undefined ? wholeSteps(plan) : itemisedSteps(plan);
}

function wholeSteps({ safetyBackup, noSafetyBackup, items }: RestorePlan): Step[] {
  const first = destructiveLines(items).map(({ title, detail = '' }): Step => [
    'flame',
    title,
    detail,
  ]);
  return [
    safetyBackup
      ? [
          'shield',
          'Safety backup first',
          'The cluster’s present state is backed up before anything is changed; with it you can go back.',
        ]
      : [
          'warning',
          'No safety backup',
          noSafetyBackup ??
            'The cluster’s present state is not kept. What it holds now can’t be brought back.',
        ],
    ...first,
    [
      'history',
      'Restore',
      'The backup is checked once more while it is sent; its last bytes leave only when it has passed.',
    ],
    ['checklist', 'Check', 'Afterwards the cluster must answer and hold what the backup held.'],
  ];
}

function itemisedSteps({ safetyBackup }: RestorePlan): Step[] {
  return [
    safetyBackup
      ? [
          'shield',
          'Safety backup first',
          'What the chosen changes touch is backed up before anything is changed; with it you can go back.',
        ]
      : [
          'warning',
          'No safety backup',
          'What is changed is not kept as it is now and can’t be brought back.',
        ],
    [
      'history',
      'Restore, object by object',
      'In the order in which they need each other. What is not chosen is not touched; if something fails, a second run does what is still missing.',
    ],
    ['checklist', 'Check', 'Afterwards each object is compared with what the backup has.'],
  ];
}
