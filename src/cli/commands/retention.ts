import type { Command } from 'commander';
import type { WithCli } from '../program';
import { previewRetentionCommand } from './retention/preview';
import { setRetentionCommand } from './retention/set';
import { showRetentionCommand } from './retention/show';

/** How long a platform keeps its backups: settings on its own side. */
export function retentionCommand(program: Command, withCli: WithCli): void {
  const retention = program
    .command('retention')
    .description('how long a platform keeps its backups: show, preview, set');
  showRetentionCommand(retention, withCli);
  previewRetentionCommand(retention, withCli);
  setRetentionCommand(retention, withCli);
}
