import { isatty } from 'node:tty';
import type { Readable, Writable } from 'node:stream';

/** The process as a command sees it, so that tests can stand in for it. */
export interface Terminal {
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Touched only when somebody is asked: reading from it keeps the process alive. */
  stdin(): Readable;
  readonly isTerminal: { stdin: boolean; stdout: boolean; stderr: boolean };
  /** Width of stderr in characters. */
  columns(): number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/** The real process. A reader that closes its end early (`| head`) ends nothing: the rest is dropped. */
export function processTerminal(): Terminal {
  return {
    stdout: tolerant(process.stdout),
    stderr: tolerant(process.stderr),
    stdin: () => process.stdin,
    isTerminal: { stdin: isatty(0), stdout: isatty(1), stderr: isatty(2) },
    columns: () => process.stderr.columns || 80,
    env: process.env,
    cwd: process.cwd(),
  };
}

function tolerant(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  // Without a listener EPIPE would end the process in the middle of a backup.
  stream.on('error', () => undefined);
  return stream;
}

/** Resolves once all that was written has left the process, or can't any more. */
export function flushed(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || stream.writableEnded || stream.errored) resolve();
    else stream.write('', () => resolve());
  });
}
