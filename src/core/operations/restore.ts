import { Readable } from 'node:stream';
import { coreErrors, throwIfCancelled, toErrorInfo } from '../errors';
import type { Backup, BackupScope } from '../model';
import type { ChangeResult, RestorePlan } from '../plan';
import { isItemised, restoresFromVault } from '../ports';
import type { RestoreCheck, RunContext, WholeRequest } from '../ports';
import { backUpLocked } from './backup';
import type { ClusterParts } from './context';
import { restoreItems } from './itemisedRestore';
import type { CheckedStream } from './itemisedRestore';
import { refuseOther } from './planGuards';
import { notRestored, planFingerprint } from './planRestore';
import { finishInterrupted } from './resume';
import { openPlain } from './source';
import type { StoredSource } from './source';
import { verifySource } from './verify';

export interface RestoreOptions {
  /** The plan that the person saw and confirmed. */
  plan: RestorePlan;
  /** Secrets to check with afterwards, where the restore brings other tokens back. */
  checkSecrets?: Readonly<Record<string, string>> | undefined;
  /** The payloads that the plan was made with. */
  payloads?: Readonly<Record<string, string>> | undefined;
}

export interface RestoreResult {
  /** Id of the backup of the state before. */
  safetyBackup?: string;
  checks: RestoreCheck[];
  /** Object by object, where the system is restored so. */
  changes?: ChangeResult[];
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
    await finishInterrupted(parts, locked);
    locked.progress({ phase: 'Checking the plan' });
    const { adapter } = parts;
    if (isItemised(adapter)) {
      return await restoreItems(source, { ...parts, adapter }, options, locked, {
        safetyBackup: () => safetyBackupFor(plan, parts, locked),
        checked: () => checkedStream(source, parts, plan, locked),
      });
    }
    if (!restoresFromVault(adapter)) throw notRestored(parts);
    const request: WholeRequest = {
      content: plan.content,
      manifest: source.backup?.manifest,
      choices: plan.choices ?? {},
      payloads: options.payloads ?? {},
    };
    const { items, removesFirst } = await adapter.planRestore(request, locked);
    refuseBlocked({ ...plan, items, possible: !items.some((i) => i.severity === 'blocker') });
    refuseOther(plan, items);

    const safetyBackup = await safetyBackupFor(plan, parts, locked);
    if (removesFirst === true) await readOnceMore(source, parts, plan, locked);
    const { stream, close } = await checkedStream(source, parts, plan, locked);
    try {
      await adapter.restore({ ...request, stream, size: plan.content.contentBytes }, locked);
    } finally {
      close();
    }
    locked.progress({ phase: 'Checking the cluster' });
    const checks = await adapter.checkRestored(request, options.checkSecrets ?? {}, locked);
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

async function safetyBackupFor(
  plan: RestorePlan,
  parts: ClusterParts,
  context: RunContext,
): Promise<string | undefined> {
  if (!plan.safetyBackup) return undefined;
  const safety = await makeSafetyBackup(parts, plan.safetyScope, context);
  context.log.info(`Safety backup ${safety.manifest.id} written to ${safety.path}.`);
  return safety.manifest.id;
}

/**
 * Backs up what the cluster holds. Where the cluster refuses the first mode, as a degraded one refuses a
 * consistent backup, the next mode is taken: a restore is often what mends it.
 */
async function makeSafetyBackup(
  parts: ClusterParts,
  scope: BackupScope | undefined,
  context: RunContext,
): Promise<Backup> {
  // What stays on the platform's side may go away with what is restored over.
  const modes = parts.definition.capabilities.modes.filter(({ hosted }) => hosted !== true);
  const [first, ...others] = modes;
  const inMode = (mode: string | undefined) =>
    backUpLocked(
      parts,
      { mode, scope, origin: { kind: 'safety' } },
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

/** Before something is taken away to make room for a backup, all of it has to be there and sound. */
async function readOnceMore(
  source: StoredSource,
  parts: ClusterParts,
  plan: RestorePlan,
  context: RunContext,
): Promise<void> {
  const { storedSha256, report, error } = await verifySource(source, parts, context);
  if (error === undefined && planFingerprint(storedSha256, report, parts) === plan.fingerprint) {
    return;
  }
  throw coreErrors.planChanged({
    message: `${source.name} is not what it was when the plan was made; nothing was changed.`,
  });
}

/** The backup's plain bytes, checked once more as they pass: the end comes only when they are what was planned. */
async function checkedStream(
  source: StoredSource,
  parts: ClusterParts,
  plan: RestorePlan,
  context: RunContext,
): Promise<CheckedStream> {
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
        message: `${source.name} is not what it was when the plan was made; the restore was stopped.`,
      });
    }
    throwIfCancelled(context.signal);
    if (held !== undefined) yield held;
  }

  const stream = Readable.from(checked(), { objectMode: false, highWaterMark: 1 << 20 });
  const close = (): void => {
    stream.destroy();
    plain.stream.destroy();
    checker.destroy();
  };
  return { stream, close };
}

function refuseBlocked(plan: RestorePlan): void {
  if (plan.possible) return;
  const blockers = plan.items.filter((i) => i.severity === 'blocker');
  throw coreErrors.notRestorable({
    message: `Cluster "${plan.cluster}" can't be restored from ${plan.source}: ${blockers.map((b) => b.title).join('; ')}.`,
    ...(blockers[0]?.detail === undefined ? {} : { next: blockers[0].detail }),
  });
}
