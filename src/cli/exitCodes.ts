import { CommanderError } from 'commander';
import { exitCode, toErrorInfo } from '../core/errors';

/** What the process ends with; part of the documented interface (docs/cli.md). */
export const EXIT = { done: 0, failed: 1, usage: 2, refused: 3, cancelled: 130 } as const;

/** Exit code for whatever ended a command. Asking for help or the version is no error. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  return exitCode(toErrorInfo(error).category);
}
