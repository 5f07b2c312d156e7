import { createHash } from 'node:crypto';
import { ClusterBackupError, coreErrors, throwIfCancelled, toErrorInfo } from '../errors';
import type { HostedBackup, HostedRef, RestoreChoices } from '../model';
import type { HostedRestorePlan } from '../plan';
import type { HostedRemovePlan, HostedRestoreLines, RunContext } from '../ports';
import type { ClusterParts } from './context';
import { hostedOf, lockedFor, unsupported } from './hosted';
import { refuseOther } from './planGuards';

export interface HostedRestoreOptions {
  ref: HostedRef;
  choices?: Pick<RestoreChoices, 'accept' | 'answers'> | undefined;
  /** A backup of the present state is wanted first. */
  safetyBackup: boolean;
}

export interface HostedRestoreResult {
  /** As the platform tells it afterwards. */
  backup: HostedBackup;
  /** Id of the backup of the state before, on the platform's side. */
  safetyBackup?: string;
}

/** Works out what a restore of a backup on the platform's own side would do, and changes nothing. */
export async function planHostedRestore(
  parts: ClusterParts,
  options: HostedRestoreOptions,
  context: RunContext,
): Promise<HostedRestorePlan> {
  return (await planned(parts, options, context)).plan;
}

/**
 * Carries out a confirmed plan: a backup of the present state where one is wanted, then the restore, followed to its
 * end. Just before, the platform is asked once more.
 *
 * @throws `core.planChanged` when backup or platform are not what was planned; `core.notRestorable` when the plan has
 *   blockers; what the platform says where it fails
 */
export async function restoreHosted(
  parts: ClusterParts,
  { plan }: { plan: HostedRestorePlan },
  context: RunContext,
): Promise<HostedRestoreResult> {
  if (plan.cluster !== parts.name) {
    throw coreErrors.planChanged({
      message: `The plan is for cluster "${plan.cluster}", not for "${parts.name}".`,
    });
  }
  refuseBlocked(plan);
  return lockedFor(parts, 'restore', context, async (c) => {
    c.progress({ phase: 'Checking the plan' });
    const { choices, safetyBackup } = plan;
    const { id, group } = plan.backup;
    const options = { ref: { id, group }, choices, safetyBackup };
    const { plan: now, lines } = await planned(parts, options, c);
    refuseOther(plan, now.items);
    refuseBlocked(now);
    if (now.fingerprint !== plan.fingerprint) {
      throw coreErrors.planChanged({
        message: `The backup ${plan.backup.name} is not what it was when the plan was made; nothing was changed.`,
      });
    }
    if (plan.safetyBackup && !now.safetyBackup) {
      throw coreErrors.planChanged({
        message: `The backup of the present state that the plan promised can't be made any more: ${now.noSafetyBackup ?? 'the platform does not say why.'} Nothing was changed.`,
      });
    }
    const hosted = hostedOf(parts);
    if (hosted.restore === undefined) throw unsupported(parts);
    const before = now.safetyBackup ? await makeSafetyBackup(parts, lines, c) : undefined;
    const request = { ref: options.ref, choices, safetyBackup: now.safetyBackup };
    try {
      const backup = await hosted.restore(request, c);
      return { backup, ...(before === undefined ? {} : { safetyBackup: before.id }) };
    } catch (error) {
      throw before === undefined ? error : naming(before, error);
    }
  });
}

/** What has to be known before a backup on the platform's own side is deleted. */
export async function planHostedRemove(
  parts: ClusterParts,
  ref: HostedRef,
  context: RunContext,
): Promise<HostedRemovePlan> {
  const plan = await hostedOf(parts).planRemove?.(ref, context);
  if (plan === undefined) throw unsupported(parts);
  return plan;
}

/**
 * Deletes a backup on the platform's own side, for good.
 *
 * @throws `core.planChanged` where something is to be known that was not in the plan; `core.notRemovable`; what the
 *   platform says
 */
