import { isAbsolute, relative } from 'node:path';
import type { ClusterEntry, ClusterStore } from './store/clusterStore';

/** The cluster in whose vault a file lies: the one that lists it as its backup first. */
export function ownerOf(
  { entries }: Pick<ClusterStore, 'entries'>,
  path: string,
): ClusterEntry | undefined {
  return (
    entries.find(({ backups }) => backups.some((backup) => backup.path === path)) ??
    entries.find(({ config }) => isInside(config.vault, path))
  );
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && !way.startsWith('..') && !isAbsolute(way);
}
