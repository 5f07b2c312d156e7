import type { Command } from 'commander';
import type { ResolvedCluster } from '../../../compose/resolvedCluster';
import { coreErrors } from '../../../core/errors';
import { labelProblem } from '../../../core/model';
import type { HostedBackup } from '../../../core/model';
import type { DecryptionSecrets } from '../../../core/ports';
import type { Cli } from '../../cli';
import type { WithCli } from '../../program';
import { ask } from '../../prompt';
import { fromVariable } from '../../secrets';
import { tellBackup } from '../../tellBackup';
import { chosenHosted, hostedCluster, withWhich } from './which';
import type { WhichOptions } from './which';

interface Options extends WhichOptions {
  label?: string;
  passphraseEnv?: string;
}

export function fetchHostedCommand(hosted: Command, withCli: WithCli): void {
  withWhich(
    hosted
      .command('fetch')
      .description('copy one into the vault, checked like any other backup, where that can be'),
  )
    .option('--label <label>', '3 to 25 characters of A-Za-z0-9_.-')
    .option(
      '--passphrase-env <name>',
      'environment variable with the passphrase it was encrypted with, where it is not the one of the configuration',
    )
    .action(
      withCli<Options>(async (cli, [name = '', text = ''], options) => {
        const { out, context } = cli;
        const { label, passphraseEnv } = options;
        const problem = labelProblem(label ?? '');
        if (problem !== undefined) {
          throw coreErrors.badLabel({
            message: `The label "${label ?? ''}" can't be used: ${problem}`,
          });
        }
        const given =
          passphraseEnv === undefined
            ? undefined
            : fromVariable(cli, passphraseEnv, '--passphrase-env');
        const { config, cluster } = await hostedCluster(cli, name, options, 'fetch');
        const operations = await cli.operations();
        const listing = await operations.listHosted({ cluster }, context);
        const found = chosenHosted(listing, name, text, options);
        const decryption = await decryptionOf(cli, cluster, found, given);
        const backup = await operations.fetchHosted(
          {
            cluster,
            id: found.id,
            ...(label === undefined ? {} : { label }),
            ...(decryption === undefined ? {} : { decryption }),
          },
          context,
        );
        tellBackup(cli, `Copied "${found.name}" into the vault`, backup, config.vault);
        if (given !== undefined && found.encrypted === true) {
          out.note('Keep its passphrase: it is not the one of the configuration.');
        }
      }),
    );
}

/** What opens it on the way: what was given, else the cluster's own passphrase, else the person is asked. */
async function decryptionOf(
  cli: Cli,
  cluster: ResolvedCluster,
  { name, encrypted }: HostedBackup,
  given: string | undefined,
): Promise<DecryptionSecrets | undefined> {
  if (given !== undefined) return { passphrase: given };
  if (encrypted !== true || cluster.decryption.passphrase !== undefined) return undefined;
  if (!cli.interactive) throw needsPassphrase(name);
  cli.out.clear();
  const passphrase = await ask(cli.terminal, `Passphrase of ${name}: `, {
    hidden: true,
    signal: cli.context.signal,
  });
  if (!passphrase) throw needsPassphrase(name);
  cli.out.hide(passphrase);
  return { passphrase };
}

function needsPassphrase(name: string) {
  return coreErrors.needsPassphrase({
    message: `${name} is encrypted with a passphrase, and none was given.`,
    next: 'Put the passphrase into an environment variable and name it with --passphrase-env.',
  });
}