export async function removeHosted(
  parts: ClusterParts,
  { plan }: { plan: HostedRemovePlan },
  context: RunContext,
): Promise<void> {
  refuseBlockedRemoval(plan);
  await lockedFor(parts, 'delete', context, async (c) => {
    const { id, group } = plan.backup;
    c.progress({ phase: 'Checking the plan' });
    const now = await planHostedRemove(parts, { id, group }, c);
    refuseOther({ cluster: parts.name, items: plan.items }, now.items);
    refuseBlockedRemoval(now);
    const hosted = hostedOf(parts);
    if (hosted.remove === undefined) throw unsupported(parts);
    await hosted.remove({ id, group }, c);
  });
}

/** @throws `core.notRemovable` where a line of the plan blocks */
export function refuseBlockedRemoval({ backup, items }: HostedRemovePlan): void {
  const blockers = items.filter(({ severity }) => severity === 'blocker');
  if (blockers.length === 0) return;
  throw coreErrors.notRemovable({
    message: `${backup.name} can't be deleted: ${blockers.map(({ title }) => title).join('; ')}.`,
    ...(blockers[0]?.detail === undefined ? {} : { next: blockers[0].detail }),
  });
}

async function planned(
  parts: ClusterParts,
  { ref, choices = {}, safetyBackup }: HostedRestoreOptions,
  context: RunContext,
): Promise<{ plan: HostedRestorePlan; lines: HostedRestoreLines }> {
  const lines = await hostedOf(parts).planRestore?.({ ref, choices, safetyBackup }, context);
  if (lines === undefined) throw unsupported(parts);
  const { backup, items, noSafetyBackup } = lines;
  const plan: HostedRestorePlan = {
    cluster: parts.name,
    system: parts.definition.id,
    backup,
    items,
    choices,
    possible: !items.some(({ severity }) => severity === 'blocker'),
    safetyBackup: safetyBackup && noSafetyBackup === undefined,
    ...(noSafetyBackup === undefined ? {} : { noSafetyBackup }),
    fingerprint: fingerprintOf(parts.name, backup, choices),
  };
  return { plan, lines };
}

/** The very backup and the very answers; how it stands may change meanwhile. */
function fingerprintOf(
  cluster: string,
  { id, group, created, bytes }: HostedBackup,
  { answers = {}, accept = [] }: HostedRestorePlan['choices'],
): string {
  const told = [cluster, id, group, created, bytes, Object.entries(answers).sort(), accept];
  return createHash('sha256').update(JSON.stringify(told)).digest('hex');
}

async function makeSafetyBackup(
  parts: ClusterParts,
  { safety }: HostedRestoreLines,
  context: RunContext,
): Promise<HostedBackup> {
  const mode = safety?.mode ?? parts.definition.capabilities.modes.find((m) => m.hosted)?.id ?? '';
  const made = await hostedOf(parts).create(
    { ...safety, mode },
    {
      ...context,
      progress: (u) => context.progress({ ...u, phase: `Safety backup: ${u.phase}` }),
    },
  );
  context.log.info(`The state before is backup ${made.id}, on the platform's side.`);
  throwIfCancelled(context.signal);
  return made;
}

/** Whoever has to go back must find the state before. */
function naming({ id }: HostedBackup, error: unknown): Error {
  const { code, category, message, next } = toErrorInfo(error);
  const told = `${next} The state before is backup ${id}, on the platform's side.`.trim();
  return new ClusterBackupError({ code, category, message, next: told }, { cause: error });
}

function refuseBlocked({ possible, items, cluster, backup }: HostedRestorePlan): void {
  if (possible) return;
  const blockers = items.filter(({ severity }) => severity === 'blocker');
  throw coreErrors.notRestorable({
    message: `Cluster "${cluster}" can't be restored from ${backup.name}: ${blockers.map((b) => b.title).join('; ')}.`,
    ...(blockers[0]?.detail === undefined ? {} : { next: blockers[0].detail }),
  });
}
