import { stat } from 'node:fs/promises';
import { systems } from '../../adapters/registry';
import { configErrors } from '../../core/config/configErrors';
import type { AgentCluster } from '../../core/agent/ports';
import type { ClusterConfig, ConfigProblem, ParsedConfig } from '../../core/config/parse';
import { namedVariables } from '../../core/config/secrets';
import type { Log } from '../../core/ports';
import { policyKey } from '../../core/policy/policyKey';
import { readConfigFile } from '../configFiles';

export interface AgentConfigurationOptions {
  /** The files that count now, absolute. */
  files: () => readonly string[] | Promise<readonly string[]>;
  /** Absolute folder; where a file names no vault. */
  defaultVault: string;
  log: Log;
}

/** What the agent goes by: the configuration files, read anew when they changed. */
export interface AgentConfiguration {
  /**
   * The clusters with a policy. What is wrong with the others is logged, once until the file changes.
   *
   * @throws `config.unreadable`, `config.invalid` where a file as a whole is no good; what was read before holds
   */
  clusters(): Promise<AgentCluster[]>;
  /** As last read. @param key as in `AgentCluster` */
  find(key: string): ClusterConfig | undefined;
  /** All clusters of the vaults that a cluster with a policy uses, by the vault's folder. */
  vaults(): Map<string, { name: string; system: string }[]>;
  /** Environment variables that hold secrets: those that the files name, and those that systems read by themselves. */
  secretVariables(): Set<string>;
}

interface Known {
  stamp: string;
  parsed: ParsedConfig;
}

export function createAgentConfiguration(options: AgentConfigurationOptions): AgentConfiguration {
  const { defaultVault, log } = options;
  let known = new Map<string, Known>();
  const all = () => [...known.values()].flatMap(({ parsed }) => parsed.clusters);
  const withPolicy = () => all().filter(({ policy }) => policy !== undefined);

  async function read(file: string): Promise<Known> {
    const stamp = await stampOf(file);
    const before = known.get(file);
    if (before?.stamp === stamp) return before;
    const parsed = await readConfigFile(file, systems, defaultVault);
    if (parsed === undefined) {
      throw configErrors.unreadable({ message: `There is no configuration file ${file}.` });
    }
    const ofFile = parsed.problems.find(({ cluster }) => cluster === undefined);
    if (ofFile !== undefined) throw configErrors.invalid({ message: wordsOf(file, ofFile) });
    for (const problem of parsed.problems) log.warn(wordsOf(file, problem));
    if (before !== undefined) log.info(`Read ${file} anew.`);
    return { stamp, parsed };
  }

  return {
    async clusters() {
      const now = new Map<string, Known>();
      for (const file of await options.files()) now.set(file, await read(file));
      known = now;
      return withPolicy().map((config) => ({
        key: policyKey(config),
        name: config.name,
        policy: config.policy ?? {},
      }));
    },
    find: (key) => all().find((config) => policyKey(config) === key),
    vaults() {
      const folders = new Set(withPolicy().map(({ vault }) => vault));
      return new Map(
        [...folders].map((folder) => [
          folder,
          all()
            .filter(({ vault }) => vault === folder)
            .map(({ name, system }) => ({ name, system })),
        ]),
      );
    },
    secretVariables() {
      const read = systems.flatMap(({ secretVariables = [] }) => secretVariables);
      return new Set([...namedVariables(all()), ...read]);
    },
  };
}

async function stampOf(file: string): Promise<string> {
  const info = await stat(file).catch(() => undefined);
  return info === undefined ? '' : `${info.mtimeMs}:${info.size}:${info.ino}`;
}

function wordsOf(file: string, { line, message }: ConfigProblem): string {
  return `${file}:${line}: ${message}`;
}
