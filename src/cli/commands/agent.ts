import { Option } from 'commander';
import type { Command } from 'commander';
import { DEFAULT_LISTEN, listenAddress } from '../agent/listen';
import type { ListenAddress } from '../agent/listen';
import type { WithCli } from '../program';
import { unitCommand } from './agent/unit';

interface Options {
  /** False: nothing is listened on. */
  listen: ListenAddress | false;
  once?: boolean;
}

/** One process that does what the policies of all clusters ask for; `unit` prints it as a service. */
export function agentCommand(program: Command, withCli: WithCli): void {
  const agent = program
    .command('agent')
    .description('make, prune and check backups as the policies of all clusters say')
    .addOption(
      new Option('--listen <host:port>', 'where metrics and health are told')
        .argParser(listenAddress)
        .default(listenAddress(DEFAULT_LISTEN), DEFAULT_LISTEN),
    )
    .option('--no-listen', 'tell no metrics and no health')
    .option('--once', 'do what is due now and end, e.g. for cron')
    .action(
      withCli<Options>(async (cli, _args, { listen, once }) => {
        const { widenThreadPool } = await import('../agent/threadPool');
        widenThreadPool();
        const { prepareAgent } = await import('../agent/prepareAgent');
        const prepared = await prepareAgent(cli);
        if (once === true) {
          const { runOnce } = await import('../agent/runOnce');
          await runOnce(prepared, cli);
          return;
        }
        const { runAgent } = await import('../agent/runAgent');
        await runAgent(prepared, cli, listen === false ? undefined : listen);
      }),
    );
  unitCommand(agent, withCli);
}
