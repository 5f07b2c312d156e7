import { toJson } from './json';
import type { Json } from './jsonValues';
import type { Portable } from './portable';

/** Text that a person can read and that comes back as the same bytes; undefined when it is not. */
export function readableText(base64: string): string | undefined {
  const bytes = Buffer.from(base64, 'base64');
  const text = bytes.toString('utf8');
  // eslint-disable-next-line no-control-regex -- these are what a text has not
  if (/[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(text)) return undefined;
  return Buffer.from(text, 'utf8').equals(bytes) ? text : undefined;
}

/**
 * A portable form as JSON that two of them can be compared by, line by line. A config's data that is UTF-8 text
 * stands as its lines in `Data (text)`; joined by line feeds they are the data again. Other data stays base64.
 */
export function portableText(portable: Portable): string {
  const body: Record<string, Json> = {};
  for (const [key, value] of Object.entries(portable.body)) {
    const text =
      portable.kind === 'config' && key === 'Data' && typeof value === 'string'
        ? readableText(value)
        : undefined;
    if (text === undefined) body[key] = value;
    else body['Data (text)'] = text.split('\n');
  }
  return toJson(body);
}
