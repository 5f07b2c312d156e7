import { randomInt } from 'node:crypto';
import { coreErrors } from '../core/errors';
import type { ErrorInfo } from '../core/errors';
import type { Verification } from '../core/model';
import type { DecryptionSecrets, RunContext, SnapshotReport } from '../core/ports';
import type { ListedDefinition } from '../snapshots/swarm/definitionFacts';
import type { FileIndex, FileQuery, FileRow } from '../snapshots/tar/fileIndex';
import type {
  ContentSummary,
  Definition,
  SwarmManifest,
  SwarmSummary,
} from '../snapshots/swarm/layout';
import { openSource } from './parts';
import type { SourceRef } from './parts';
import { readThrough } from './readThrough';

/** A volume, or the Raft folder, as an archive holds it. */
export interface ArchiveContent extends Omit<ContentSummary, 'sha256'> {
  /** `volume/<node>/<name>`; absent for the Raft folder. */
  id?: string;
  node: string;
  name: string;
  driver?: string;
  stack?: string;
  services: string[];
  /** Services that were held at zero while it was read. */
  stopped?: string[];
  /** False where the archive ends or breaks before its end. */
  whole: boolean;
  /** Files that are counted but not listed, as there are too many. */
  unlisted?: number;
}

/** What an opened archive shows. */
export interface OpenedArchive {
  /** For further questions about the same archive. */
  session: number;
  name: string;
  /** Bytes as stored. */
  size: number;
  encryption: { kind: 'none' | 'passphrase' | 'openpgp'; keyIds: string[] };
  report: SnapshotReport;
  /** Absent where a damaged archive did not yield it. */
  manifest?: SwarmManifest;
  summary?: SwarmSummary;
  definitions: ListedDefinition[];
  /** Stacks that are also there as Compose files. */
  stacks: string[];
  contents: ArchiveContent[];
  verification: Verification;
  /** Set for a damaged archive: what is wrong with it. The rest is what could be read. */
  error?: ErrorInfo;
}

/** Looking into swarm archives; one reading answers all questions. */
export interface Archives {
  /** @throws `core.needsPassphrase`, `core.needsKey`, `openpgp.wrongPassphrase` */
  archiveOpen(
    p: { source: SourceRef; decryption: DecryptionSecrets },
    c: RunContext,
  ): Promise<OpenedArchive>;
  /** A folder of a volume. @param folder as in `contents` */
  archiveFiles(
    p: FileQuery & { session: number; folder: string },
    c: RunContext,
  ): Promise<{ rows: FileRow[]; total: number }>;
  /**
   * A text of the archive. Its bytes exactly: `json` the definition of that id, `compose` the stack of that name (or
   * the stack a definition belongs to). `portable`: the definition in the words of `liveText`, to compare the two.
   *
   * @throws `core.unknownBackup` where there is no such text
   */
  archiveText(
    p: { session: number; id: string; as: 'json' | 'compose' | 'portable' },
    c: RunContext,
  ): Promise<string>;
  archiveClose(p: { session: number }, c: RunContext): Promise<void>;
}

interface Session {
  files: Map<string, FileIndex>;
  texts: Map<string, Buffer>;
  stacks: Map<string, string>;
  definitions: ListedDefinition[];
}

