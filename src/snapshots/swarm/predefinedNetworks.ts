import type { Definition } from './layout';

/** Made by Docker on every node; nobody can create one of these names (moby `runconfig`, `daemon/network`). */
const NAMES: ReadonlySet<string> = new Set(['bridge', 'host', 'none', 'docker_gwbridge']);

/** What swarmkit gives to the networks of every node that services can name (`manager/allocator/networkallocator`). */
const LABEL = 'com.docker.swarm.predefined';

/** Whether a network is there on every engine, and is never created, changed or removed. */
export function isPredefinedNetwork({ name, value }: Pick<Definition, 'name' | 'value'>): boolean {
  const labels = value['Labels'] as Record<string, unknown> | null | undefined;
  return NAMES.has(name) || labels?.[LABEL] === 'true';
}
