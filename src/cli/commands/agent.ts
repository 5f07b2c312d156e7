import type { Command } from 'commander';
import type { WithCli } from '../program';
import { unitCommand } from './agent/unit';

/** One process that does what the policies of all clusters ask for. */
export function agentCommand(program: Command, withCli: WithCli): void {
  const agent = program
    .command('agent')
    .description('make, prune and check backups as the policies say: unit prints it as a service');
  unitCommand(agent, withCli);
}
