import type { Command } from 'commander';
import { coreErrors } from '../../core/errors';
import { labelProblem } from '../../core/model';
import { backupDocument, encryptionText } from '../backupText';
import { clusterNamed } from '../configuration';
import type { WithCli } from '../program';
import { resolved } from '../secrets';
import { bytesText } from '../words';

interface Options {
  label?: string;
  mode?: string;
}

export function createCommand(program: Command, withCli: WithCli): void {
  program
    .command('create')
    .description('back a cluster up')
    .argument('<cluster>', 'name of a cluster of the configuration')
    .option('--label <label>', '3 to 25 characters of A-Za-z0-9_.-')
    .option('--mode <mode>', 'how to read, e.g. consistent or stale (default: the safest)')
    .action(
      withCli<Options>(async (cli, [name = ''], { label, mode }) => {
        const { out, context } = cli;
        // Before anybody is asked for a secret.
        const problem = labelProblem(label ?? '');
        if (problem !== undefined) {
          throw coreErrors.badLabel({
            message: `The label "${label ?? ''}" can't be used: ${problem}`,
          });
        }
        const config = clusterNamed(await cli.configuration(), name);
        const cluster = await resolved(cli, config);
        const operations = await cli.operations();
        const backup = await operations.backup(
          { cluster, mode, label, origin: { kind: 'manual' } },
          context,
        );
        const { manifest } = backup;
        out.document({ backup: backupDocument({ backup, vault: config.vault }) });
        if (out.options.quiet) {
          out.text(`${manifest.id}\n`);
          return;
        }
        out.text(
          `Backed up "${name}": ${manifest.id}, ${bytesText(manifest.bytes)}, ` +
            `index ${manifest.snapshot?.index ?? '?'}, checked, ` +
            `encrypted: ${encryptionText(manifest)}\n${backup.path}\n`,
        );
        for (const note of manifest.notes ?? []) out.note(`Note: ${note}`);
      }),
    );
}
