import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { coreErrors } from '../errors';
import type { Inventory, RestoreChoices } from '../model';
import type { PlannedChange, RestoreComparison, RestorePlan, RestorePlanItem } from '../plan';
import { isItemised, restoresFromVault } from '../ports';
import type { ItemisedPlan, RunContext, SnapshotReport, WholePlan } from '../ports';
import type { ClusterParts } from './context';
import { openPlain } from './source';
import type { StoredSource } from './source';
import { isDamageCode, verifySource } from './verify';

/** Adapters give an item this ending of its code when the tokens in use may stop working. */
export const TOKENS_RETURN = 'tokensReturn';

export interface PlanOptions {
  safetyBackup: boolean;
  /** What of it, where it is restored object by object; answers to what the plan asks. */
  choices?: RestoreChoices | undefined;
  payloads?: Readonly<Record<string, string>> | undefined;
  /**
   * A plan of the same source and cluster, made with other choices: what was read then is not read again. The restore
   * compares the bytes with the plan in any case.
   */
  known?: RestorePlan | undefined;
}

/** What of a plan is known once the source has been read. */
type Read = Pick<RestorePlan, 'content' | 'fingerprint'> & { damage?: RestorePlanItem };

/**
 * Works out what a restore would do, and changes nothing: reads the whole backup, asks the cluster what it
 * holds, and lists what has to be known. A damaged backup or a cluster that can't take it is a blocker.
 */
export async function planRestore(
  source: StoredSource,
  parts: ClusterParts,
  options: PlanOptions,
  context: RunContext,
): Promise<RestorePlan> {
  const { adapter } = parts;
  if (!restoresFromVault(adapter)) throw notRestored(parts);
  const { content, fingerprint, damage } =
    reuse(options.known) ?? (await read(source, parts, context));
  context.progress({ phase: 'Asking the cluster what it holds' });
  const current = await adapter.inventory(context);
  const manifest = source.backup?.manifest;
  const items = damage === undefined ? [] : [damage];
  if (manifest !== undefined && manifest.cluster !== parts.name) {
    items.push({
      severity: 'warning',
      code: 'core.otherCluster',
      title: `The backup was made of cluster "${manifest.cluster}"`,
      detail: isItemised(adapter)
        ? `Objects of "${manifest.cluster}" are put into "${parts.name}".`
        : `Everything that "${parts.name}" holds is replaced with the content of "${manifest.cluster}".`,
    });
  }
  const own = await planBySystem(source, parts, content, damage !== undefined, options, context);
  items.push(...own.items);
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
    comparison: own.changes === undefined ? compare(content, current) : [],
    items,
    ...(own.changes === undefined ? {} : { changes: own.changes }),
    ...(own.changes === undefined && options.choices === undefined
      ? {}
      : { choices: options.choices ?? {} }),
    ...(own.safety === undefined ? {} : { safetyScope: own.safety }),
    ...(own.looks === undefined ? {} : { looks: own.looks }),
    possible: !items.some((i) => i.severity === 'blocker') && hasWork(own.changes),
    safetyBackup: options.safetyBackup && own.noSafetyBackup === undefined,
    ...(own.noSafetyBackup === undefined ? {} : { noSafetyBackup: own.noSafetyBackup }),
    ...(tokens === undefined ? {} : { asksForSecret: { field: 'token', reason: tokens.title } }),
    fingerprint,
  };
}

/** Whether a chosen change would do anything. */
export function hasWork(changes: readonly PlannedChange[] | undefined): boolean {
  return (
    changes === undefined ||
    changes.some(({ chosen, action }) => chosen && (action === 'create' || action === 'update'))
  );
}

async function read(source: StoredSource, parts: ClusterParts, context: RunContext): Promise<Read> {
  const verified = await verifySource(source, parts, context);
  const content = verified.report;
  const fingerprint = planFingerprint(verified.storedSha256, content, parts);
  if (verified.error === undefined) return { content, fingerprint };
  const { code, message, next } = verified.error;
  // Cut short, another kind of file, or whole and unsound: the detail says which.
  const title = 'The backup does not pass its check';
  return {
    content,
    fingerprint,
    damage: { severity: 'blocker', code, title, detail: `${message} ${next}` },
  };
}

/** A damaged backup is read again: it may have been mended. */
function reuse(known: RestorePlan | undefined): Read | undefined {
  if (known === undefined || known.items.some((item) => isDamageCode(item.code))) return undefined;
  return { content: known.content, fingerprint: known.fingerprint };
}

async function planBySystem(
  source: StoredSource,
  parts: ClusterParts,
  content: SnapshotReport,
  damaged: boolean,
  { choices, payloads, known }: PlanOptions,
  context: RunContext,
): Promise<Partial<ItemisedPlan> & WholePlan> {
  const { adapter } = parts;
  const request = { content, choices: choices ?? {}, payloads: payloads ?? {} };
  if (!isItemised(adapter)) {
    if (!restoresFromVault(adapter)) throw notRestored(parts);
    const manifest = source.backup?.manifest;
    return adapter.planRestore({ ...request, manifest }, context);
  }
  // What can't be trusted is not looked into.
  if (damaged) return { items: [], changes: [] };
  const open = () => openHead(source, parts, context);
  return adapter.planChanges({ ...request, open, looks: known?.looks }, context);
}

/** Of a system whose backups stay on its platform's side. */
export function notRestored({ definition }: ClusterParts) {
  const { exports } = definition.capabilities;
  return coreErrors.unsupported({
    message:
      exports === undefined
        ? `Nothing in a vault can be restored to ${definition.title}: its backups lie on the platform's own side.`
        : `${exports.plural} of ${definition.title} are for looking and comparing; nothing restores them.`,
    next: "Restore one of the backups on the platform's own side.",
  });
}

/** The backup's plain bytes, for a look at their beginning. */
export async function openHead(
  source: StoredSource,
  parts: Pick<ClusterParts, 'encryptor' | 'decryption'>,
  context: RunContext,
): Promise<Readable> {
  const quiet = { ...context, progress: () => undefined };
  return (await openPlain(source, parts.encryptor, parts.decryption, quiet, '')).stream;
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
