import type { HostedRestorePlan } from '../../core/plan';
import { destructiveLines } from '../../core/restoreChoices';
import { hostedState, hostedStateText, madeBy } from '../../protocol/hostedWords';
import { h, icon, section } from '../shared/dom';
import { ageText, bytesText, timeTexts } from '../shared/format';
import { card } from './card';
import { checkbox } from '../shared/fields';
import type { PlanState } from './planState';

export type Step = [icon: string, title: string, text: string];

/** Which backup is restored on which platform. @param system title of the cluster's system */
export function hostedFromTo({ backup, cluster }: HostedRestorePlan, system: string): HTMLElement {
  const { name, group, created, bytes, id } = backup;
  const state = hostedState(backup);
  return h(
    'div',
    { class: 'from-to' },
    card(
      'From this backup',
      'archive',
      name,
      group,
      h('span', {}, icon(state.icon, 'inline'), hostedStateText(backup)),
      created !== undefined &&
        h('time', { datetime: created, title: timeTexts(created).utc }, timeTexts(created).local),
      created !== undefined && h('span', { 'data-age': created }, ageText(created)),
      bytes !== undefined && bytesText(bytes),
      madeBy(backup),
      id !== name && h('code', {}, id),
    ),
    icon('arrow-right', 'large-arrow'),
    card('On the platform itself', 'server-environment', cluster, system),
  );
}

/** What it replaces and what not, where the system says so. */
export function coversNote(covers: string | undefined): HTMLElement | undefined {
  if (covers === undefined) return undefined;
  return h('p', { class: 'covers' }, icon('info', 'inline'), covers);
}

/** Whether a backup of the present state is made first. */
export function safetySection(state: PlanState, plan: HostedRestorePlan): HTMLElement {
  const { noSafetyBackup } = plan;
  return section(
    'safety',
    'Before the restore',
    {},
    checkbox({
      key: 'safety',
      label: 'Back up the present state first, on the platform’s side',
      state: noSafetyBackup === undefined && state.safetyBackup,
      disabled: !state.open || noSafetyBackup !== undefined,
      onChange: (checked) => state.wantSafety(checked),
    }),
    noSafetyBackup !== undefined &&
      h('p', { class: 'muted' }, icon('warning', 'inline'), `Not possible: ${noSafetyBackup}`),
  );
}

/** What is done, in order. */
export function hostedSteps({ safetyBackup, noSafetyBackup, items }: HostedRestorePlan): Step[] {
  return [
    safetyBackup
      ? [
          'shield',
          'A backup on the platform’s side first',
          'The platform backs up the present state, and that is followed to its end before anything is changed.',
        ]
      : [
          'warning',
          'No safety backup',
          noSafetyBackup ??
            'The present state is not kept. What is there now can’t be brought back.',
        ],
    ...destructiveLines(items).map(({ title, detail = '' }): Step => ['flame', title, detail]),
    [
      'history',
      'Restore, by the platform itself',
      'It is asked for once and followed to its end. Once begun, the platform goes on by itself, also when you cancel here.',
    ],
  ];
}
