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
import { FIRST_VIEW, filesSection } from '../shared/files';
import type { FilesView } from '../shared/files';
import { counted } from '../shared/format';
import { connectHost } from '../shared/host';
import { Questions } from '../shared/questions';
import type { TableView } from '../shared/sortedTable';
import { figuresList } from '../shared/verdict';
import { definitionsSection } from './definitions';
import { header, leftBanner, verdictSection } from './header';
import { identitySection } from './identity';
import { otherColumns, serviceColumns, stacksList } from './services';
import { volumeRow } from './volumes';
import type { Content } from './volumes';
import { highlights } from './words';

/** What the person set, kept while the page is hidden. */
interface View {
  services: TableView;
  others: TableView;
  fileView: FilesView;
  scroll: number;
}

const host = connectHost<ArchiveRequest, ArchiveReply, View>();
const view: View = {
  services: { filter: '', sort: { by: 'name', descending: false } },
  others: { filter: '', sort: { by: 'kind', descending: false } },
  fileView: FIRST_VIEW,
  scroll: 0,
  ...host.state(),
};
const send = (request: ArchiveRequest) => host.send(request);

const questions = new Questions<FileQuery, FileRows>((id, query) =>
  send({ type: 'files', id, query }),
);

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
    verdictSection(archive),
    leftBanner(archive),
    figuresList(highlights(archive)),
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
    contents.length === 0
      ? undefined
      : filesSection<Content>({
          id: 'volumes',
          title: 'Volumes and their files',
          aside: counted(contents.length, 'volume'),
          contents,
          nameOf: ({ name: volume }) => volume,
          volume: (content) =>
            volumeRow(
              content,
              ({ id = '' }) => send({ type: 'openText', of: id, as: 'json' }),
              ({ id = '' }) => send({ type: 'compare', of: id }),
            ),
          view: view.fileView,
          ask: ({ folder }, query) => questions.ask({ folder, ...query }),
          onChange: (fileView) => keep({ fileView }),
          announce,
        }).element,
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
  if (reply.type === 'files') questions.answer(reply.id, reply.rows);
  else if (reply.type === 'filesFailed') questions.fail(reply.id, reply.error.message);
  else page.receive(reply);
});

send({ type: 'ready' });
