import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { Duplex } from 'node:stream';
import { SshError } from './errors';
import type { EngineHost } from './host';

const KEPT_STDERR = 4096;
/** How long a program whose job is over may take to end, in milliseconds. */
const PATIENCE = 2000;

/**
 * Arguments of ssh for a connection to the engine over there, as docker/cli cli/connhelper makes them. The user's own
 * ssh checks the host's key and finds ours; it asks nothing. `parseHost` lets no word through that could be an option.
 *
 * @param connectTimeout milliseconds
 */
export function sshArguments(host: EngineHost & { kind: 'ssh' }, connectTimeout: number): string[] {
  return [
    ...['-o', 'BatchMode=yes', '-o', `ConnectTimeout=${Math.ceil(connectTimeout / 1000)}`, '-T'],
    ...(host.user === undefined ? [] : ['-l', host.user]),
    ...(host.port === undefined ? [] : ['-p', String(host.port)]),
    ...['--', host.host, 'docker'],
    ...(host.socket === undefined ? [] : ['--host', `unix://${host.socket}`]),
    ...['system', 'dial-stdio'],
  ];
}

/** A connection to an engine through the user's own ssh. Its failure is an `SshError` with what ssh said. */
export class SshConnection extends Duplex {
  readonly #child: ChildProcessWithoutNullStreams;
  #said = '';
  #outEnded = false;
  #code: number | string | undefined;

  constructor(args: readonly string[], env: Readonly<Record<string, string | undefined>>) {
    super({ allowHalfOpen: true, readableHighWaterMark: 256 * 1024 });
    const child = spawn('ssh', args, { env: { ...env }, windowsHide: true });
    this.#child = child;
    child.stdout.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) child.stdout.pause();
    });
    child.stdout.on('end', () => {
      this.#outEnded = true;
      this.#finish();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(-KEPT_STDERR);
    });
    // Its end tells more than a pipe that broke.
    child.stdin.on('error', () => undefined);
    child.once('error', (error: NodeJS.ErrnoException) => {
      this.destroy(
        error.code === 'ENOENT' ? new SshError('there is no program "ssh" on PATH.') : error,
      );
    });
    // Not 'close': a master connection that stays behind may hold its stderr open.
    child.once('exit', (code, signal) => {
      this.#code = code ?? signal ?? 'unknown';
      this.#finish();
    });
  }

  override _read(): void {
    this.#child.stdout.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    // A pipe that broke never drains; the end of ssh destroys this.
    if (this.#child.stdin.write(chunk)) done();
    else this.#child.stdin.once('drain', () => done());
  }

  override _final(done: () => void): void {
    this.#child.stdin.end(() => done());
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const child = this.#child;
    child.stdin.destroy();
    child.stdout.destroy();
    if (this.#code === undefined) {
      child.kill('SIGTERM');
      setTimeout(() => child.kill('SIGKILL'), PATIENCE).unref();
    }
    done(error);
  }

  #finish(): void {
    if (this.#code === undefined || !this.#outEnded || this.destroyed) return;
    if (this.#code === 0) this.push(null);
    else this.destroy(new SshError(sshReason(this.#said, this.#code)));
  }

  // What Node's HTTP client does to a socket and has no meaning here.
  setKeepAlive(): this {
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setTimeout(): this {
    return this;
  }
  ref(): this {
    this.#child.ref();
    return this;
  }
  unref(): this {
    this.#child.unref();
    return this;
  }
}

/** What ssh said, in one line. */
export function sshReason(said: string, code: number | string): string {
  const lines = said
    .split(/\r?\n/)
    // eslint-disable-next-line no-control-regex
    .map((line) => line.replace(/[\u0000-\u001f\u007f]+/g, ' ').trim())
    .filter((line) => line !== '' && !/^[@\s]+$/.test(line));
  const words = lines.slice(-4).join(' ').slice(-600);
  return words === '' ? `ssh ended with ${code} and said nothing.` : `ssh says: ${words}`;
}
