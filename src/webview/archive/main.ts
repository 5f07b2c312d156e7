import '../shared/base.css';
import '../shared/file.css';
import './archive.css';
import type {
  ArchiveAction,
  ArchiveReply,
  ArchiveRequest,
  FileQuery,
  FileRows,
  ShownArchive,
} from '../../protocol/archiveMessages';
import { FilePage } from '../shared/filePage';
import { connectHost } from '../shared/host';
import { definitionsSection } from './definitions';
import type { TableView } from './definitions';
import { filesSection } from './files';
import { figures, header, leftBanner, verdictBanner } from './header';
import { identitySection } from './identity';
import { otherColumns, serviceColumns, stacksList } from './services';

/** What the person set, kept while the page is hidden. */
interface View {
  services: TableView;
  others: TableView;
  files: string;
  scroll: number;
}

const host = connectHost<ArchiveRequest, ArchiveReply, View>();
const view: View = {
  services: { filter: '', sort: { by: 'name', descending: false } },
  others: { filter: '', sort: { by: 'kind', descending: false } },
  files: '',
  scroll: 0,
  ...host.state(),
};
const send = (request: ArchiveRequest) => host.send(request);

const questions = new Map<
  number,
  { resolve: (rows: FileRows) => void; reject: (error: Error) => void }
>();
let lastQuestion = 0;

function ask(query: FileQuery): Promise<FileRows> {
  const id = ++lastQuestion;
  return new Promise((resolve, reject) => {
    questions.set(id, { resolve, reject });
    send({ type: 'files', id, query });
  });
}

const page = new FilePage<ShownArchive, ArchiveAction>({
  what: 'backup',
  send,
  scroll: () => view.scroll,
  onScroll: (scroll) => keep({ scroll }),
  show: showArchive,
});
const announce = (text: string): void => page.announce(text);

function showArchive(name: string, archive: ShownArchive) {
  const head = header(name, archive, send);
  const { definitions, contents } = archive;
  const services = definitions.filter(({ kind }) => kind === 'service');
  const others = definitions.filter(({ kind }) => kind !== 'service' && kind !== 'volume');
  const stacks = stacksList(archive, send);
  const parts: (HTMLElement | undefined)[] = [
    head.element,
    verdictBanner(archive),
    leftBanner(archive),
    figures(archive),
    identitySection(archive),
    services.length === 0
      ? undefined
      : definitionsSection(
          {
            id: 'services',
            title: 'Stacks and services',
            noun: ['service', 'services'],
            definitions: services,
            columns: serviceColumns,
            placeholder: 'Filter by name, image, mount, network …',
            view: view.services,
            onChange: (changed) => keep({ services: changed }),
            send,
            announce,
          },
          stacks,
        ),
    filesSection({
      contents,
      filter: view.files,
      ask,
      onFilter: (files) => keep({ files }),
      onOpen: ({ id = '' }) => send({ type: 'openText', of: id, as: 'json' }),
      onCompare: ({ id = '' }) => send({ type: 'compare', of: id }),
      announce,
    }),
    others.length === 0
      ? undefined
      : definitionsSection({
          id: 'others',
          title: 'Other definitions',
          noun: ['definition', 'definitions'],
          definitions: others,
          columns: otherColumns,
          placeholder: 'Filter by name or kind',
          view: view.others,
          onChange: (changed) => keep({ others: changed }),
          send,
          announce,
        }),
  ];
  return { parts, setNotice: head.setNotice };
}

function keep(change: Partial<View>): void {
  Object.assign(view, change);
  host.keep(view);
}

host.listen((reply) => {
  if (reply.type !== 'files' && reply.type !== 'filesFailed') {
    page.receive(reply);
    return;
  }
  const question = questions.get(reply.id);
  questions.delete(reply.id);
  if (reply.type === 'files') question?.resolve(reply.rows);
  else question?.reject(new Error(reply.error.message));
});

send({ type: 'ready' });
