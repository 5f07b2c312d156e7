import { applyEdits, modify, parseTree, findNodeAtLocation } from 'jsonc-parser';
import type { JSONPath } from 'jsonc-parser';
import { configErrors } from './configErrors';

const EMPTY = `{
  // Clusters and where their backups are kept. Secrets are references, never values.
  "clusters": {}
}
`;

/** Changes one value; comments and layout of the rest stay as they are. `undefined` removes it. */
export function editConfig(text: string, path: JSONPath, value: unknown): string {
  const base = text.trim() === '' ? EMPTY : text;
  const edits = modify(base, path, value, { formattingOptions: layoutOf(base) });
  return applyEdits(base, edits);
}

/**
 * Adds a cluster's entry.
 *
 * @throws `config.nameTaken` when the file has one of that name
 */
export function addCluster(text: string, name: string, entry: Record<string, unknown>): string {
  const tree = parseTree(text);
  if (tree !== undefined && findNodeAtLocation(tree, ['clusters', name]) !== undefined) {
    throw configErrors.nameTaken({ message: `The file already has a cluster named "${name}".` });
  }
  return editConfig(text, ['clusters', name], entry);
}

function layoutOf(text: string) {
  const indent = /^([ \t]+)\S/m.exec(text)?.[1] ?? '  ';
  return {
    insertSpaces: !indent.startsWith('\t'),
    tabSize: indent.startsWith('\t') ? 4 : indent.length,
    eol: text.includes('\r\n') ? '\r\n' : '\n',
  };
}
