import { hostname } from 'node:os';

/** Who runs an activity, for the journal. */
export function activityOwner(kind: 'editor' | 'command line' | 'agent'): string {
  return `${hostname()}:${process.pid} (${kind})`;
}
