import { editors } from '../../ids';
import { formatOfFile } from '../../snapshots/formats';

const EDITORS: Readonly<Record<string, string>> = {
  swarm: editors.swarmArchive,
  ucp: editors.ucpArchive,
};

/**
 * The editor that shows a backup.
 *
 * @param format as its manifest has it; by the file's name when left out
 */
export function editorOf(path: string, format = formatOfFile(path)): string {
  return EDITORS[format ?? ''] ?? editors.snapshot;
}
