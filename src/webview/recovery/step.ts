import type { RecoveryQuestion, RecoveryStep } from '../../core/recovery';
import { button, h, icon } from '../shared/dom';
import { canTake, handoverWord, isRemark, stepState } from './words';

/** What a step's parts do when they are used. */
export interface StepActions {
  take(step: RecoveryStep, answers: Record<string, string>): void;
  handover(step: RecoveryStep): void;
  copy(step: RecoveryStep, command?: number): void;
}

export interface StepView {
  /** The one to be taken now: shown large. */
  current: boolean;
  /** Something is going on: nothing else can be begun. */
  busy: boolean;
  /** Whether its details are shown. */
  open: boolean;
  /** Kept while the page is drawn anew. */
  answers: Record<string, string>;
}

/** A step of the walk as an item of its list. */
export function stepItem(
  step: RecoveryStep,
  view: StepView,
  actions: StepActions,
  onToggle: (open: boolean) => void,
): HTMLElement {
  const { icon: name, word } = stepState(step.state);
  const head = [
    icon(name, 'step-icon'),
    h('span', { class: 'step-title' }, step.title),
    h('span', { class: 'badge' }, word),
  ];
  const body = h('div', { class: 'step-body' }, ...content(step, view, actions));
  const attributes = {
    class: `step ${step.state}${view.current ? ' current' : ''}`,
    'data-step': step.id,
    'aria-current': view.current ? 'step' : undefined,
  };
  if (view.current) {
    return h('li', attributes, h('h2', { class: 'step-head', tabindex: '-1' }, ...head), body);
  }
  const details = h(
    'details',
    { open: view.open, ontoggle: () => onToggle(details.open) },
    h(
      'summary',
      { class: 'step-head', id: `step-${step.id}` },
      ...head,
      icon('chevron-right', 'twistie'),
    ),
    body,
  );
  return h('li', attributes, details);
}

function content(
  step: RecoveryStep,
  view: StepView,
  actions: StepActions,
): (HTMLElement | false)[] {
  return [
    h('p', {}, step.detail),
    step.reason !== undefined && h('p', { class: 'reason' }, icon('info', 'inline'), step.reason),
    facts(step),
    step.destructive &&
      step.consequence !== undefined &&
      step.state !== 'done' &&
      h(
        'p',
        { class: 'consequence' },
        icon('warning', 'inline'),
        h('strong', {}, 'What it costs: '),
        step.consequence,
      ),
    form(step, view, actions),
    commands(step, actions),
  ];
}

function facts({ facts: rows = [], title }: RecoveryStep): HTMLElement | false {
  if (rows.length === 0) return false;
  return h(
    'div',
    { class: 'table-frame' },
    h(
      'table',
      { class: 'data' },
      h('caption', { class: 'hidden' }, `What was seen: ${title}`),
      h(
        'tbody',
        {},
        ...rows.map(([name, value]) =>
          h('tr', {}, h('th', { scope: 'row' }, name), h('td', {}, value)),
        ),
      ),
    ),
  );
}

function form(step: RecoveryStep, view: StepView, actions: StepActions): HTMLElement | false {
  const buttons: HTMLElement[] = [];
  const asked = (step.questions ?? []).filter((q) => q.secret !== true);
  const take = canTake(step);
  if (take) {
    const secret = (step.questions ?? []).some((q) => q.secret === true);
    const more = step.destructive || secret ? '…' : '';
    buttons.push(
      button(`Do It${more}`, () => actions.take(step, { ...view.answers }), {
        icon: 'play',
        primary: view.current,
        disabled: view.busy,
        title: step.destructive ? 'Asks once more before anything is changed' : step.title,
        id: `take-${step.id}`,
      }),
    );
  }
  if (step.handover !== undefined && (step.state === 'next' || step.state === 'optional')) {
    const word = handoverWord(step.handover);
    const name = step.handover === 'backup' ? 'cloud-download' : 'history';
    buttons.push(
      button(word, () => actions.handover(step), {
        icon: name,
        disabled: view.busy,
        id: `handover-${step.id}`,
      }),
    );
  }
  if (buttons.length === 0) return false;
  return h(
    'div',
    { class: 'form' },
    ...(take ? asked.map((q) => question(step.id, q, view)) : []),
    h('div', { class: 'actions', role: 'group', 'aria-label': step.title }, ...buttons),
  );
}

function question(step: string, q: RecoveryQuestion, view: StepView): HTMLElement {
  const id = `${step}-${q.field}`;
  const kept = view.answers[q.field];
  // An engine that is no longer to be chosen is no answer any more.
  const stands = kept !== undefined && q.options?.every((o) => o.value !== kept) !== true;
  const value = stands ? kept : (q.value ?? '');
  view.answers[q.field] = value;
  const label = h('label', { for: id }, q.title);
  if (q.options !== undefined) {
    const select = h(
      'select',
      {
        id,
        disabled: view.busy,
        onchange: () => {
          view.answers[q.field] = select.value;
        },
      },
      ...q.options.map((o) =>
        h(
          'option',
          { value: o.value, selected: o.value === value },
          o.detail === undefined ? o.label : `${o.label} (${o.detail})`,
        ),
      ),
    );
    return h('div', { class: 'question' }, label, select);
  }
  const input = h('input', {
    id,
    type: 'text',
    value,
    disabled: view.busy,
    oninput: () => {
      view.answers[q.field] = input.value;
    },
  });
  return h('div', { class: 'question' }, label, input);
}

function commands(step: RecoveryStep, actions: StepActions): HTMLElement | false {
  if (step.commands.length === 0) return false;
  const lines = step.commands.map((command, index) =>
    isRemark(command)
      ? h('p', { class: 'remark' }, h('code', {}, command))
      : h(
          'div',
          { class: 'command' },
          h('code', {}, command),
          h(
            'button',
            {
              type: 'button',
              class: 'icon-button',
              title: 'Copy',
              'aria-label': `Copy ${command}`,
              onclick: () => actions.copy(step, index),
            },
            icon('copy'),
          ),
        ),
  );
  return h(
    'div',
    { class: 'commands' },
    h('p', { class: 'muted' }, step.automatic ? 'The same by hand:' : 'By hand:'),
    ...lines,
  );
}
