import { open } from 'node:fs/promises';
import { toErrorInfo } from '../../core/errors';
import type { Services } from '../services';
import { bytesText } from '../text';

/** Bytes; more than any system takes for one secret. */
const LIMIT = 1 << 20;

/**
 * Asks for what a backup can't hold, e.g. a secret's content. It stays in memory.
 *
 * @returns base64; undefined when the person gave up, or was told why it can't be taken
 */
export async function askPayload(
  { ui }: Pick<Services, 'ui'>,
  { title }: { title: string },
  from: 'file' | 'text',
): Promise<string | undefined> {
  if (from === 'text') {
    const text = await ui.input({
      title,
      prompt: 'Taken as it is typed, without a line end. It is kept in memory only.',
      password: true,
      validateInput: (value) => (value === '' ? 'It can not be empty.' : undefined),
    });
    return text === undefined || text === '' ? undefined : Buffer.from(text).toString('base64');
  }
  const uri = await ui.openFile({ title, openLabel: 'Choose' });
  if (uri === undefined) return undefined;
  try {
    const bytes = await readUpTo(uri.fsPath, LIMIT + 1);
    if (bytes.length > 0 && bytes.length <= LIMIT) return bytes.toString('base64');
    void ui.warn(
      bytes.length === 0
        ? `${uri.fsPath} is empty.`
        : `${uri.fsPath} is larger than ${bytesText(LIMIT)}. Is it the right file?`,
    );
  } catch (error) {
    void ui.warn(`${uri.fsPath} can't be read: ${toErrorInfo(error).message}`);
  }
  return undefined;
}

/** The first bytes of a file. */
async function readUpTo(path: string, limit: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of file.createReadStream({ autoClose: false, end: limit - 1 })) {
      chunks.push(chunk as Buffer);
    }
    return Buffer.concat(chunks);
  } finally {
    await file.close();
  }
}
