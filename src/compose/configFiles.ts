import envPaths from 'env-paths';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { configErrors } from '../core/config/configErrors';
import { parseConfig } from '../core/config/parse';
import type { ParsedConfig } from '../core/config/parse';
import { CONFIG_FILE } from '../core/config/schema';
import type { SystemDefinition } from '../core/ports';

export interface UserFolders {
  /** The user's own `cluster-backup.jsonc`. */
  configFile: string;
  /** Default vault. */
  vault: string;
  /** The journal of activities. */
  activities: string;
}

/**
 * The user's folders, as the platform has them.
 *
 * @param env `CLUSTER_BACKUP_HOME` puts all of them into one folder, e.g. for a service or a test
 */
export function userFolders(env: Readonly<Record<string, string | undefined>>): UserFolders {
  const home = env.CLUSTER_BACKUP_HOME;
  if (home !== undefined && home !== '') {
    return {
      configFile: join(home, CONFIG_FILE),
      vault: join(home, 'vault'),
      activities: join(home, 'activities'),
    };
  }
  const paths = envPaths('cluster-backup', { suffix: '' });
  return {
    configFile: join(paths.config, CONFIG_FILE),
    vault: join(paths.data, 'vault'),
    activities: join(paths.log, 'activities'),
  };
}

/**
 * Reads one configuration file; undefined when there is none.
 *
 * @throws `config.unreadable`
 */
export async function readConfigFile(
  file: string,
  systems: readonly SystemDefinition[],
  defaultVault: string,
): Promise<ParsedConfig | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw configErrors.unreadable({ message: `${file} can't be read.`, cause });
  }
  return parseConfig(text, file, { systems, defaultVault });
}
