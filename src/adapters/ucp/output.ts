import { StringDecoder } from 'node:string_decoder';
import * as z from 'zod';
import { redact } from '../../core/redact';

/** What is looked at of a line, and what is kept of it; characters. */
const READ = 16 * 1024;
const KEPT = 1000;
/** Lines that are kept of a run. */
const LINES = 200;

export type LogLevel = 'debug' | 'info' | 'warning' | 'error' | 'fatal';

/** A line that the product writes to standard error. */
export interface LogLine {
  level: LogLevel;
  /** Masked, without control characters. */
  message: string;
}

const LEVELS: Readonly<Record<string, LogLevel>> = {
  trac: 'debug',
  debu: 'debug',
  info: 'info',
  warn: 'warning',
  erro: 'error',
  fata: 'fatal',
  pani: 'fatal',
};

const jsonSchema = z.looseObject({ level: z.string(), msg: z.string().optional() });

/**
 * The log of a run, as it comes: lines of logrus, as text or as JSON (`--jsonlog`). Keeps the last lines only.
 *
 * @see github.com/sirupsen/logrus text_formatter.go, json_formatter.go
 */
export class ProductLog {
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';
  #skipping = false;
  readonly lines: LogLine[] = [];
  /** The first that says that all is over. */
  fatal: LogLine | undefined;
  /** The last that says that something failed. */
  error: LogLine | undefined;

  constructor(
    private readonly secrets: readonly string[],
    private readonly told: (line: LogLine) => void,
  ) {}

  push(chunk: Buffer): void {
    this.#text(this.#decoder.write(chunk));
  }

  end(): void {
    this.#text(this.#decoder.end());
    if (this.#rest !== '') this.#line(this.#rest);
    this.#rest = '';
  }

  /** Why it failed, in the product's words; undefined where it gave none. */
  get reason(): string | undefined {
    return (this.fatal ?? this.error ?? this.lines.at(-1))?.message;
  }

  #text(text: string): void {
    let from = 0;
    for (let end; (end = text.indexOf('\n', from)) >= 0; from = end + 1) {
      if (!this.#skipping) this.#line(this.#rest + text.slice(from, end));
      this.#rest = '';
      this.#skipping = false;
    }
    if (this.#skipping) return;
    this.#rest += text.slice(from);
    if (this.#rest.length < READ) return;
    // The rest of a line without an end is of no use.
    this.#line(this.#rest);
    this.#rest = '';
    this.#skipping = true;
  }

  #line(text: string): void {
    const line = parseLogLine(text.slice(0, READ), this.secrets);
    if (line === undefined) return;
    this.lines.push(line);
    if (this.lines.length > LINES) this.lines.shift();
    if (line.level === 'fatal') this.fatal ??= line;
    if (line.level === 'error') this.error = line;
    this.told(line);
  }
}

/** One line of logrus; undefined for an empty one. What is not logrus's counts as information. */
export function parseLogLine(text: string, secrets: readonly string[] = []): LogLine | undefined {
  const plain = printable(text);
  if (plain === '') return undefined;
  const { level, message } = fromJson(plain) ??
    fromTerminal(plain) ??
    fromPairs(plain) ?? { level: 'info', message: plain };
  return { level, message: printable(redact(message, secrets)).slice(0, KEPT) };
}

/** The product's own step, as a phase of the progress; undefined for what is no step. */
export function phaseOf({ level, message }: LogLine): string | undefined {
  if (level !== 'info' || message.length > 120) return undefined;
  return message.replace(/[.…\s]+$/, '') || undefined;
}

function fromJson(text: string): LogLine | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const { level, msg } = jsonSchema.parse(JSON.parse(text));
    return { level: levelOf(level), message: msg ?? '' };
  } catch {
    return undefined;
  }
}

/** `FATA[0003] words    key=value` */
function fromTerminal(text: string): LogLine | undefined {
  const [, word = '', message = ''] = /^([A-Z]{4})\[[^\]]{1,40}\]\s?(.*)$/s.exec(text) ?? [];
  if (LEVELS[word.toLowerCase()] === undefined) return undefined;
  return { level: levelOf(word), message };
}

/** `time="…" level=fatal msg="words" key=value` */
function fromPairs(text: string): LogLine | undefined {
  const level = /(?:^|\s)level=([a-z]+)/.exec(text)?.[1];
  const [, quoted, bare] = /(?:^|\s)msg=(?:("(?:[^"\\]|\\.)*")|(\S+))/.exec(text) ?? [];
  if (level === undefined || (quoted ?? bare) === undefined) return undefined;
  let message = bare ?? quoted ?? '';
  if (quoted !== undefined) {
    try {
      message = String(JSON.parse(quoted));
    } catch {
      // Go quotes a little otherwise than JSON.
      message = quoted.slice(1, -1).replace(/\\(.)/g, '$1');
    }
  }
  return { level: levelOf(level), message };
}

function levelOf(word: string): LogLevel {
  return LEVELS[word.slice(0, 4).toLowerCase()] ?? 'info';
}

function printable(text: string): string {
  return (
    text
      // eslint-disable-next-line no-control-regex
      .replace(/\u001b\[[0-9;]*[A-Za-z]/g, '')
      // eslint-disable-next-line no-control-regex
      .replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
      .trim()
  );
}
