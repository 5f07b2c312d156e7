import '../shared/base.css';
import '../shared/fields.css';
import '../shared/planLines.css';
import './plan.css';
import './changes.css';
import { countsText, resultsText } from '../../core/restoreChoices';
import { isHosted } from '../../protocol/planMessages';
import type { PlanReply, PlanRequest, ShownPlan } from '../../protocol/planMessages';
import { keepAges } from '../shared/ages';
import { button, h, icon } from '../shared/dom';
import { connectHost } from '../shared/host';
import { PageFrame } from '../shared/pageFrame';
import { banner } from '../shared/told';
import type { Told } from '../shared/told';
import { ALL_CHANGES } from './changeRows';
import type { ChangesView } from './changeRows';
import { ChangesSection } from './changesSection';
import { answersSection, choicesSection, questions } from './choicesSection';
import { keepingPlace } from '../shared/fields';
import { coversNote, hostedFromTo, safetySection } from './hostedSections';
import { PlanState } from './planState';
import { comparisonSection, fromTo, itemsSection, stepsSection } from './sections';
import { outcome, verdict } from './words';

/** What outlives the page being hidden. */
interface Kept {
  series: number;
  view: ChangesView;
  open: string[];
}

const host = connectHost<PlanRequest, PlanReply, Kept>();
const frame = new PageFrame();

let state: PlanState | undefined;
/** Stays while its plan does: thousands of rows are not drawn anew for a change of one. */
let changes: ChangesSection | undefined;
let view: ChangesView = ALL_CHANGES;
let open = new Set<string>();
/** An input method must not lose what it is writing into. */
let composing = false;
let heldBack = false;

function receive(shown: ShownPlan): void {
  if (state?.receive(shown) !== true) {
    const kept = host.state();
    const same = kept.series === shown.series;
    view = { ...ALL_CHANGES, ...(same ? kept.view : {}) };
    open = new Set(same ? kept.open : []);
    state = new PlanState(shown, (request) => host.send(request), changed);
    changes = new ChangesSection({
      state,
      view,
      open,
      onView: setView,
      onOpen: keep,
      onMore: draw,
    });
  }
  draw();
  announce();
}

/** The person chose or typed something; the plan of it is on its way. */
function changed(typed: boolean): void {
  if (typed) drawHead();
  else draw();
  announce();
}

function draw(): void {
  if (composing) {
    heldBack = true;
    return;
  }
  keepingPlace(() => {
    if (state === undefined) return;
    const current = state;
    const { plan, dryRun, system, covers } = current.shown;
    const hosted = isHosted(plan);
    const itemised = isItemised(current);
    const parts: (HTMLElement | undefined)[] = [
      head(current),
      dryRun
        ? h('p', { class: 'dry-run' }, icon('beaker', 'inline'), 'Dry run: nothing was changed.')
        : undefined,
      banner(told(current), 'verdict'),
      hosted ? hostedFromTo(plan, system) : fromTo(plan, system),
      coversNote(covers),
      itemsSection(plan, (item) => questions(current, item)),
      hosted && current.open && plan.possible ? safetySection(current, plan) : undefined,
      !current.open ? undefined : itemised ? choicesSection(current) : answersSection(current),
      itemised
        ? changes?.draw(view)
        : hosted
          ? undefined
          : comparisonSection(plan, current.shown.outcome?.kind === 'done'),
      stepsSection(current.shown, current.over),
    ];
    frame.place(parts);
  });
  state?.keepFields((key) => frame.main.querySelector(`[data-key="${CSS.escape(key)}"]`) !== null);
}

/** Restored object by object, chosen on this page. */
function isItemised({ plan }: PlanState): boolean {
  return !isHosted(plan) && plan.changes !== undefined;
}

/** The header alone, while a field is being typed in. */
function drawHead(): void {
  if (state === undefined) return;
  frame.main.querySelector('header.head')?.replaceWith(head(state));
  frame.main.querySelector('section.banner')?.replaceWith(banner(told(state), 'verdict'));
}

function told(current: PlanState): Told {
  const { plan, outcome: result, error } = current.shown;
  if (result !== undefined) return outcome(result);
  if (error !== undefined) {
    return {
      tone: 'bad',
      icon: 'error',
      title: 'These choices could not be planned',
      text: `${error.message} ${error.next} [${error.code}]`,
    };
  }
  return verdict(plan);
}

function head(current: PlanState): HTMLElement {
  const { plan, dryRun, outcome: result, state: stage } = current.shown;
  const actions: HTMLElement[] = [];
  const itemised = isItemised(current);
  const again = result?.kind === 'failed' || result?.kind === 'cancelled';
  if (stage === 'failed' || ((itemised || isHosted(plan)) && again)) {
    actions.push(
      button(again ? 'Plan Again' : 'Try Again', () => host.send({ type: 'replan' }), {
        icon: 'refresh',
        primary: again,
        title: 'Looks at the cluster anew, with the same choices',
      }),
    );
  }
  if (!dryRun && current.open) {
    const { restorable, hindrance } = current;
    actions.push(
      button('Restore…', () => current.restore(), {
        icon: 'history',
        primary: restorable,
        disabled: !restorable,
        title: hindrance ?? 'Asks once more before anything is changed',
        id: 'restore',
      }),
    );
  }
  actions.push(button('Close', () => host.send({ type: 'close' }), { primary: dryRun }));
  const note = current.busy
    ? h('p', { class: 'muted busy' }, icon('sync', 'inline'), 'Planning your choices…')
    : !dryRun && current.open && h('p', { class: 'muted' }, 'Nothing has been changed yet.');
  return h(
    'header',
    { class: itemised ? 'head sticky' : 'head' },
    h('div', { class: 'title' }, h('h1', {}, `Restore plan: ${plan.cluster}`), note),
    h('div', { class: 'actions', role: 'group', 'aria-label': 'Actions' }, ...actions),
  );
}

/** What a person who does not see the page has to know of its last change. */
function announce(): void {
  if (state === undefined) return;
  const { dryRun, outcome: result } = state.shown;
  const { title, text } = told(state);
  const counts =
    result?.changes !== undefined
      ? `${resultsText(result.changes)}. `
      : !isItemised(state) || !state.open
        ? ''
        : `${countsText(state.changes)}. `;
  const words =
    state.firstProblem ??
    (state.busy
      ? 'Planning your choices.'
      : `${dryRun ? 'Dry run: nothing was changed. ' : ''}${counts}${title}. ${text}`);
  frame.announce(words);
}

function setView(change: Partial<ChangesView>): void {
  view = { ...view, ...change };
  keep();
  draw();
}

function keep(): void {
  if (state !== undefined) host.keep({ series: state.shown.series, view, open: [...open] });
}

document.addEventListener('compositionstart', () => (composing = true));
document.addEventListener('compositionend', () => {
  composing = false;
  if (!heldBack) return;
  heldBack = false;
  draw();
});

host.listen((reply) => receive(reply.shown));

keepAges(60_000);

host.send({ type: 'ready' });
