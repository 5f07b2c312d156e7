import { Writable } from 'node:stream';
import { createInterface } from 'node:readline';
import { coreErrors, throwIfCancelled } from '../core/errors';
import type { Terminal } from './terminal';
import { printable } from './words';

/**
 * Asks the person for one line. Undefined when the input ends instead of answering.
 *
 * @param hidden the answer is not shown as it is typed
 * @throws `core.cancelled` on Ctrl-C and when the signal is aborted
 */
export async function ask(
  terminal: Terminal,
  question: string,
  options: { hidden: boolean; signal: AbortSignal },
): Promise<string | undefined> {
  const { hidden, signal } = options;
  throwIfCancelled(signal);
  const { stderr } = terminal;
  // The answer would be echoed to the output that readline is given.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({
    input: terminal.stdin(),
    output: hidden ? nowhere : stderr,
    terminal: true,
    historySize: 0,
  });
  // Only now: what is typed before readline has the terminal is echoed by the terminal itself.
  if (hidden) stderr.write(printable(question));
  else {
    lines.setPrompt(printable(question));
    lines.prompt();
  }
  try {
    return await new Promise<string | undefined>((resolve, reject) => {
      const cancel = () => reject(coreErrors.cancelled({ message: 'Cancelled.' }));
      signal.addEventListener('abort', cancel, { once: true });
      lines.once('SIGINT', cancel);
      lines.once('line', resolve);
      lines.once('close', () => resolve(undefined));
    });
  } finally {
    lines.close();
    if (hidden) stderr.write('\n');
  }
}
