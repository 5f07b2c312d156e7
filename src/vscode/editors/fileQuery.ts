import type { FilePageQuery, FileSort } from '../../protocol/archiveMessages';

const MAX_ROWS = 1_000;
const SORTS: readonly FileSort['by'][] = ['name', 'size', 'mtime'];

/** A page's question for files as it may be asked: its state may come from another version of it. */
export function checkedQuery({ path, from, limit, filter, sort }: FilePageQuery): FilePageQuery {
  const isKnown = sort !== undefined && SORTS.includes(sort.by);
  return {
    path,
    from: Math.max(0, Math.trunc(from) || 0),
    limit: Math.min(MAX_ROWS, Math.max(1, Math.trunc(limit) || 1)),
    ...(filter === undefined || filter === '' ? {} : { filter }),
    ...(isKnown ? { sort: { by: sort.by, descending: sort.descending } } : {}),
  };
}
