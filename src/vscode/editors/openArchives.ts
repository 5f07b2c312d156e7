import type { ArchiveDocument } from './archiveDocument';

/** Archives that are open in this window: what is asked of one need not read its file again. */
const open = new Set<ArchiveDocument>();

/** Keeps a document until it is closed. */
export function keepOpen(document: ArchiveDocument): ArchiveDocument {
  open.add(document);
  document.onDidDispose(() => open.delete(document));
  return document;
}

/** The document of a file that was read and is open. */
export function openArchive(path: string): ArchiveDocument | undefined {
  return [...open].find(({ uri, state }) => uri.fsPath === path && state.kind === 'shown');
}
