import { isHosted } from '../../protocol/planMessages';
import type { ConflictPolicy } from '../../core/model';
import type { PlanQuestion, RestorePlanItem } from '../../core/plan';
import { withAccepted, withAnswer } from '../../core/restoreChoices';
import { button, h, icon, section } from '../shared/dom';
import { counted } from '../shared/format';
import { hindrances, POLICIES } from './changeRows';
import { checkbox, select } from '../shared/fields';
import { answerTitle } from './words';
import type { PlanState } from './planState';
import { secretField } from './secretField';

/** What holds for the whole restore: conflicts, what is accepted, what was answered. */
export function choicesSection(state: PlanState): HTMLElement {
  const { choices } = state;
  const disabled = !state.open;
  const policy = choices.conflict ?? 'skip';
  const accepts = hindrances(state.changes, choices);
  return section(
    'choices',
    'How to restore',
    {},
    h(
      'div',
      { class: 'choices' },
      select<ConflictPolicy>({
        key: 'conflict',
        label: 'Where something is there already and differs',
        value: policy,
        options: POLICIES.map(({ value, label, what }) => ({ value, label: `${label}: ${what}` })),
        disabled,
        onChange: (conflict) => state.change({ ...state.choices, conflict }),
      }),
      accepts.length > 0 &&
        h(
          'fieldset',
          {},
          h('legend', {}, 'Go on in spite of'),
          ...accepts.map(({ code, text, count, accepted }) =>
            checkbox({
              key: `accept:${code}`,
              label: h(
                'span',
                {},
                text,
                h(
                  'span',
                  { class: 'muted' },
                  ` (${counted(count, 'object')}, `,
                  h('code', {}, code),
                  ')',
                ),
              ),
              state: accepted,
              disabled,
              onChange: (checked) => state.change(withAccepted(state.choices, code, checked)),
            }),
          ),
        ),
      answersList(state),
    ),
  );
}

/** What was answered, where all is restored at once; undefined where that is nothing. */
export function answersSection(state: PlanState): HTMLElement | undefined {
  const list = answersList(state);
  return list && section('choices', 'Your answers', {}, list);
}

function answersList(state: PlanState): HTMLElement | undefined {
  const answers = Object.entries(state.choices.answers ?? {});
  if (answers.length === 0) return undefined;
  return h(
    'ul',
    { class: 'answers', 'aria-label': 'Your answers' },
    ...answers.map(([answer, value]) =>
      h(
        'li',
        {},
        icon('reply', 'inline'),
        // A title that asks ends as one.
        `${titleOf(state, answer).replace(/[?:]$/, '')}: `,
        h('code', {}, value),
        ' ',
        button('Take back', () => state.change(withAnswer(state.choices, answer, '')), {
          disabled: !state.open,
          id: `back-${answer}`,
        }),
      ),
    ),
  );
}

/** In words of its own, else as the plan that still asks calls it. */
function titleOf({ plan }: PlanState, answer: string): string {
  const title = answerTitle(answer);
  if (title !== answer) return title;
  const asked = plan.items.flatMap(({ questions: of = [] }) => of);
  return asked.find((question) => question.answer === answer)?.title ?? title;
}

/** The fields for what a line of the plan asks. */
export function questions(state: PlanState, item: RestorePlanItem): HTMLElement[] {
  const { asks, acceptable, code, questions: asked = [] } = item;
  return [
    ...asked.map((question) => questionField(state, question)),
    asks === undefined || !state.open ? undefined : secretField(state, asks),
    acceptable === true
      ? checkbox({
          key: `accept:${code}`,
          label: 'Go on in spite of it',
          state: state.choices.accept?.includes(code) === true,
          disabled: !state.open,
          onChange: (checked) => state.change(withAccepted(state.choices, code, checked)),
        })
      : undefined,
  ].filter((field) => field !== undefined);
}

function questionField(state: PlanState, question: PlanQuestion): HTMLElement {
  const { answer, title, value, options, action } = question;
  const key = `answer:${answer}`;
  const chosen = state.choices.answers?.[answer];
  const disabled = !state.open;
  const give = (text: string) => state.change(withAnswer(state.choices, answer, text));
  const [only] = options ?? [];
  if (action !== undefined && only !== undefined && options?.length === 1) {
    // Taken back among the answers.
    return h(
      'div',
      { class: 'question' },
      button(action, () => give(only.value), {
        disabled: disabled || chosen === only.value,
        id: `give-${answer}`,
      }),
    );
  }
  if (options !== undefined) {
    // On the platform's side what is proposed holds as long as nothing else is said.
    const usual = isHosted(state.plan) ? value : undefined;
    return select({
      key,
      label: title,
      value: chosen ?? usual ?? '',
      options: usual === undefined ? [{ value: '', label: 'Not answered' }, ...options] : options,
      disabled,
      onChange: give,
    });
  }
  // An answer that changes the cluster is given by a button, not by a word half typed.
  const field = h('input', {
    type: 'text',
    class: 'text',
    'data-key': key,
    value: state.draft(key, chosen ?? value),
    disabled,
    spellcheck: 'false',
    autocomplete: 'off',
    oninput: () => state.keepDraft(key, field.value),
    onkeydown: (event) => {
      if (event instanceof KeyboardEvent && event.key === 'Enter') give(field.value);
    },
  });
  return h(
    'div',
    { class: 'question' },
    h('label', { class: 'field' }, h('span', {}, title), field),
    button(
      action ?? 'Answer',
      () => (field.value.trim() === '' ? field.focus() : give(field.value)),
      { disabled, id: `give-${answer}` },
    ),
  );
}
