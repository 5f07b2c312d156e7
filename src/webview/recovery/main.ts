import '../shared/base.css';
import './recovery.css';
import type { Recovery, RecoveryStep } from '../../core/recovery';
import type {
  RecoveryReply,
  RecoveryRequest,
  ShownRecovery,
} from '../../protocol/recoveryMessages';
import { keepAges } from '../shared/ages';
import { button, h } from '../shared/dom';
import { ageText } from '../shared/format';
import { connectHost } from '../shared/host';
import { PageFrame } from '../shared/pageFrame';
import { banner } from '../shared/told';
import { stepItem } from './step';
import type { StepActions } from './step';
import { activity, currentStep, verdict } from './words';

const host = connectHost<RecoveryRequest, RecoveryReply, Record<string, never>>();
const frame = new PageFrame();

/** What the person has opened or typed, by step: it outlives drawing the page anew. */
const opened = new Map<string, boolean>();
const answers = new Map<string, Record<string, string>>();
let lastCurrent: string | undefined;
/** Where the keyboard was last: what is there may be disabled for a while, or have gone. */
let place = '';

const actions: StepActions = {
  take: (step, given) => host.send({ type: 'take', step: step.id, answers: given }),
  handover: (step) => host.send({ type: 'handover', step: step.id }),
  copy: (step, command) =>
    host.send({ type: 'copy', step: step.id, ...(command === undefined ? {} : { command }) }),
};

function show(shown: ShownRecovery): void {
  const { walk } = shown;
  // What was typed for one engine is not meant for the next.
  if (shown.taken !== undefined) answers.clear();
  const scroll = window.scrollY;
  const focused = document.activeElement?.id ?? '';
  // One button takes the other's place.
  if (focused !== '') place = focused === 'cancel' ? 'refresh' : focused;
  const told = activity(shown);
  const parts: (HTMLElement | undefined)[] = [
    head(shown),
    walk && banner(verdict(walk), 'verdict'),
    told && banner(told, 'activity'),
    walk && steps(shown),
  ];
  frame.main.replaceChildren(...parts.filter((part) => part !== undefined));
  window.scrollTo(0, scroll);
  const current = walk && currentStep(walk)?.id;
  const moved = lastCurrent !== undefined && current !== lastCurrent && shown.busy === undefined;
  if (shown.busy === undefined) lastCurrent = current;
  // After a step the keyboard goes on where the walk does; else it stays where it was.
  if (moved) {
    const next = frame.main.querySelector<HTMLElement>('.step.current .step-head');
    next?.focus();
    next?.scrollIntoView({ block: 'nearest' });
    place = '';
  } else if (place !== '') {
    const control = document.getElementById(place) ?? document.getElementById('cancel');
    control?.focus({ preventScroll: true });
  }
  const said = told ?? (walk && verdict(walk));
  if (said !== undefined) frame.say(`${said.title}. ${said.text}`);
}

/** What was seen is what one reads first, until all is well. */
function isOpenAtFirst(step: RecoveryStep, walk: Recovery): boolean {
  return step.state === 'next' || (step.id === 'look' && walk.state !== 'healthy');
}

function head({ cluster, at, busy }: ShownRecovery): HTMLElement {
  const buttons =
    busy === undefined || busy.kind === 'asked'
      ? button('Refresh', () => host.send({ type: 'refresh' }), {
          icon: 'refresh',
          id: 'refresh',
          disabled: busy !== undefined,
        })
      : button('Cancel', () => host.send({ type: 'cancel' }), {
          icon: 'circle-slash',
          id: 'cancel',
        });
  return h(
    'header',
    { class: 'head' },
    h(
      'div',
      { class: 'title' },
      h('h1', {}, `Recover cluster: ${cluster}`),
      at !== undefined &&
        h(
          'p',
          { class: 'muted' },
          'Seen ',
          h('span', { 'data-age': at }, ageText(at)),
          '. The page can be left and opened again at any time: nothing is remembered, all is looked at anew.',
        ),
    ),
    h('div', { class: 'actions', role: 'group', 'aria-label': 'Actions' }, buttons),
  );
}

function steps({ walk, busy }: ShownRecovery): HTMLElement | undefined {
  if (walk === undefined) return undefined;
  const current = currentStep(walk);
  return h(
    'ol',
    { class: 'walk', 'aria-label': 'Steps' },
    ...walk.steps.map((step) => {
      const known = answers.get(step.id) ?? {};
      answers.set(step.id, known);
      return stepItem(
        step,
        {
          current: step === current,
          busy: busy !== undefined,
          open: opened.get(step.id) ?? isOpenAtFirst(step, walk),
          answers: known,
        },
        actions,
        (open) => opened.set(step.id, open),
      );
    }),
  );
}

host.listen((reply) => show(reply.shown));

keepAges(30_000);

host.send({ type: 'ready' });
