import type { BackupScope } from '../model';
import type { BackupPlan, RunContext } from '../ports';
import { checkRequest } from './backup';
import type { ClusterParts } from './context';

/** What a backup would do, before it is done: shown and confirmed where something stops meanwhile. */
export async function planBackup(
  parts: ClusterParts,
  options: { mode?: string | undefined; scope?: BackupScope | undefined; on?: string | undefined },
  context: RunContext,
): Promise<BackupPlan> {
  const mode = checkRequest(parts, options);
  const { adapter, encryption } = parts;
  context.progress({ phase: 'Asking the cluster' });
  const { scope, on } = options;
  return (await adapter.planBackup?.({ mode, scope, on, encryption }, context)) ?? { items: [] };
}
