import type { Readable } from 'node:stream';
import { isCancellation } from '../../core/errors';
import { isStatus } from '../jsonApi';
import { pauseFor } from '../retry';
import type { UpsunApi } from './api';
import { withoutQuery } from './links';
import { logLineSchema } from './wire';

/** How patiently a log is read. Milliseconds. */
export interface LogPatience {
  /** A log may not be there yet when its activity is. */
  missing: number;
  /** Before it is asked for again. */
  pause: number;
  /** After the activity is over, until the seal is read. */
  rest: number;
}

export const LOG_PATIENCE: LogPatience = { missing: 120_000, pause: 500, rest: 5000 };
/** Seconds after which the platform ends an answer in which nothing comes; below our own `timeouts.idle`. */
const LONGEST_DELAY = 20;
/** Characters of a line that has no end. */
const LONGEST_LINE = 1 << 20;

/** Turns pieces of a log into its lines, each once however often it is read. */
export class LogReader {
  readonly #seen = new Set<string>();
  #sealed = false;
  /** Lines of this reading that had no id, and of all before. */
  #unnamed = 0;
  #unnamedBefore = 0;
  #rest = '';

  /** The platform has said that nothing more comes. */
  isSealed(): boolean {
    return this.#sealed;
  }

  /** The log is read again from its beginning. */
  again(): void {
    this.#rest = '';
    this.#unnamedBefore = Math.max(this.#unnamedBefore, this.#unnamed);
    this.#unnamed = 0;
  }

  /** @returns messages that are new; they may be parts of a line, as the platform cuts them */
  push(text: string): string[] {
    const lines = (this.#rest + text).split('\n');
    this.#rest = (lines.pop() ?? '').slice(0, LONGEST_LINE);
    return lines.flatMap((line) => this.#read(line));
  }

  #read(line: string): string[] {
    if (line.trim() === '') return [];
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      // Cut off, or no log at all: nothing to be shown.
      return [];
    }
    const parsed = logLineSchema.safeParse(value);
    if (!parsed.success) return [];
    const { _id: id, seal, data } = parsed.data;
    if (seal === true) this.#sealed = true;
    const message = data?.message;
    if (message === undefined || message === '') return [];
    if (id === undefined) return ++this.#unnamed > this.#unnamedBefore ? [message] : [];
    if (this.#seen.has(String(id))) return [];
    this.#seen.add(String(id));
    return [message];
  }
}

/**
 * Reads the log of an activity until it is sealed: again where it ends before, from its beginning, without repeating
 * what was told. Never fails for the log's sake: it is only told.
 *
 * @param href the activity's link
 * @param told each message; may hold several lines
 * @param idle seconds: the longest silence the connection bears
 * @param signal ends it, without an error
 */
export async function readLog(
  api: UpsunApi,
  href: string,
  told: (message: string) => void,
  { signal, idle, patience }: { signal: AbortSignal; idle: number; patience: LogPatience },
): Promise<void> {
  const reader = new LogReader();
  const delay = Math.max(1, Math.floor(Math.min(LONGEST_DELAY, idle / 2)));
  const path = `${withoutQuery(api.path(href))}?max_delay=${delay}`;
  const begun = Date.now();
  let isThere = false;
  for (;;) {
    try {
      reader.again();
      const { body } = await api.stream(path, 'show the log of an activity', signal);
      isThere = true;
      await readPiece(body, reader, told);
    } catch (error) {
      if (isCancellation(error)) return;
      const isEarly = isStatus(error, 404) && Date.now() - begun < patience.missing;
      // What else is refused stays refused; what was lost on the way is read again.
      if (!isEarly && isRefusal(error) && !isThere) return;
    }
    if (reader.isSealed() || signal.aborted) return;
    await pauseFor(patience.pause, signal).catch(() => undefined);
  }
}

async function readPiece(
  body: Readable,
  reader: LogReader,
  told: (message: string) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      for (const message of reader.push(decoder.decode(chunk, { stream: true }))) told(message);
      if (reader.isSealed()) return;
    }
  } finally {
    body.destroy();
  }
}

function isRefusal(error: unknown): boolean {
  return [400, 401, 403, 404, 410].some((status) => isStatus(error, status));
}
