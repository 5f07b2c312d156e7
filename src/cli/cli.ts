import { withMinorCollections } from './minorCollections';
import type { Operations } from '../compose/operations';
import type { RunContext } from '../core/ports';
import { loadConfiguration } from './configuration';
import type { Configuration } from './configuration';
import { Output } from './output';
import type { Services } from './services';
import type { Terminal } from './terminal';

export interface GlobalOptions {
  config?: string;
  json?: boolean;
  quiet?: boolean;
  verbose?: boolean;
}

/** What one call of the command line works with. */
export interface Cli {
  readonly terminal: Terminal;
  readonly services: Services;
  readonly out: Output;
  readonly context: RunContext;
  /** Whether somebody is there to be asked. Never with --json. */
  readonly interactive: boolean;
  /** Secrets the person typed, by what they are for, so that each is asked for once. */
  readonly answers: Map<string, string>;
  /** Read once. */
  configuration(): Promise<Configuration>;
  operations(): Promise<Operations>;
}

export function createCli(
  terminal: Terminal,
  services: Services,
  global: GlobalOptions,
  signal: AbortSignal,
): Cli {
  const json = global.json ?? false;
  const out = new Output(terminal, {
    json,
    quiet: global.quiet ?? false,
    verbose: global.verbose ?? false,
  });
  let configuration: Promise<Configuration> | undefined;
  let operations: Promise<Operations> | undefined;
  return {
    terminal,
    services,
    out,
    context: {
      signal,
      progress: withMinorCollections(out.progress),
      log: out.log,
      clock: services.clock,
    },
    interactive: terminal.isTerminal.stdin && terminal.isTerminal.stderr && !json,
    answers: new Map(),
    configuration: () => (configuration ??= loadConfiguration(services, terminal, global.config)),
    operations: () => (operations ??= services.operations()),
  };
}
