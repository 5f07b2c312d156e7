import { configErrors } from '../core/config/configErrors';
import type { ClusterConfig } from '../core/config/parse';
import { secretVariable } from '../core/config/secretReference';
import type { SecretLookup, SecretNeed } from '../core/config/secrets';
import type { ResolvedCluster } from '../compose/resolvedCluster';
import { coreErrors } from '../core/errors';
import type { Cli } from './cli';
import { cliErrors } from './cliErrors';
import { environmentSecret } from './environmentSecret';
import { ask } from './prompt';

/**
 * A cluster with all its secrets, to be talked to.
 *
 * @param options.ask whether the person may be asked for a stored secret
 * @throws `config.secretMissing`, `config.unreadable`
 */
export async function resolved(
  cli: Cli,
  cluster: ClusterConfig,
  options: { ask: boolean } = { ask: true },
): Promise<ResolvedCluster> {
  const { resolveCluster } = await import('../compose/resolvedCluster');
  const system = await systemOf(cli, cluster);
  return resolveCluster(cluster, system, secretLookup(cli, options.ask));
}

/** Only what opens a cluster's backups: no token is looked up for it. */
export async function resolvedDecryption(cli: Cli, cluster: ClusterConfig) {
  const system = await systemOf(cli, cluster);
  const connection = Object.fromEntries(
    Object.entries(cluster.connection).filter(([field]) => !system.secretFields.includes(field)),
  );
  return (await resolved(cli, { ...cluster, connection })).decryption;
}

/**
 * The value of an environment variable that an option names.
 *
 * @throws `cli.variableMissing`
 */
export function fromVariable(cli: Cli, name: string, option: string): string {
  const value = cli.terminal.env[name];
  if (value === undefined || value === '') {
    throw cliErrors.variableMissing({
      message: `The environment variable ${name}, which ${option} names, is not set.`,
    });
  }
  cli.out.hide(value);
  return value;
}

async function systemOf(cli: Cli, cluster: ClusterConfig) {
  const system = (await cli.services.systems()).find((s) => s.id === cluster.system);
  if (system !== undefined) return system;
  throw coreErrors.unknownSystem({
    message: `Cluster "${cluster.name}" is of a system that is not known here: "${cluster.system}".`,
  });
}

/**
 * `{env}` from the environment or a file that it names; `{secret}` from its variable, else the person is asked where
 * that is allowed. It throws `config.secretMissing`.
 */
export function secretLookup(cli: Cli, mayAsk: boolean): SecretLookup {
  return async (need) => {
    const { reference } = need;
    const variable = 'env' in reference ? reference.env : secretVariable(reference.secret);
    let value = await environmentSecret(cli.terminal.env, variable);
    // What was typed for one address is not sent to another.
    const purpose = `${variable} ${need.binding}`;
    if (!value && 'secret' in reference) value = cli.answers.get(purpose);
    if (!value && 'secret' in reference && mayAsk && cli.interactive) {
      cli.out.clear();
      value = await ask(cli.terminal, `${capitalised(need.title)}: `, {
        hidden: true,
        signal: cli.context.signal,
      });
      if (value) cli.answers.set(purpose, value);
    }
    if (!value) throw missing(need, variable);
    cli.out.hide(value);
    return value;
  };
}

function missing(need: SecretNeed, variable: string) {
  return configErrors.secretMissing({
    message: `The ${need.title} is missing: the environment variable ${variable} is not set.`,
    next:
      'env' in need.reference
        ? `Set ${variable}, or ${variable}_FILE to the name of a file that holds it.`
        : `Set ${variable}, or ${variable}_FILE to the name of a file that holds it, or run it on a terminal to be asked.`,
  });
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