/** Archives of one thread; sessions live as long as it. */
export function createArchives(): Archives {
  const sessions = new Map<number, Session>();
  // Threads come and go: an id of an ended one must not name another file in the next.
  let lastSession = randomInt(2 ** 40);
  const find = (id: number): Session => {
    const session = sessions.get(id);
    if (session !== undefined) return session;
    throw coreErrors.unknownBackup({
      message: 'This archive is not open any more.',
      next: 'Open it again.',
    });
  };
  return {
    async archiveOpen(request, context) {
      const { session, ...opened } = await read(request, context);
      const id = ++lastSession;
      sessions.set(id, session);
      return { session: id, ...opened };
    },

    // eslint-disable-next-line @typescript-eslint/require-await -- what it throws has to reject
    async archiveFiles({ session, folder, ...query }) {
      return find(session).files.get(folder)?.query(query) ?? { rows: [], total: 0 };
    },

    async archiveText({ session: id, id: of, as }) {
      const session = find(id);
      const stack = session.definitions.find((definition) => definition.id === of)?.stack ?? of;
      const json = session.texts.get(of)?.toString('utf8');
      const text =
        as === 'compose'
          ? session.stacks.get(stack)
          : as === 'json' || json === undefined
            ? json
            : await portableOf(session, of);
      if (text !== undefined) return text;
      throw coreErrors.unknownBackup({
        message:
          as === 'compose'
            ? `The archive holds no Compose file of ${of}.`
            : `The archive holds no definition of ${of}.`,
        next: 'Choose one of those that are listed.',
      });
    },

    archiveClose({ session }) {
      sessions.delete(session);
      return Promise.resolve();
    },
  };
}

/** A definition in a form that compares with that of a cluster: names in place of ids. */
async function portableOf(session: Session, id: string): Promise<string | undefined> {
  const { fromJson } = await import('../snapshots/swarm/json');
  const { nameMapOf, portable, portableText } = await import('../snapshots/swarm/portable');
  const all = session.definitions.map((listed): Definition => ({
    ...listed,
    value: fromJson(session.texts.get(listed.id)?.toString('utf8') ?? '{}') as Definition['value'],
  }));
  const definition = all.find((one) => one.id === id);
  return definition && portableText(portable(definition, nameMapOf(all)));
}

/** Reads an archive to its end; damage is part of the result. */
async function read(
  { source, decryption }: { source: SourceRef; decryption: DecryptionSecrets },
  context: RunContext,
): Promise<Omit<OpenedArchive, 'session'> & { session: Session }> {
  const { SwarmChecker } = await import('../snapshots/swarm/checker');
  const { FileIndex } = await import('../snapshots/tar/fileIndex');
  const { listDefinitions } = await import('../snapshots/swarm/definitionFacts');
  const definitions: Definition[] = [];
  const session: Session = {
    files: new Map(),
    texts: new Map(),
    stacks: new Map(),
    definitions: [],
  };
  let index = new FileIndex();
  const checker = new SwarmChecker({
    definition: (definition, text) => {
      definitions.push(definition);
      session.texts.set(definition.id, text);
    },
    stack: (name, yaml) => session.stacks.set(name, yaml),
    contentBegin: (folder) => {
      index = new FileIndex();
      session.files.set(folder, index);
    },
    entry: (entry) => index.add(entry),
  });
  const stored = await openSource(source, context.log);
  const told = await readThrough(stored, decryption, checker, context);
  session.definitions = listDefinitions(definitions);
  const { manifest, summary } = checker;
  return {
    session,
    name: stored.name,
    size: stored.size,
    report: checker.partial(),
    ...(manifest === undefined ? {} : { manifest }),
    ...(summary === undefined ? {} : { summary }),
    definitions: session.definitions,
    stacks: [...session.stacks.keys()],
    contents: checker.contents.map((content) => shownContent(content, manifest, session)),
    ...told,
  };
}

function shownContent(
  content: Omit<ContentSummary, 'sha256'> & { whole: boolean },
  manifest: SwarmManifest | undefined,
  session: Session,
): ArchiveContent {
  const left = session.files.get(content.folder)?.left ?? 0;
  const unlisted = left === 0 ? {} : { unlisted: left };
  const volume = manifest?.volumes.find(({ folder }) => folder === content.folder);
  if (volume === undefined) {
    return {
      ...content,
      ...unlisted,
      node: manifest?.raft?.node ?? '',
      name: 'raft',
      services: [],
    };
  }
  const { id, node, name, driver, stack, services, stopped } = volume;
  return {
    ...content,
    ...unlisted,
    ...{ id, node, name, driver, services },
    ...(stack === undefined ? {} : { stack }),
    ...(stopped === undefined ? {} : { stopped }),
  };
}
