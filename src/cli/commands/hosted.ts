import type { Command } from 'commander';
import type { ResolvedCluster } from '../../compose/resolvedCluster';
import { coreErrors } from '../../core/errors';
import { labelProblem } from '../../core/model';
import type { HostedBackup } from '../../core/model';
import type { DecryptionSecrets } from '../../core/ports';
import type { Cli } from '../cli';
import { clusterNamed } from '../configuration';
import { hostedTable } from '../hostedText';
import type { WithCli } from '../program';
import { ask } from '../prompt';
import { fromVariable, resolved } from '../secrets';
import { tellBackup } from '../tellBackup';

interface FetchOptions {
  label?: string;
  passphraseEnv?: string;
}

const CLUSTER_HELP = 'name of a cluster of the configuration';

export function hostedCommand(program: Command, withCli: WithCli): void {
  const hosted = program
    .command('hosted')
    .description('backups that the platform keeps on its own side: list them, copy one here');
  hosted
    .command('list')
    .description('list them, newest first')
    .argument('<cluster>', CLUSTER_HELP)
    .action(
      withCli<object>(async (cli, [name = '']) => {
        const { out } = cli;
        const { cluster } = await hostedCluster(cli, name);
        const operations = await cli.operations();
        const { backups, warnings } = await operations.listHosted({ cluster }, cli.context);
        out.document({ cluster: name, hosted: backups, warnings });
        if (out.options.quiet) out.text(backups.map(({ id }) => `${id}\n`).join(''));
        else if (backups.length === 0) out.note('No backups.');
        else out.text(hostedTable(backups, cli.services.clock.now()));
        for (const warning of warnings) out.note(warning);
        // Why one can't be used stands in no column.
        for (const { name: file, state, error, fetch } of backups) {
          if (error !== undefined) out.note(`${file} failed: ${error}`);
          else if (state === 'ready' && typeof fetch === 'string') {
            out.note(`${file} can't be copied into the vault: ${fetch}`);
          }
        }
      }),
    );
  hosted
    .command('fetch')
    .description('copy one into the vault, checked like any other backup')
    .argument('<cluster>', CLUSTER_HELP)
    .argument('<id>', 'its id, 6 characters or more of its beginning, or its name')
    .option('--label <label>', '3 to 25 characters of A-Za-z0-9_.-')
    .option(
      '--passphrase-env <name>',
      'environment variable with the passphrase it was encrypted with, where it is not the one of the configuration',
    )
    .action(
      withCli<FetchOptions>(async (cli, [name = '', text = ''], { label, passphraseEnv }) => {
        const { out, context } = cli;
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
        const { config, cluster } = await hostedCluster(cli, name);
        const operations = await cli.operations();
        const { backups } = await operations.listHosted({ cluster }, context);
        const found = chosen(backups, name, text);
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

/** A cluster of a system that keeps backups on its own side. @throws `core.unsupported` */
async function hostedCluster(cli: Cli, name: string) {
  const config = clusterNamed(await cli.configuration(), name);
  const system = (await cli.services.systems()).find(({ id }) => id === config.system);
  if (system !== undefined && system.capabilities.hosted === undefined) {
    throw coreErrors.unsupported({
      message: `${system.title} keeps no backups on its own side.`,
      next: 'Those in the vault are listed by "cluster-backup list".',
    });
  }
  return { config, cluster: await resolved(cli, config) };
}

function chosen(list: readonly HostedBackup[], cluster: string, text: string): HostedBackup {
  const exact = list.filter(({ id, name }) => id === text || name === text);
  const matches =
    exact.length > 0 || text.length < 6 ? exact : list.filter(({ id }) => id.startsWith(text));
  const [found, ...more] = matches;
  if (found !== undefined && more.length === 0) return found;
  const which = matches.map(({ id }) => id).join(', ');
  throw coreErrors.unknownBackup({
    message:
      found === undefined
        ? `"${cluster}" keeps no backup "${text}" on its own side.`
        : `"${text}" names several backups: ${which}.`,
    next: `Run "cluster-backup hosted list ${cluster}" and name one by its id.`,
  });
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
