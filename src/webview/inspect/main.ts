import '../shared/base.css';
import './inspect.css';
import type { KeyRows } from '../../compose/inspections';
import type {
  InspectNotice,
  InspectReply,
  InspectRequest,
  InspectState,
  ShownSnapshot,
  Sort,
  SortedKeyQuery,
} from '../../protocol/inspectMessages';
import { h } from '../shared/dom';
import { ageText } from '../shared/format';
import { connectHost } from '../shared/host';
import { figures, fileNotice, header, verdictBanner } from './header';
import { identitySection, serversSection } from './identity';
import { keysSection } from './keys';
import type { KeyView } from './keyTree';
import { recordTypes } from './recordTypes';
import { waiting } from './waiting';
import { isReadable } from './words';

/** What the person set, kept while the page is hidden. */
interface View {
  keys: KeyView;
  types: Sort;
  scroll: number;
}

const host = connectHost<InspectRequest, InspectReply, View>();
const view: View = {
  keys: { depth: 2, filter: '', sort: { by: 'sum', descending: true } },
  types: { by: 'sum', descending: true },
  scroll: 0,
  ...host.state(),
};
const send = (request: InspectRequest) => host.send(request);

const live = h('div', { class: 'hidden', role: 'status', 'aria-live': 'polite' });
const notices = h('div');
const main = h('main');
document.body.append(live, notices, main);

const announce = (text: string): void => {
  live.textContent = text;
};

const questions = new Map<
  number,
  { resolve: (rows: KeyRows) => void; reject: (error: Error) => void }
>();
let lastQuestion = 0;
let setProgress: ReturnType<typeof waiting>['setProgress'] = () => undefined;
let afterKeys: () => void = () => undefined;
let setHeaderNotice: (notice: InspectNotice) => void = () => undefined;

function ask(query: SortedKeyQuery): Promise<KeyRows> {
  const id = ++lastQuestion;
  return new Promise((resolve, reject) => {
    questions.set(id, { resolve, reject });
    send({ type: 'keys', id, query });
  });
}

function show(name: string, state: InspectState): void {
  setProgress = setHeaderNotice = () => undefined;
  main.setAttribute('aria-busy', String(state.kind === 'reading'));
  if (state.kind === 'shown') {
    showSnapshot(name, state.snapshot);
    return;
  }
  const shown = waiting(name, state, send);
  setProgress = shown.setProgress;
  main.replaceChildren(shown.element);
  const said = {
    reading: 'Reading',
    locked: 'Encrypted',
    cancelled: 'Cancelled',
    failed: 'Failed',
  };
  announce(`${said[state.kind]}: ${name}`);
}

function showSnapshot(name: string, snapshot: ShownSnapshot): void {
  const { report, product } = snapshot;
  const head = header(name, snapshot, send, () => {
    send({ type: 'copyJson', query: { ...view.keys, limit: Number.MAX_SAFE_INTEGER } });
  });
  setHeaderNotice = head.setNotice;
  const parts: (HTMLElement | undefined)[] = [
    head.element,
    verdictBanner(snapshot),
    figures(report.counts),
    identitySection(snapshot),
    serversSection(snapshot),
  ];
  if (report.stats.length > 0) {
    parts.push(recordTypes(report.stats, report.totalSize, view.types, (types) => keep({ types })));
  }
  if (isReadable(product)) {
    const count = report.counts['KVS'] ?? 0;
    const onChange = (keys: KeyView) => keep({ keys });
    parts.push(keysSection({ view: view.keys, count, ask, onChange, announce }));
  }
  main.replaceChildren(...parts.filter((part) => part !== undefined));
  scrollBack();
  announce(`${name} is shown.`);
}

/** Where the person was; the rows of keys, which come later, make the page as long as it was. */
function scrollBack(): void {
  const { scroll } = view;
  window.scrollTo(0, scroll);
  afterKeys = () => setTimeout(() => window.scrollTo(0, scroll));
}

function keep(change: Partial<View>): void {
  Object.assign(view, change);
  host.keep(view);
}

function showNotice(notice: InspectNotice): void {
  const shown = fileNotice(notice, send);
  notices.replaceChildren(...(shown === undefined ? [] : [shown]));
  setHeaderNotice(notice);
}

host.listen((reply) => {
  if (reply.type === 'state') {
    show(reply.name, reply.state);
    showNotice(reply.notice);
  } else if (reply.type === 'progress') {
    setProgress(reply.progress);
  } else if (reply.type === 'notice') {
    showNotice(reply.notice);
  } else {
    const question = questions.get(reply.id);
    questions.delete(reply.id);
    if (reply.type === 'keysFailed') question?.reject(new Error(reply.error.message));
    else {
      question?.resolve(reply.rows);
      afterKeys();
      afterKeys = () => undefined;
    }
  }
});

let scrolled: ReturnType<typeof setTimeout> | undefined;
window.addEventListener('scroll', () => {
  clearTimeout(scrolled);
  scrolled = setTimeout(() => keep({ scroll: window.scrollY }), 200);
});

// Ages grow while the page stays open.
setInterval(() => {
  for (const element of document.querySelectorAll<HTMLElement>('[data-age]')) {
    element.textContent = ageText(element.dataset['age'] ?? '');
  }
}, 60_000);

send({ type: 'ready' });
