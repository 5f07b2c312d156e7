import { Command } from 'commander';
import { VERSION } from '../core/version';
import type { Cli, GlobalOptions } from './cli';
import { activitiesCommand } from './commands/activities';
import { agentCommand } from './commands/agent';
import { clustersCommand } from './commands/clusters';
import { compareCommand } from './commands/compare';
import { contentsCommand } from './commands/contents';
import { createCommand } from './commands/create';
import { deleteCommand } from './commands/delete';
import { exportCommand } from './commands/export';
import { hostedCommand } from './commands/hosted';
import { inspectCommand } from './commands/inspect';
import { labelCommand } from './commands/label';
import { listCommand } from './commands/list';
import { pinCommand, unpinCommand } from './commands/pin';
import { pruneCommand } from './commands/prune';
import { recoverCommand } from './commands/recover';
import { restoreCommand } from './commands/restore';
import { resumeCommand } from './commands/resume';
import { retentionCommand } from './commands/retention';
import { showCommand } from './commands/show';
import { verifyCommand } from './commands/verify';

/** What a command does once its arguments are read. It throws for every end but a good one. */
export type Action<O> = (cli: Cli, args: string[], options: O) => Promise<void>;

/** Makes an action into what commander calls. */
export type WithCli = <O>(action: Action<O>) => (...params: unknown[]) => Promise<void>;

export interface ProgramHooks {
  /** Makes what the actions work with, once the options are known. */
  cli(global: GlobalOptions): Cli;
  writeOut(text: string): void;
  /** Help for who gave no command; errors are thrown instead. */
  writeErr(text: string): void;
}

const COMMANDS = [
  clustersCommand,
  contentsCommand,
  createCommand,
  hostedCommand,
  retentionCommand,
  listCommand,
  showCommand,
  inspectCommand,
  verifyCommand,
  compareCommand,
  restoreCommand,
  resumeCommand,
  recoverCommand,
  pruneCommand,
  deleteCommand,
  pinCommand,
  unpinCommand,
  labelCommand,
  exportCommand,
  activitiesCommand,
  agentCommand,
];

/** The whole of `cluster-backup`, ready to parse. Throws `CommanderError` instead of ending the process. */
export function createProgram(hooks: ProgramHooks): Command {
  const program = new Command('cluster-backup')
    .description('Back up clusters, look into the backups, verify and restore them.')
    .version(VERSION)
    .option(
      '--config <file>',
      "configuration file (default: $CLUSTER_BACKUP_CONFIG, else the user's)",
    )
    .option('--json', 'results as one JSON document, errors as JSON lines')
    .option('-q, --quiet', 'print results and errors only')
    .option('-v, --verbose', 'print the log, and details of errors')
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .configureOutput({
      writeOut: (text) => hooks.writeOut(text),
      writeErr: (text) => hooks.writeErr(text),
      // Errors are told in one place, in our own form.
      outputError: () => undefined,
    })
    .exitOverride()
    .showHelpAfterError(false)
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 failed, 2 wrong usage, 3 refused by a check, 130 cancelled.',
    );
  const withCli: WithCli =
    (action) =>
    async (...params) => {
      const command = params.at(-1) as Command;
      const cli = hooks.cli(command.optsWithGlobals());
      await action(cli, command.processedArgs as string[], command.opts<object>() as never);
    };
  for (const add of COMMANDS) add(program, withCli);
  return program;
}
