import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { configErrors } from '../core/config/configErrors';
import type { ClusterConfig, ConfigProblem } from '../core/config/parse';
import { CONFIG_FILE } from '../compose/userFolders';
import { coreErrors } from '../core/errors';
import type { ClusterBackupError } from '../core/errors';
import { cliErrors } from './cliErrors';
import type { Services } from './services';
import type { Terminal } from './terminal';

/** The configuration that this call works with. */
export interface Configuration {
  file: string;
  clusters: readonly ClusterConfig[];
  /** Clusters that can't be used, and why. */
  problems: readonly ConfigProblem[];
  /** What to do when a cluster is not in it. */
  hint: string;
}

/** A vault of the configuration, and the clusters that keep their backups in it. */
export interface ConfiguredVault {
  folder: string;
  clusters: readonly ClusterConfig[];
}

/**
 * Reads the configuration: `--config`, else `CLUSTER_BACKUP_CONFIG`, else the user's own file. One in the
 * current folder is never read by itself: whoever wrote a repository must not choose where tokens go.
 *
 * @throws `cli.noConfiguration`; `config.invalid` when the file as a whole is no good, for its defaults
 *   (vault, encryption) would be others than what was meant
 */
export async function loadConfiguration(
  services: Services,
  terminal: Terminal,
  option: string | undefined,
): Promise<Configuration> {
  const named = option ?? (terminal.env.CLUSTER_BACKUP_CONFIG || undefined);
  const file =
    named === undefined ? (await services.folders()).configFile : resolve(terminal.cwd, named);
  const hint = hereHint(terminal, file);
  const parsed = await services.readConfig(file);
  if (parsed === undefined) {
    throw cliErrors.noConfiguration({
      message: `There is no configuration file ${file}.`,
      ...(hint === '' ? {} : { next: hint }),
    });
  }
  const ofFile = parsed.problems.find((p) => p.cluster === undefined);
  if (ofFile !== undefined) throw invalid(file, ofFile);
  return { file, clusters: parsed.clusters, problems: parsed.problems, hint };
}

/**
 * The cluster of that name.
 *
 * @throws `core.unknownCluster`, `config.invalid`
 */
export function clusterNamed(configuration: Configuration, name: string): ClusterConfig {
  const found = configuration.clusters.find((c) => c.name === name);
  if (found !== undefined) return found;
  const { file, problems } = configuration;
  const problem = problems.find((p) => p.cluster === name);
  if (problem !== undefined) throw invalid(file, problem);
  throw coreErrors.unknownCluster({
    message: `${file} has no cluster "${name}".`,
    next: [known(configuration), configuration.hint].filter(Boolean).join(' '),
  });
}

/** The vaults of all clusters, each once. */
export function vaultsOf(configuration: Configuration): ConfiguredVault[] {
  const folders = new Set(configuration.clusters.map((c) => c.vault));
  return [...folders].map((folder) => ({
    folder,
    clusters: configuration.clusters.filter((c) => c.vault === folder),
  }));
}

/** A problem of the file as an error. */
export function invalid(file: string, problem: ConfigProblem): ClusterBackupError {
  return configErrors.invalid({ message: `${file}:${problem.line}: ${problem.message}` });
}

function known({ clusters }: Configuration): string {
  return clusters.length === 0
    ? 'Add a cluster to the file.'
    : `Known clusters: ${clusters.map((c) => c.name).join(', ')}.`;
}

function hereHint(terminal: Terminal, file: string): string {
  const here = join(terminal.cwd, CONFIG_FILE);
  if (here === file || !existsSync(here)) return '';
  return `There is a ${CONFIG_FILE} in this folder, which is not read by itself; if you trust it, add --config ${CONFIG_FILE}.`;
}
