/**
 * The path of a link, for the API's own address: links may name another host (a region's, which has the API under
 * `/api`), and our access token goes nowhere else.
 *
 * @param href as the platform gives it, absolute or not
 * @param prefix what stands before every path at our address; taken off where the link has it too
 */
export function rebased(href: string, prefix: string): string {
  const { pathname, search } = new URL(href, 'https://link.invalid');
  const path = pathname + search;
  for (const before of [prefix, '/api']) {
    if (before !== '' && path.startsWith(`${before}/`)) return path.slice(before.length);
  }
  return path;
}

/** The same without its query: a log's link inherits that of the list it came with, and is refused with it. */
export function withoutQuery(path: string): string {
  return path.replace(/[?#].*$/, '');
}

/** A path of ids, which may hold slashes: environments are called after branches. */
export function pathOf(...parts: readonly string[]): string {
  return parts.map((part) => `/${encodeURIComponent(part)}`).join('');
}
