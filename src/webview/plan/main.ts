import '../shared/base.css';
import './plan.css';
import type { PlanReply, PlanRequest, ShownPlan } from '../../protocol/planMessages';
import { button, h, icon } from '../shared/dom';
import { ageText } from '../shared/format';
import { connectHost } from '../shared/host';
import { banner, comparisonSection, fromTo, itemsSection, stepsSection } from './sections';
import { outcome, verdict } from './words';

const host = connectHost<PlanRequest, PlanReply, Record<string, never>>();
const live = h('div', { class: 'hidden', role: 'status', 'aria-live': 'polite' });
const main = h('main');
document.body.append(live, main);

function show({ plan, dryRun, outcome: result }: ShownPlan): void {
  const scroll = window.scrollY;
  const told = result === undefined ? verdict(plan) : outcome(result);
  const parts: (HTMLElement | undefined)[] = [
    head(plan.cluster, dryRun, plan.possible, result !== undefined),
    dryRun
      ? h('p', { class: 'dry-run' }, icon('beaker', 'inline'), 'Dry run: nothing was changed.')
      : undefined,
    banner(told, 'verdict'),
    fromTo(plan),
    itemsSection(plan),
    comparisonSection(plan),
    stepsSection(plan, dryRun),
  ];
  main.replaceChildren(...parts.filter((part) => part !== undefined));
  window.scrollTo(0, scroll);
  live.textContent = `${dryRun ? 'Dry run: nothing was changed. ' : ''}${told.title}. ${told.text}`;
}

function head(cluster: string, dryRun: boolean, possible: boolean, decided: boolean): HTMLElement {
  const actions: HTMLElement[] = [];
  if (!dryRun && !decided) {
    actions.push(
      button('Restore…', () => host.send({ type: 'restore' }), {
        icon: 'history',
        primary: possible,
        disabled: !possible,
        title: possible ? 'Asks once more before anything is changed' : 'Not possible; see below',
      }),
    );
  }
  actions.push(button('Close', () => host.send({ type: 'close' }), { primary: dryRun }));
  return h(
    'header',
    { class: 'head' },
    h(
      'div',
      { class: 'title' },
      h('h1', {}, `Restore plan: ${cluster}`),
      !dryRun && !decided && h('p', { class: 'muted' }, 'Nothing has been changed yet.'),
    ),
    h('div', { class: 'actions', role: 'group', 'aria-label': 'Actions' }, ...actions),
  );
}

host.listen((reply) => show(reply.shown));

setInterval(() => {
  for (const element of document.querySelectorAll<HTMLElement>('[data-age]')) {
    element.textContent = ageText(element.dataset['age'] ?? '');
  }
}, 60_000);

host.send({ type: 'ready' });
