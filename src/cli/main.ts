import { toErrorInfo } from '../core/errors';
import { EXIT } from './exitCodes';
import { leave, leaveNow, SIGNALS } from './leave';
import { runCli } from './run';
import { realServices } from './services';
import type { HangUp } from './services';
import { flushed, processTerminal } from './terminal';

const terminal = processTerminal();
const controller = new AbortController();
const warn = async (text: string): Promise<void> => {
  terminal.stderr.write(text);
  await flushed(terminal.stderr);
};
const hangUp: HangUp = { listener: undefined };

// The first signal cancels and clears up; the second one ends at once.
for (const signal of SIGNALS) {
  process.on(signal, () => {
    if (signal === 'SIGHUP' && hangUp.listener !== undefined) {
      hangUp.listener();
      return;
    }
    if (controller.signal.aborted) leaveNow(EXIT.cancelled);
    controller.abort();
    if (terminal.isTerminal.stderr) {
      terminal.stderr.write('\nCancelling… (once more ends at once)\n');
    }
  });
}

void runCli(process.argv.slice(2), terminal, realServices(terminal, hangUp), controller.signal)
  .catch((error: unknown) => {
    terminal.stderr.write(`Error: ${toErrorInfo(error).message}\n`);
    return EXIT.failed;
  })
  .then(async (code) => {
    await Promise.all([flushed(terminal.stdout), flushed(terminal.stderr)]);
    // A connection left open must not keep a cron job alive.
    await leave(code, warn);
  });
