import type { PruneItem, PrunePlan, PruneResult } from '../../core/operations/prune';
import { bytesText, timeText } from '../text';

/** "1 backup", "12 backups". */
export function countText(count: number): string {
  return `${count.toLocaleString('en')} ${count === 1 ? 'backup' : 'backups'}`;
}

/** Backups that go under a plan, oldest first, as they are deleted. */
export function goingOf({ items }: PrunePlan): PruneItem[] {
  return items.filter(({ keep }) => !keep).reverse();
}

/** The name of a row: its label, else its time. */
export function itemName({ label, created }: Pick<PruneItem, 'label' | 'created'>): string {
  return label ?? timeText(created);
}

/** A plan for what lies on a platform: backups there are known by their names. */
export function named(plan: PrunePlan): PrunePlan {
  return { ...plan, items: plan.items.map((item) => ({ ...item, label: item.file })) };
}

/** Empty where the platform does not tell how big its backups are. */
export function sizeText({ items }: Pick<PrunePlan, 'items'>, bytes: number): string {
  return items.some((item) => item.bytes > 0) ? bytesText(bytes) : '';
}

/** "2 backups of 14 go, 3 MB". */
export function goText(plan: PrunePlan): string {
  const size = sizeText(plan, plan.frees);
  const count = `${countText(goingOf(plan).length)} of ${plan.items.length} go`;
  return size === '' ? count : `${count}, ${size}`;
}

/**
 * Why nothing goes, and what to do; undefined where something goes.
 *
 * @param onPlatform where most may be none of the policy's business
 */
export function nothingText(plan: PrunePlan, onPlatform = false): string | undefined {
  if (plan.stopped !== undefined) {
    return `Nothing of cluster "${plan.cluster}" is pruned for now. ${plan.stopped.text} ${plan.stopped.next}`;
  }
  if (goingOf(plan).length > 0) return undefined;
  const { length } = plan.items;
  if (length === 0) {
    return `${onPlatform ? 'The platform of cluster' : 'Cluster'} "${plan.cluster}" has no backups to prune.`;
  }
  return onPlatform
    ? `Nothing to prune: what is on the platform of cluster "${plan.cluster}" stays.`
    : `Nothing to prune: the policy of cluster "${plan.cluster}" holds ${length === 1 ? 'its only backup' : `all ${countText(length)}`}.`;
}

/** The plan without what the person wants to keep this time. */
export function narrowed(plan: PrunePlan, chosen: ReadonlySet<string>): PrunePlan {
  const items = plan.items.map((item) =>
    item.keep || chosen.has(item.id) ? item : { ...item, keep: true, why: 'left out by hand' },
  );
  const frees = items.reduce((sum, { keep, bytes }) => sum + (keep ? 0 : bytes), 0);
  return { ...plan, items, frees };
}

/** What a prune has done. */
export function doneText(cluster: string, { removed, frees, stopped }: PruneResult): string {
  if (removed.length === 0) {
    const why = stopped === undefined ? '' : ` ${stopped.text} ${stopped.next}`;
    return `Nothing of cluster "${cluster}" was deleted: the policy holds all of it by now.${why}`;
  }
  const freed = frees > 0 ? `: ${bytesText(frees)} are free` : '';
  return `Deleted ${countText(removed.length)} of cluster "${cluster}"${freed}.`;
}

/** The whole plan as text: a table of every backup, what becomes of it, and why. */
export function planText(plan: PrunePlan): string {
  const head = [
    `Prune of cluster ${plan.cluster}, planned ${timeText(plan.at)}`,
    '',
    `${goText(plan)}.`,
    ...(plan.stopped === undefined
      ? []
      : [`Nothing goes for now: ${plan.stopped.text} ${plan.stopped.next}`]),
    '',
  ];
  const rows = plan.items.map((item) => [
    item.keep ? 'stays' : 'goes',
    item.created === '' ? '' : timeText(item.created),
    sizeText(plan, item.bytes),
    item.label ?? '',
    item.why,
  ]);
  return [...head, ...columns([['', 'Created', 'Size', 'Label', 'Why'], ...rows]), ''].join('\n');
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((r) => r[at]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
