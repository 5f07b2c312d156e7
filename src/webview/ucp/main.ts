import '../shared/base.css';
import '../shared/file.css';
import './ucp.css';
import type { ArchiveAction, FilePageQuery, FileRows } from '../../protocol/archiveMessages';
import type { ShownUcpArchive, UcpReply, UcpRequest } from '../../protocol/ucpMessages';
import { FilePage } from '../shared/filePage';
import { FIRST_VIEW, filesSection } from '../shared/files';
import type { FilesView } from '../shared/files';
import { counted } from '../shared/format';
import { connectHost } from '../shared/host';
import { Questions } from '../shared/questions';
import { figuresList } from '../shared/verdict';
import { header, verdictSection } from './header';
import { identitySection } from './identity';
import { ruleSection } from './rule';
import type { TableView } from '../shared/sortedTable';
import { certificatesSection, volumesSection } from './tables';
import { highlights, isReadWhole } from './words';

/** What the person set, kept while the page is hidden. */
interface View {
  volumes: TableView;
  certificates: TableView;
  files: FilesView;
  scroll: number;
}

const host = connectHost<UcpRequest, UcpReply, View>();
const view: View = {
  volumes: { filter: '', sort: { by: 'name', descending: false } },
  certificates: { filter: '', sort: { by: 'expires', descending: false } },
  files: FIRST_VIEW,
  scroll: 0,
  ...host.state(),
};
const send = (request: UcpRequest) => host.send(request);
const questions = new Questions<FilePageQuery, FileRows>((id, query) =>
  send({ type: 'files', id, query }),
);

const page = new FilePage<ShownUcpArchive, ArchiveAction>({
  what: 'backup',
  send,
  scroll: () => view.scroll,
  onScroll: (scroll) => keep({ scroll }),
  show: showArchive,
});
const announce = (text: string): void => page.announce(text);

function showArchive(name: string, archive: ShownUcpArchive) {
  const now = new Date();
  const head = header(name, archive, send);
  const { volumes, rule, unlisted } = archive;
  const isUcp = volumes.length > 0;
  const files = isUcp
    ? filesSection<null>({
        id: 'files',
        title: 'Files',
        aside:
          counted(rule.files, 'file') +
          (unlisted === undefined ? '' : `, ${counted(unlisted, 'entry', 'entries')} not listed`),
        contents: [null],
        nameOf: () => 'the backup',
        view: view.files,
        ask: (_, query) => questions.ask(query),
        onChange: (changed) => keep({ files: changed }),
        announce,
      })
    : undefined;
  const table = (id: 'volumes' | 'certificates') => ({
    view: view[id],
    onChange: (changed: TableView) => keep({ [id]: changed }),
    announce,
  });
  const parts: (HTMLElement | undefined)[] = [
    head.element,
    verdictSection(archive, send),
    isUcp ? figuresList(highlights(archive, now)) : undefined,
    isUcp || archive.error?.code !== 'snapshot.notUcp' ? identitySection(archive) : undefined,
    isUcp ? ruleSection(rule, isReadWhole(archive)) : undefined,
    volumesSection(archive, (volume) => files?.search(`${volume.name}/`), table('volumes')),
    certificatesSection(archive, now, table('certificates')),
    files?.element,
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
