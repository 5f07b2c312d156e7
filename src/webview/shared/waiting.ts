import type { ProgressUpdate } from '../../core/ports';
import type { FileRequest, FileState } from '../../protocol/fileMessages';
import { button, h, icon } from './dom';
import { bytesText, countText } from './format';

type Send = (request: FileRequest) => void;
type Waiting = Exclude<FileState<unknown>, { kind: 'shown' }>;

/** Figures of a progress: `48.2 MB of 112 MB`. */
export function progressText({ done, total, unit }: ProgressUpdate): string {
  if (done === undefined) return '';
  if (unit === 'percent') return `${Math.floor(done)} %`;
  const text = unit === 'records' ? countText : bytesText;
  return total === undefined ? text(done) : `${text(done)} of ${text(total)}`;
}

/**
 * What stands in place of a file that is not there to be shown: yet, or without help.
 *
 * @param what the file is, e.g. `snapshot`
 */
export function waiting(
  name: string,
  what: string,
  state: Waiting,
  send: Send,
): { element: HTMLElement; setProgress: (progress: ProgressUpdate) => void } {
  if (state.kind === 'reading') return reading(name, state.progress, send);
  const { iconName, title, text, actions } = words(what, state, send);
  const element = h(
    'div',
    { class: `waiting ${state.kind}` },
    icon(iconName, 'large'),
    h('h1', {}, title),
    h('p', { class: 'muted' }, name),
    ...text.map((line) => h('p', {}, line)),
    h('div', { class: 'actions' }, ...actions),
  );
  return { element, setProgress: () => undefined };
}

function words(what: string, state: Exclude<Waiting, { kind: 'reading' }>, send: Send) {
  switch (state.kind) {
    case 'locked': {
      const passphrase = state.by === 'passphrase';
      const wrong = passphrase
        ? 'The passphrase given does not open it.'
        : 'The private key given does not open it.';
      return {
        iconName: 'lock',
        title: `This ${what} is encrypted`,
        text: [
          ...(state.wrong ? [wrong] : []),
          passphrase
            ? 'Give the passphrase it was made with to see what is in it. It is asked by the editor and stays in memory.'
            : 'Give a private key of one of its recipients to see what is in it.',
        ],
        actions: [
          button(
            passphrase ? 'Enter passphrase…' : 'Choose private key…',
            () => send({ type: 'unlock' }),
            { icon: 'key', primary: true, id: 'unlock' },
          ),
        ],
      };
    }
    case 'cancelled':
      return {
        iconName: 'circle-slash',
        title: 'Reading was cancelled',
        text: ['Nothing was changed.'],
        actions: [
          button('Read it', () => send({ type: 'read' }), { icon: 'refresh', primary: true }),
        ],
      };
    case 'failed':
      return {
        iconName: 'error',
        title: 'This file can’t be shown',
        text: [state.error.message, state.error.next],
        actions: [
          button('Try again', () => send({ type: 'read' }), { icon: 'refresh', primary: true }),
          button('Show log', () => send({ type: 'showLog' }), { icon: 'output' }),
        ],
      };
  }
}

function reading(name: string, progress: ProgressUpdate | undefined, send: Send) {
  const phase = h('p', { class: 'phase' });
  const amount = h('p', { class: 'muted amount' });
  const meter = h('progress', { 'aria-label': `Reading ${name}` });
  const setProgress = (update: ProgressUpdate): void => {
    phase.textContent = update.phase;
    amount.textContent = progressText(update);
    if (update.done === undefined || update.total === undefined || update.total === 0) {
      meter.removeAttribute('value');
      return;
    }
    meter.max = update.total;
    meter.value = update.done;
  };
  setProgress(progress ?? { phase: 'Reading' });
  const element = h(
    'div',
    { class: 'waiting reading' },
    h('h1', {}, name),
    phase,
    meter,
    amount,
    h(
      'div',
      { class: 'actions' },
      button('Cancel', () => send({ type: 'cancel' }), { icon: 'close' }),
    ),
  );
  return { element, setProgress };
}
