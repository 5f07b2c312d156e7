import type { ArchiveRequest } from '../../protocol/archiveMessages';
import { iconButton } from '../shared/dom';
import type { Child } from '../shared/dom';
import { sortedTable } from '../shared/sortedTable';
import type { SortedTable } from '../shared/sortedTable';
import { searchText } from './words';
import type { Definition } from './words';

/** A table of definitions: its columns, and how a row's cells are drawn. */
export type DefinitionTable = Omit<
  SortedTable<Definition>,
  'rows' | 'search' | 'foot' | 'actions' | 'before' | 'class'
> & {
  definitions: readonly Definition[];
  placeholder: string;
  send: (request: ArchiveRequest) => void;
};

/** A section with a table of definitions that can be sorted and filtered; each opens as text. */
export function definitionsSection(
  { definitions, placeholder, send, ...table }: DefinitionTable,
  before?: Child,
): HTMLElement {
  return sortedTable({
    ...table,
    rows: definitions,
    search: { placeholder, text: searchText },
    actions: (definition) => actions(definition, send),
    before,
    class: 'definitions',
  });
}

/** What can be done with a definition. */
function actions({ id, name }: Definition, send: (request: ArchiveRequest) => void): HTMLElement[] {
  return [
    iconButton('json', `Open ${name} as JSON`, () =>
      send({ type: 'openText', of: id, as: 'json' }),
    ),
    iconButton('diff', `Compare ${name} with live`, () => send({ type: 'compare', of: id })),
  ];
}
