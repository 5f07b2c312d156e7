import { Readable } from 'node:stream';
import { coreErrors, throwIfCancelled, toErrorInfo } from '../errors';
import type { Backup } from '../model';
import type { RestorePlan } from '../plan';
import type { RestoreCheck, RunContext } from '../ports';
import { backUpLocked } from './backup';
import type { ClusterParts } from './context';
import { planFingerprint } from './planRestore';
import { openPlain } from './source';
import type { StoredSource } from './source';

export interface RestoreOptions {
  /** The plan that the person saw and confirmed. */
  plan: RestorePlan;
  /** Secrets to check with afterwards, where the restore brings other tokens back. */
  checkSecrets?: Readonly<Record<string, string>> | undefined;
}

export interface RestoreResult {
  /** Id of the backup of the state before. */
  safetyBackup?: string;
  checks: RestoreCheck[];
}

/**
 * Carries out a confirmed plan: a safety backup of the present state, then the restore, then the check that
 * the cluster holds what the snapshot held. The snapshot is checked once more as it is sent, and its last
 * bytes leave only when that check has passed, so the cluster never gets a whole message of damaged content.
 *
 * @throws `core.planChanged` when backup or cluster are not what was planned; `core.notRestorable` when the
 *   plan has blockers; `core.checkAfterRestore` when the cluster holds something else afterwards
 */
export async function restore(
  source: StoredSource,
  parts: ClusterParts,
  options: RestoreOptions,
  context: RunContext,
): Promise<RestoreResult> {
  const { plan } = options;
  if (plan.cluster !== parts.name) {
    throw coreErrors.planChanged({
      message: `The plan is for cluster "${plan.cluster}", not for "${parts.name}".`,
    });
  }
  refuseBlocked(plan);
  const lock = await parts.vault.lock(parts.name, 'restore');
  const locked = { ...context, signal: AbortSignal.any([context.signal, lock.signal]) };
  try {
    locked.progress({ phase: 'Checking the plan' });
    const items = await parts.adapter.planRestore(plan.content, locked);
    refuseBlocked({ ...plan, items, possible: !items.some((i) => i.severity === 'blocker') });

    let safetyBackup: string | undefined;
    if (plan.safetyBackup) {
      const safety = await makeSafetyBackup(parts, locked);
      safetyBackup = safety.manifest.id;
      locked.log.info(`Safety backup ${safetyBackup} written to ${safety.path}.`);
    }
    await send(source, parts, plan, locked);
    locked.progress({ phase: 'Checking the cluster' });
    const checks = await parts.adapter.checkRestored(
      plan.content,
      options.checkSecrets ?? {},
      locked,
    );
    const result = { checks, ...(safetyBackup === undefined ? {} : { safetyBackup }) };
    const wrong = checks.filter((c) => c.found !== undefined && c.found !== c.expected);
    if (wrong.length > 0) {
      const list = wrong.map((c) => `${c.name}: ${c.expected} expected, ${c.found ?? '?'} found`);
      throw coreErrors.checkAfterRestore({
        message: `Cluster "${parts.name}" took the snapshot but does not hold what was in it (${list.join('; ')}).`,
        ...(safetyBackup === undefined
          ? {}
          : { next: `Look at what differs; the state before is safety backup ${safetyBackup}.` }),
      });
    }
    return result;
  } finally {
    await lock.release();
  }
}

/**
 * Backs up what the cluster holds. Where the cluster refuses the first mode, as a degraded one refuses a
 * consistent backup, the next mode is taken: a restore is often what mends it.
 */
async function makeSafetyBackup(parts: ClusterParts, context: RunContext): Promise<Backup> {
  const [first, ...others] = parts.definition.capabilities.modes;
  const inMode = (mode: string | undefined) =>
    backUpLocked(
      parts,
      { mode, origin: { kind: 'safety' } },
      {
        ...context,
        progress: (u) => context.progress({ ...u, phase: `Safety backup: ${u.phase}` }),
      },
    );
  try {
    return await inMode(first?.id);
  } catch (error) {
    const info = toErrorInfo(error);
    const [second] = others;
    if (info.category !== 'refused' || second === undefined) throw error;
    context.log.warn(`${info.message} The safety backup is made in mode "${second.id}" instead.`);
    return inMode(second.id);
  }
}

async function send(
  source: StoredSource,
  parts: ClusterParts,
  plan: RestorePlan,
  context: RunContext,
): Promise<void> {
  const plain = await openPlain(source, parts.encryptor, parts.decryption, context, 'Restoring');
  const checker = parts.format.checker();

  async function* checked(): AsyncGenerator<Uint8Array> {
    // One chunk is held back, so that the last one goes out only after everything has been checked.
    let held: Uint8Array | undefined;
    for await (const chunk of plain.stream as AsyncIterable<Uint8Array>) {
      throwIfCancelled(context.signal);
      await checker.push(chunk);
      if (held !== undefined) yield held;
      held = chunk;
    }
    const report = await checker.finish();
    if (planFingerprint(plain.storedSha256(), report, parts) !== plan.fingerprint) {
      throw coreErrors.planChanged({
        message: `${source.name} is not what it was when the plan was made; nothing was restored.`,
      });
    }
    throwIfCancelled(context.signal);
    if (held !== undefined) yield held;
  }

  const stream = Readable.from(checked(), { objectMode: false, highWaterMark: 1 << 20 });
  try {
    await parts.adapter.restore(stream, plan.content.contentBytes, context);
  } finally {
    stream.destroy();
    plain.stream.destroy();
    checker.destroy();
  }
}

function refuseBlocked(plan: RestorePlan): void {
  if (plan.possible) return;
  const blockers = plan.items.filter((i) => i.severity === 'blocker');
  throw coreErrors.notRestorable({
    message: `Cluster "${plan.cluster}" can't be restored from ${plan.source}: ${blockers.map((b) => b.title).join('; ')}.`,
    ...(blockers[0]?.detail === undefined ? {} : { next: blockers[0].detail }),
  });
}
