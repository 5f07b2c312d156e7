import { CommanderError } from 'commander';
import { toErrorInfo } from '../core/errors';
import { createCli } from './cli';
import type { Cli } from './cli';
import { cliErrors } from './cliErrors';
import { exitCodeOf, EXIT } from './exitCodes';
import { Output } from './output';
import { createProgram } from './program';
import type { Services } from './services';
import type { Terminal } from './terminal';

/**
 * One call of the command line from arguments to exit code. Errors are printed here, and nowhere else.
 *
 * @param argv without program and script
 * @param signal aborted when the person cancels
 */
export async function runCli(
  argv: readonly string[],
  terminal: Terminal,
  services: Services,
  signal: AbortSignal,
): Promise<number> {
  let cli: Cli | undefined;
  const program = createProgram({
    cli: (global) => (cli = createCli(terminal, services, global, signal)),
    writeOut: (text) => void terminal.stdout.write(text),
    writeErr: (text) => {
      if (!outputOptions(argv).json) terminal.stderr.write(text);
    },
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return EXIT.done;
  } catch (error) {
    const code = exitCodeOf(error);
    if (code === EXIT.done) return code;
    // What could not be parsed left no options behind; the ones that shape the output are looked up.
    const out = cli?.out ?? new Output(terminal, outputOptions(argv));
    out.clear();
    out.error(toErrorInfo(error instanceof CommanderError ? usageError(error, argv) : error));
    return code;
  } finally {
    cli?.out.clear();
  }
}

function usageError(error: CommanderError, argv: readonly string[]) {
  const command = argv.find((a) => !a.startsWith('-'));
  const noCommand = error.code === 'commander.help';
  const known = !noCommand && error.code !== 'commander.unknownCommand' && command !== undefined;
  return cliErrors.usage({
    message: noCommand ? 'No command was given.' : sentence(error.message.replace(/^error: /, '')),
    next: `Run "cluster-backup ${known ? `${command} ` : ''}--help".`,
  });
}

function sentence(text: string): string {
  const flat = text.replace(/\s*\n\s*/g, ' ').trim();
  const upper = flat.charAt(0).toUpperCase() + flat.slice(1);
  return /[.?!)]$/.test(upper) ? upper : `${upper}.`;
}

function outputOptions(argv: readonly string[]) {
  const end = argv.indexOf('--');
  const options = new Set(end < 0 ? argv : argv.slice(0, end));
  return { json: options.has('--json'), quiet: false, verbose: false };
}
