import type { PrunePlan, PruneResult } from '../core/operations/prune';
import { table } from './table';
import { bytesText, countText, timeText } from './words';

/** Every backup of a cluster: whether it stays, what holds it, and why. */
export function prunePlanText(plan: PrunePlan): string {
  if (plan.items.length === 0) return `"${plan.cluster}" has no backups.\n`;
  const rows = plan.items.map(({ id, created, bytes, label, keep, holds, why }) => [
    id,
    created === '' ? '-' : timeText(created),
    bytesText(bytes),
    keep ? 'stays' : 'GOES',
    holds.join(', ') || '-',
    why + (label === undefined ? '' : ` (${label})`),
  ]);
  const head = [
    { title: 'ID' },
    { title: 'CREATED' },
    { title: 'SIZE', align: 'right' as const },
    { title: 'PRUNE' },
    { title: 'HELD BY' },
    { title: 'WHY' },
  ];
  return table(head, rows);
}

/** What a prune would take away, in a sentence. */
export function pruneSummary({ cluster, items, frees }: PrunePlan): string {
  const going = items.filter(({ keep }) => !keep).length;
  if (going === 0)
    return `Nothing of "${cluster}" goes; ${countText(items.length, 'backup')} stay.`;
  const rest = items.length - going;
  const verb = going === 1 ? 'goes' : 'go';
  return `${countText(going, 'backup')} of "${cluster}" ${verb}, which frees ${bytesText(frees)}; ${rest} stay.`;
}

/** What a prune has taken away. */
export function prunedText(cluster: string, { removed, frees }: PruneResult): string {
  if (removed.length === 0) return `Nothing of "${cluster}" was deleted.`;
  return `Deleted ${countText(removed.length, 'backup')} of "${cluster}", which freed ${bytesText(frees)}.`;
}
