import type { Command } from 'commander';
import { findBackup } from '../backups';
import type { FoundBackup } from '../backups';
import { backupDocument } from '../backupText';
import type { BackupDocument } from '../backupText';
import type { WithCli } from '../program';

const BACKUPS = 'ids, 6 characters or more of their beginning or end, or file names';

export function pinCommand(program: Command, withCli: WithCli): void {
  program
    .command('pin')
    .description('keep backups for ever, whatever the policy says')
    .argument('<backup...>', BACKUPS)
    .action(pinning(withCli, true));
}

export function unpinCommand(program: Command, withCli: WithCli): void {
  program
    .command('unpin')
    .description('let the policy decide of pinned backups again')
    .argument('<backup...>', BACKUPS)
    .action(pinning(withCli, false));
}

function pinning(withCli: WithCli, pin: boolean): ReturnType<WithCli> {
  return withCli<object>(async (cli, [texts]) => {
    // All are found before the first is changed.
    const found: FoundBackup[] = [];
    for (const text of [texts ?? []].flat()) found.push(await findBackup(cli, text));
    const operations = await cli.operations();
    const backups: BackupDocument[] = [];
    for (const { vault, backup } of found) {
      const { id, cluster } = backup.manifest;
      const changed = await operations.pin({ vault, cluster, id, pin }, cli.context);
      backups.push(backupDocument({ backup: changed, vault }));
      cli.out.text(`${id} is ${pin ? 'pinned: nothing prunes it' : 'not pinned any more'}.\n`);
    }
    cli.out.document({ backups });
  });
}
