import { editors } from '../../ids';
import { SWARM_ENDING } from '../../snapshots/swarm/layout';

/** The editor that shows a backup, by its file's name. */
export function editorOf(path: string): string {
  const plain = path.replace(/\.gpg$/, '');
  return plain.endsWith(SWARM_ENDING) ? editors.swarmArchive : editors.snapshot;
}
