import type { IncomingMessage } from 'node:http';
import type { EngineRequest } from './engine';

/** The path with its question, as the modem wants it. */
export function withQuery(path: string, query: EngineRequest['query']): string {
  const parameters = Object.entries(query ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  );
  if (parameters.length === 0) return path;
  // The modem takes the last character off a path with a question mark.
  return `${path}?${new URLSearchParams(parameters).toString()}&`;
}

/** Headers, each as one text. */
export function flat({ headers }: IncomingMessage): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : value,
    ]),
  );
}

/** The engine's own words: `{"message": …}` as a rule, plain text from a proxy. One line, not too long. */
export function engineWords(text: string): string {
  let words = text;
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && 'message' in parsed) {
      words = String(parsed.message);
    }
  } catch {
    // Not JSON.
  }
  return words.replace(/\s+/g, ' ').trim().slice(0, 2000).replace(/\.$/, '');
}

/** Whether one API version, such as 1.41, is older than another. */
export function isOlder(a: string, b: string): boolean {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number);
  const [majorB = 0, minorB = 0] = b.split('.').map(Number);
  return majorA < majorB || (majorA === majorB && minorA < minorB);
}
