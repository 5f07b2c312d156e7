import { applyEdits, format, modify, parseTree, findNodeAtLocation } from 'jsonc-parser';
import type { Edit, JSONPath } from 'jsonc-parser';
import { configErrors } from './configErrors';

const EMPTY = `{
  // Clusters and where their backups are kept. Secrets are references, never values.
  "clusters": {}
}
`;

/** Changes one value; comments and layout of the rest stay as they are. `undefined` removes it. */
export function editConfig(text: string, path: JSONPath, value: unknown): string {
  const base = text.trim() === '' ? EMPTY : text;
  const [bare, ...more] = modify(base, path, value, {});
  if (bare !== undefined && more.length === 0) {
    const after = value === undefined ? without(base, path) : insertedAfterComment(base, bare);
    if (after !== undefined) return after;
  }
  const edits = modify(base, path, value, { formattingOptions: layoutOf(base) });
  return applyEdits(base, edits);
}

/** What follows on the line of the last field or row: a comment that belongs to it, perhaps after a comma. */
const REMARK = /^(,?)([ \t]*(?:\/\/[^\r\n]*|\/\*[^\r\n]*?\*\/))[ \t]*(?=[\r\n])/;

/**
 * Without a field or a row of several, and the comment behind it on its line. What stands on other lines stays: the
 * library would lay the neighbours out anew and mix their comments up.
 */
function without(base: string, path: JSONPath): string | undefined {
  const tree = parseTree(base, [], { allowTrailingComma: true });
  const value = tree && findNodeAtLocation(tree, path);
  const node = value?.parent?.type === 'property' ? value.parent : value;
  const siblings = node?.parent?.children ?? [];
  if (node === undefined || siblings.length < 2) return undefined;
  const end = node.offset + node.length;
  const [before, rest] = [base.slice(0, node.offset), base.slice(end)];
  const last = siblings.at(-1) === node;
  if (!last) return before + rest.replace(/^\s*,/, '').replace(REST_OF_LINE, '');
  const previous = siblings.at(-2);
  const from = (previous?.offset ?? 0) + (previous?.length ?? 0);
  const between = base.slice(from, node.offset).replace(/^\s*,/, '').trimEnd();
  const after = rest.replace(REMARK, '$1');
  const isOpen = /\/\/[^\r\n]*$/.test(between) && !/^[ \t]*\r?\n/.test(after);
  return base.slice(0, from) + between + (isOpen ? layoutOf(base).eol : '') + after;
}

/** A comment behind what went, and what leads to the next line's first word. */
const REST_OF_LINE = /^[ \t]*(?:\/\/[^\r\n]*|\/\*[^\r\n]*?\*\/)?[ \t]*(?:\r?\n[ \t]*)?/;

/** A further field or row comes below the comment of the one before: the library puts it in between. */
function insertedAfterComment(base: string, { offset, length, content }: Edit): string | undefined {
  const [whole, comma, remark] = REMARK.exec(base.slice(offset)) ?? [];
  if (whole === undefined || length > 0 || !content.startsWith(',')) return undefined;
  const layout = layoutOf(base);
  const before = `${base.slice(0, offset)},${remark ?? ''}${layout.eol}`;
  // The line's own indent: by it the layout of what comes is told.
  const indent = /[ \t]*(?=[^\r\n]*$)/.exec(base.slice(0, offset))?.[0] ?? '';
  const added = indent + content.slice(1).trim() + (comma ?? '');
  const text = before + added + base.slice(offset + whole.length);
  const range = { offset: before.length, length: added.length };
  return applyEdits(text, format(text, range, layout));
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
