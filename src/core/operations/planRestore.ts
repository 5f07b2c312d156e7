import { createHash } from 'node:crypto';
import type { Inventory } from '../model';
import type { RestoreComparison, RestorePlan, RestorePlanItem } from '../plan';
import type { RunContext, SnapshotReport } from '../ports';
import type { ClusterParts } from './context';
import type { StoredSource } from './source';
import { verifySource } from './verify';

/** Adapters give an item this ending of its code when the tokens in use may stop working. */
export const TOKENS_RETURN = 'tokensReturn';

/**
 * Works out what a restore would do, and changes nothing: reads the whole backup, asks the cluster what it
 * holds, and lists what has to be known. A damaged backup or a cluster that can't take it is a blocker.
 */
export async function planRestore(
  source: StoredSource,
  parts: ClusterParts,
  options: { safetyBackup: boolean },
  context: RunContext,
): Promise<RestorePlan> {
  const verified = await verifySource(source, parts, context);
  const content = verified.report;
  context.progress({ phase: 'Asking the cluster what it holds' });
  const current = await parts.adapter.inventory(context);
  const items: RestorePlanItem[] = [];
  if (verified.error !== undefined) {
    items.push({
      severity: 'blocker',
      code: verified.error.code,
      title: 'The backup is damaged',
      detail: `${verified.error.message} ${verified.error.next}`,
    });
  }
  const manifest = source.backup?.manifest;
  if (manifest !== undefined && manifest.cluster !== parts.name) {
    items.push({
      severity: 'warning',
      code: 'core.otherCluster',
      title: `The backup was made of cluster "${manifest.cluster}"`,
      detail: `Everything that "${parts.name}" holds is replaced with the content of "${manifest.cluster}".`,
    });
  }
  items.push(...(await parts.adapter.planRestore(content, context)));
  const tokens = items.find((i) => i.code.endsWith(`.${TOKENS_RETURN}`));
  const time = content.identity.time ?? manifest?.created;
  const now = context.clock.now().getTime();
  return {
    cluster: parts.name,
    system: parts.definition.id,
    ...(manifest === undefined ? {} : { backupId: manifest.id }),
    source: source.name,
    ...(time === undefined
      ? {}
      : { contentTime: time, age: Math.max(0, (now - Date.parse(time)) / 1000) }),
    content,
    current,
    comparison: compare(content, current),
    items,
    possible: !items.some((i) => i.severity === 'blocker'),
    safetyBackup: options.safetyBackup,
    ...(tokens === undefined ? {} : { asksForSecret: { field: 'token', reason: tokens.title } }),
    fingerprint: planFingerprint(verified.storedSha256, content, parts),
  };
}

/** Of what was planned: the very bytes, and the very cluster. */
export function planFingerprint(
  storedSha256: string,
  content: SnapshotReport,
  parts: ClusterParts,
): string {
  return createHash('sha256')
    .update(JSON.stringify([storedSha256, content.identity.id, content.totalSize, parts.name]))
    .digest('hex');
}

function compare(content: SnapshotReport, current: Inventory): RestoreComparison[] {
  const names = new Set([...Object.keys(current.counts), ...Object.keys(content.counts)]);
  return [...names]
    .filter((name) => current.counts[name] !== undefined)
    .map((name) => ({ name, now: current.counts[name], after: content.counts[name] ?? 0 }));
}
