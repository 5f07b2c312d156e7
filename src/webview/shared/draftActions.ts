import { button, h, icon } from './dom';

export interface DraftActionsOptions {
  isChanged: boolean;
  /** How many fields are wrong. */
  wrong: number;
  /** What is possible and hardly meant. */
  warnings: readonly string[];
  busy: boolean;
  /** What a review shows, for the button. */
  shows: string;
  /** What has not been done before a review, in words. */
  before: string;
  onReview: () => void;
  onUndo: () => void;
}

/** Whether there is something to be reviewed, and what it is about. */
export function draftActions(options: DraftActionsOptions): HTMLElement[] {
  const { isChanged, wrong, warnings, busy, shows, before, onReview, onUndo } = options;
  const hindrance = hindranceOf(isChanged, wrong);
  return [
    ...(isChanged ? warnings : []).map((text) =>
      h('p', { class: 'advice' }, icon('warning', 'inline'), text),
    ),
    h(
      'div',
      { class: 'actions', role: 'group', 'aria-label': 'Your changes' },
      button('Review the Change…', onReview, {
        icon: 'diff',
        primary: hindrance === undefined,
        disabled: busy || hindrance !== undefined,
        title: hindrance ?? shows,
        id: 'review-change',
      }),
      button('Undo Changes', onUndo, { icon: 'discard', disabled: busy || !isChanged, id: 'undo' }),
      h('p', { class: 'muted hindrance' }, hindrance ?? before),
    ),
  ];
}

/** Why a change can't be reviewed; undefined where it can. */
function hindranceOf(isChanged: boolean, wrong: number): string | undefined {
  if (!isChanged) return 'Nothing has been changed.';
  if (wrong === 0) return undefined;
  return `${wrong === 1 ? 'One field is' : `${wrong} fields are`} not right yet.`;
}
