import '../shared/base.css';
import '../shared/file.css';
import './inspect.css';
import type { KeyRows } from '../../compose/inspections';
import type {
  InspectAction,
  InspectReply,
  InspectRequest,
  ShownSnapshot,
  Sort,
  SortedKeyQuery,
} from '../../protocol/inspectMessages';
import { FilePage } from '../shared/filePage';
import { connectHost } from '../shared/host';
import { figuresList } from '../shared/verdict';
import { header, verdictSection } from './header';
import { identitySection, serversSection } from './identity';
import { keysSection } from './keys';
import type { KeyView } from './keyTree';
import { recordTypes } from './recordTypes';
import { highlights, isReadable } from './words';

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

const questions = new Map<
  number,
  { resolve: (rows: KeyRows) => void; reject: (error: Error) => void }
>();
let lastQuestion = 0;
let afterKeys: () => void = () => undefined;

function ask(query: SortedKeyQuery): Promise<KeyRows> {
  const id = ++lastQuestion;
  return new Promise((resolve, reject) => {
    questions.set(id, { resolve, reject });
    send({ type: 'keys', id, query });
  });
}

const page = new FilePage<ShownSnapshot, InspectAction>({
  what: 'snapshot',
  send,
  scroll: () => view.scroll,
  onScroll: (scroll) => keep({ scroll }),
  show: showSnapshot,
});

function showSnapshot(name: string, snapshot: ShownSnapshot) {
  const { report, product } = snapshot;
  const head = header(name, snapshot, send, () => {
    send({ type: 'copyJson', query: { ...view.keys, limit: Number.MAX_SAFE_INTEGER } });
  });
  const parts: (HTMLElement | undefined)[] = [
    head.element,
    verdictSection(snapshot),
    figuresList(highlights(report.counts)),
    identitySection(snapshot),
    serversSection(snapshot),
  ];
  if (report.stats.length > 0) {
    parts.push(recordTypes(report.stats, report.totalSize, view.types, (types) => keep({ types })));
  }
  if (isReadable(product)) {
    const count = report.counts['KVS'] ?? 0;
    const onChange = (keys: KeyView) => keep({ keys });
    const announce = (text: string): void => page.announce(text);
    parts.push(keysSection({ view: view.keys, count, ask, onChange, announce }));
  }
  // The rows of keys, which come later, make the page as long as it was.
  const { scroll } = view;
  afterKeys = () => setTimeout(() => window.scrollTo(0, scroll));
  return { parts, setNotice: head.setNotice };
}

function keep(change: Partial<View>): void {
  Object.assign(view, change);
  host.keep(view);
}

host.listen((reply) => {
  if (reply.type !== 'keys' && reply.type !== 'keysFailed') {
    page.receive(reply);
    return;
  }
  const question = questions.get(reply.id);
  questions.delete(reply.id);
  if (reply.type === 'keysFailed') question?.reject(new Error(reply.error.message));
  else {
    question?.resolve(reply.rows);
    afterKeys();
    afterKeys = () => undefined;
  }
});

send({ type: 'ready' });
