import envPaths from 'env-paths';
import { join } from 'node:path';

/** Name of the configuration file, wherever it lies. */
export const CONFIG_FILE = 'cluster-backup.jsonc';

export interface UserFolders {
  /** The user's own `cluster-backup.jsonc`. */
  configFile: string;
  /** Default vault. */
  vault: string;
  /** The journal of activities. */
  activities: string;
  /** What adapters keep so that it outlives a crash. */
  state: string;
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
      state: join(home, 'state'),
    };
  }
  const paths = envPaths('cluster-backup', { suffix: '' });
  return {
    configFile: join(paths.config, CONFIG_FILE),
    vault: join(paths.data, 'vault'),
    activities: join(paths.log, 'activities'),
    state: join(paths.data, 'state'),
  };
}
