import type { ErrorInfo } from '../core/errors';
import type { Log, ProgressUpdate } from '../core/ports';
import { redact } from '../core/redact';
import type { Terminal } from './terminal';
import { TerminalProgress } from './terminalProgress';
import { printable } from './words';

export interface OutputOptions {
  /** Machines read: stdout holds one JSON document, stderr JSON lines. */
  json: boolean;
  /** Nothing but results and errors. */
  quiet: boolean;
  /** The log and the details of errors as well. */
  verbose: boolean;
}

/**
 * All that a command prints. Results go to stdout, the rest to stderr; secrets that were used are taken out
 * of both.
 */
export class Output {
  private readonly secrets = new Set<string>();
  private readonly bar: TerminalProgress | undefined;
  private readonly colour: boolean;

  constructor(
    private readonly terminal: Terminal,
    readonly options: OutputOptions,
  ) {
    const { env, isTerminal } = terminal;
    const capable = isTerminal.stderr && env.TERM !== 'dumb';
    this.colour = capable && !env.NO_COLOR && !options.json;
    if (capable && !options.json && !options.quiet) {
      this.bar = new TerminalProgress({
        write: (text) => void terminal.stderr.write(text),
        columns: () => terminal.columns(),
        now: () => performance.now(),
      });
    }
  }

  /** From now on this value is never printed. */
  hide(secret: string): void {
    this.secrets.add(secret);
  }

  /** A result for people; says nothing with --json. */
  text(text: string): void {
    if (!this.options.json) this.write(this.terminal.stdout, printable(this.masked(text)));
  }

  /** A result that has a form of its own and is printed as it is. */
  raw(text: string): void {
    this.write(this.terminal.stdout, text);
  }

  /** A result for machines; says nothing without --json. */
  document(value: unknown): void {
    if (!this.options.json) return;
    const text = JSON.stringify(
      value,
      (_, v: unknown) => (typeof v === 'string' ? this.masked(v) : v),
      2,
    );
    this.write(this.terminal.stdout, `${text}\n`);
  }

  /** Something to know on the way, for people only. */
  note(text: string): void {
    if (this.options.json || this.options.quiet) return;
    this.write(this.terminal.stderr, `${printable(this.masked(text))}\n`);
  }

  warn(message: string): void {
    if (this.options.quiet) return;
    if (this.options.json) this.line({ type: 'warning', message: this.masked(message) });
    else this.message('Warning:', 33, message);
  }

  /** A line of a log that is the very output of a command, as that of the agent. */
  entry(at: Date, level: keyof Log, message: string): void {
    const { json, quiet, verbose } = this.options;
    if (level === 'debug' ? !verbose : level === 'info' && quiet) return;
    const time = at.toISOString();
    if (json) this.line({ type: 'log', at: time, level, message: this.masked(message) });
    else {
      const flat = this.clean(message).replace(/\s*\n\s*/g, ' ');
      this.write(this.terminal.stderr, `${time} ${level.padEnd(5)} ${flat}\n`);
    }
  }

  /** What failed, where and why; what to do now; the code in brackets. */
  error(info: ErrorInfo): void {
    const detail = this.options.verbose ? info.detail : undefined;
    if (this.options.json) {
      const { code, category } = info;
      const message = this.masked(info.message);
      const next = this.masked(info.next);
      this.line({
        type: 'error',
        code,
        category,
        message,
        next,
        ...(detail === undefined ? {} : { detail: this.masked(detail) }),
      });
      return;
    }
    this.message('Error:', 31, `${info.message} [${info.code}]`);
    if (info.next !== '') this.write(this.terminal.stderr, `Next: ${this.clean(info.next)}\n`);
    if (detail !== undefined) this.write(this.terminal.stderr, `${this.clean(detail)}\n`);
  }

  readonly progress = (update: ProgressUpdate): void => {
    this.bar?.update({ ...update, phase: this.clean(update.phase) });
  };

  /**
   * What operations log. Errors show with --verbose only: the one that matters ends the command and is
   * printed then.
   */
  readonly log: Log = {
    debug: (message) => this.logged('debug', message),
    info: (message) => this.logged('info', message),
    warn: (message) => (this.options.verbose ? this.logged('warn', message) : this.warn(message)),
    error: (message) => this.logged('error', message),
  };

  /** Takes the progress line away. */
  clear(): void {
    this.bar?.clear();
  }

  private logged(level: keyof Log, message: string): void {
    if (!this.options.verbose) return;
    const masked = this.masked(message);
    if (this.options.json) this.line({ type: 'log', level, message: masked });
    else this.write(this.terminal.stderr, `${level}: ${printable(masked)}\n`);
  }

  private message(head: string, colour: number, text: string): void {
    const shown = this.colour ? `\x1b[${colour}m${head}\x1b[0m` : head;
    this.write(this.terminal.stderr, `${shown} ${this.clean(text)}\n`);
  }

  private line(value: unknown): void {
    this.write(this.terminal.stderr, `${JSON.stringify(value)}\n`);
  }

  private write(stream: Terminal['stdout'], text: string): void {
    this.bar?.clear();
    stream.write(text);
  }

  private clean(text: string): string {
    return printable(this.masked(text));
  }

  private masked(text: string): string {
    return redact(text, this.secrets);
  }
}
