import type { Command } from 'commander';
import type { WithCli } from '../program';
import { deleteHostedCommand } from './hosted/delete';
import { fetchHostedCommand } from './hosted/fetch';
import { listHostedCommand } from './hosted/list';
import { restoreHostedCommand } from './hosted/restore';
import { showHostedCommand } from './hosted/show';

/** What is done to the backups that a platform keeps on its own side. */
export function hostedCommand(program: Command, withCli: WithCli): void {
  const hosted = program
    .command('hosted')
    .description('backups that the platform keeps on its own side: list, restore, delete, copy');
  listHostedCommand(hosted, withCli);
  showHostedCommand(hosted, withCli);
  restoreHostedCommand(hosted, withCli);
  deleteHostedCommand(hosted, withCli);
  fetchHostedCommand(hosted, withCli);
}
