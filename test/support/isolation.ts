import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

const foreign = /^(CONSUL_|DOCKER_|VAULT_|NOMAD_|UPSUN_|DCOS_|CLUSTER_BACKUP_(?!CACHE$))/;

/** An environment in which the user's own configuration, clusters and keys can't be met. */
export async function isolatedEnvironment(folder: string): Promise<NodeJS.ProcessEnv> {
  const own: Record<string, string> = {
    HOME: join(folder, 'home'),
    XDG_CONFIG_HOME: join(folder, 'home', '.config'),
    XDG_DATA_HOME: join(folder, 'home', '.local', 'share'),
    XDG_STATE_HOME: join(folder, 'home', '.local', 'state'),
    XDG_CACHE_HOME: join(folder, 'home', '.cache'),
  };
  await Promise.all(Object.values(own).map((path) => mkdir(path, { recursive: true })));
  const hidden = Object.keys(process.env).filter((name) => foreign.test(name));
  return { ...own, ...Object.fromEntries(hidden.map((name) => [name, undefined])) };
}
