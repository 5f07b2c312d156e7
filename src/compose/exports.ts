import type { ErrorInfo } from '../core/errors';
import { fromErrorInfo } from '../core/errors';
import type { Verification } from '../core/model';
import type { DecryptionSecrets, RunContext, SnapshotReport } from '../core/ports';
import { detectFile } from '../snapshots/detect';
import { formatOfFile, isTextFormat } from '../snapshots/formats';
import { manifestBeside } from '../vaults/folder/manifestBeside';
import { createArchives } from './archives';
import { openSource } from './parts';
import type { SourceRef } from './parts';
import { readThrough } from './readThrough';

/** A group, an app, a pod. */
export interface ExportItem {
  /** As in plans and on the command line. */
  id: string;
  kind: string;
  name: string;
}

/** What an export says: it is small enough to be held whole. */
export interface OpenedExport {
  name: string;
  /** Bytes as stored. */
  size: number;
  encryption: { kind: 'none' | 'passphrase' | 'openpgp'; keyIds: string[] };
  report: SnapshotReport;
  verification: Verification;
  /** When it was taken; absent for a damaged one. */
  created?: string;
  items: ExportItem[];
  /** Set for a damaged export: what is wrong with it. Nothing of it is told then. */
  error?: ErrorInfo;
}

/** Looking into what is kept as one text, and comparing objects of whatever format. */
export interface Exports {
  /** @throws `core.needsPassphrase`, `core.needsKey`, `openpgp.wrongPassphrase` */
  exportOpen(
    p: { source: SourceRef; decryption: DecryptionSecrets },
    c: RunContext,
  ): Promise<OpenedExport>;
  /** The whole text of an export, decrypted. @throws as `exportOpen`, and what is wrong with a damaged one */
  exportText(
    p: { source: SourceRef; decryption: DecryptionSecrets },
    c: RunContext,
  ): Promise<{ text: string; created: string }>;
  /**
   * One object of a backup or an export in the words of `liveText`; `text` is absent where it has none of that id.
   *
   * @throws as `exportText`
   */
  comparableText(
    p: { source: SourceRef; decryption: DecryptionSecrets; id: string },
    c: RunContext,
  ): Promise<{ text?: string; created?: string }>;
}

interface Request {
  source: SourceRef;
  decryption: DecryptionSecrets;
}

export function createExports(): Exports {
  return {
    async exportOpen(request, context) {
      const { document, ...opened } = await read(request, context);
      const { listed } = await import('../snapshots/marathon/tree');
      const items = document === undefined ? [] : [...listed(document.groups)];
      return {
        ...opened,
        ...(document === undefined ? {} : { created: document.takenAt }),
        items: items.map(({ id, kind, object }) => ({ id, kind, name: object.id })),
      };
    },

    async exportText(request, context) {
      const document = await whole(request, context);
      const { exportText } = await import('../snapshots/marathon/tree');
      return { text: exportText(document.groups, document), created: document.takenAt };
    },

    async comparableText({ id, ...request }, context) {
      if (!(await isExport(request, context))) return ofArchive({ id, ...request }, context);
      const document = await whole(request, context);
      const { objectText } = await import('../snapshots/marathon/tree');
      const text = objectText(document.groups, id);
      return { ...(text === undefined ? {} : { text }), created: document.takenAt };
    },
  };
}

/** Reads it to its end; damage is part of the result. */
async function read({ source, decryption }: Request, context: RunContext) {
  const { MarathonChecker } = await import('../snapshots/marathon/checker');
  const checker = new MarathonChecker();
  const stored = await openSource(source, context.log);
  const told = await readThrough(stored, decryption, checker, context);
  const { document } = checker;
  return {
    name: stored.name,
    size: stored.size,
    report: checker.partial(),
    ...told,
    document: told.error === undefined ? document : undefined,
  };
}

async function whole(request: Request, context: RunContext) {
  const { document, error } = await read(request, context);
  if (error !== undefined) throw fromErrorInfo(error);
  if (document === undefined) throw new Error('Neither whole nor damaged.');
  return document;
}

/** As its manifest says, or its bytes, or its name: one that is encrypted tells nothing else. */
async function isExport({ source }: Request, context: RunContext): Promise<boolean> {
  const stored = await openSource(source, context.log);
  if (source.kind !== 'file') return isTextFormat(stored.backup?.manifest.format);
  const stated = (await manifestBeside(source.path))?.format;
  const format = stated ?? (await detectFile(source.path)).id;
  return isTextFormat(format === 'openpgp' ? formatOfFile(source.path) : format);
}

/** Of an archive of definitions. */
async function ofArchive(
  { id, ...request }: Request & { id: string },
  context: RunContext,
): Promise<{ text?: string; created?: string }> {
  const archives = createArchives();
  const { session, definitions, manifest } = await archives.archiveOpen(request, context);
  const created = manifest === undefined ? {} : { created: manifest.created };
  if (!definitions.some((one) => one.id === id)) return created;
  return { text: await archives.archiveText({ session, id, as: 'portable' }, context), ...created };
}
