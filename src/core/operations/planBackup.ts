import type { ErrorOccurrence } from '../errors';
import type { BackupPlan, RunContext } from '../ports';
import { checkRequest } from './backup';
import type { BackupOptions } from './backup';
import type { ClusterParts } from './context';

/** What a backup would do, before it is done: shown and confirmed where something stops meanwhile. */
export async function planBackup(
  parts: ClusterParts,
  options: Omit<BackupOptions, 'label' | 'origin'>,
  context: RunContext,
): Promise<BackupPlan> {
  const mode = checkRequest(parts, options);
  const { adapter, encryption } = parts;
  context.progress({ phase: 'Asking the cluster' });
  const { scope, on, answers } = options;
  const request = { mode, scope, on, encryption, answers };
  return (await adapter.planBackup?.(request, context)) ?? { items: [] };
}

/** What stops a backup, for the error of whoever asked for it; undefined where nothing does. */
export function blockedBackup(
  cluster: string,
  { items }: BackupPlan,
): Pick<ErrorOccurrence, 'message' | 'next'> | undefined {
  const blockers = items.filter(({ severity }) => severity === 'blocker');
  if (blockers.length === 0) return undefined;
  const titles = blockers.map(({ title, code }) => `${title} [${code}]`);
  const next = blockers[0]?.detail?.replace(/[.\s]*$/, '.');
  return {
    message: `Cluster "${cluster}" can't be backed up now: ${titles.join('; ')}.`,
    ...(next === undefined ? {} : { next }),
  };
}
