import { coreErrors, toErrorInfo } from '../errors';
import type { BackupScope } from '../model';
import { policyBackup } from '../policy/policyBackup';
import type { PolicyBackup } from '../policy/policyBackup';
import { isHostedMode } from '../policy/hostedMode';
import { hostedPolicyBackup, scheduledLabel } from '../policy/hostedPolicyBackup';
import type { RunContext } from '../ports';
import { destructiveLines } from '../restoreChoices';
import { hadItsBackup } from '../schedule/served';
import type { ServedMoment } from '../schedule/served';
import { backUpLocked, checkRequest } from './backup';
import type { ClusterParts } from './context';
import { hostedOf } from './hosted';
import { blockedBackup, planBackup } from './planBackup';
import { finishInterrupted } from './resume';

/** A run of a schedule. */
export interface ScheduledRun {
  /** The interval as written. */
  schedule: string;
  /** The planned moment, ISO 8601: one begun since then is the run's backup. */
  since: string;
  mode?: string | undefined;
  scope?: BackupScope | undefined;
  /** Called under the lock, before anything is asked of the cluster; where it throws, no backup is made. */
  before?: ((signal: AbortSignal) => Promise<void>) | undefined;
}

/** Writes what is done down as an activity; only what is really begun is one. */
export type RecordRun = (
  context: RunContext,
  run: (context: RunContext) => Promise<{ id: string }>,
) => Promise<{ id: string }>;

/**
 * Makes the backup of a schedule, into the vault or on the platform's own side, unless one was begun since its planned
 * moment: several agents may be at it, and whoever comes second finds the other's. One that had to go since (a maximum, a
 * person, a clock that was set back) counts as well, as long as a good backup lies there. Asks nobody.
 *
 * @param record called under the cluster's lock, once it is certain that one is to be made
 * @returns undefined where there is one already
 * @throws `vault.locked`, `core.backupBlocked` where a person would have to answer, what the backup throws
 */
export async function scheduledBackup(
  parts: ClusterParts,
  run: ScheduledRun,
  record: RecordRun,
  context: RunContext,
): Promise<{ id: string } | undefined> {
  refusePlatformSchedule(parts);
  const { mode, scope } = run;
  const request = { mode: checkRequest(parts, { mode, scope }), scope };
  const lock = await parts.vault.lock(parts.name, 'scheduled backup');
  try {
    const signal = AbortSignal.any([context.signal, lock.signal]);
    const backups = await policyBackups(parts, request.mode, { ...context, signal });
    const now = context.clock.now().getTime();
    const since = Date.parse(run.since);
    const made = begunSince(backups, since, now);
    if (made !== undefined) {
      context.log.debug(`Cluster "${parts.name}": ${made.id} was begun since ${run.since}.`);
      return undefined;
    }
    // Where no good one is left, the moment's own was made for nothing.
    if (
      backups.some(isGood) &&
      hadItsBackup(await parts.vault.lastServed(parts.name), since, now)
    ) {
      context.log.debug(`Cluster "${parts.name}": ${run.since} has had its backup, which is gone.`);
      return undefined;
    }
    const backup = await record({ ...context, signal }, async (c) => {
      await run.before?.(c.signal);
      await finishInterrupted(parts, c);
      await refuseUnattended(parts, request, c);
      return { id: await make(parts, { ...run, ...request }, c) };
    });
    await note(parts, { moment: since, at: now }, context);
    return backup;
  } finally {
    await lock.release();
  }
}

/** Backups of a cluster as its policy sees them, those of the mode's side: the vault's, or the platform's. */
export async function policyBackups(
  parts: ClusterParts,
  mode: string | undefined,
  context: RunContext,
): Promise<PolicyBackup[]> {
  if (!isHostedMode(parts, checkRequest(parts, { mode }))) {
    return (await parts.vault.list(parts.name)).map(policyBackup);
  }
  const { backups } = await hostedOf(parts).list(context);
  return backups.flatMap((backup) => hostedPolicyBackup(backup) ?? []);
}

/** @throws `core.unsupported` where the platform makes backups by a schedule of its own */
function refusePlatformSchedule({ definition }: ClusterParts): void {
  if (definition.capabilities.retention !== true) return;
  throw coreErrors.unsupported({
    message: `${definition.title} makes its backups by schedules of its own, and lets them go by them.`,
    next: 'Take the schedules out of the policy, and set them by Edit Retention on the Platform….',
  });
}

/** @throws `core.backupBlocked` where something stops it, or a person would have to agree to it */
async function refuseUnattended(
  parts: ClusterParts,
  request: { mode: string; scope?: BackupScope | undefined },
  context: RunContext,
): Promise<void> {
  if (parts.definition.capabilities.announces !== true) return;
  const plan = await planBackup(parts, request, context);
  const blocked = blockedBackup(parts.name, plan);
  if (blocked !== undefined) throw coreErrors.backupBlocked(blocked);
  const lost = destructiveLines(plan.items).map(({ title }) => title);
  if (lost.length === 0) return;
  throw coreErrors.backupBlocked({
    message: `A backup of "${parts.name}" takes something away, and nobody is there to agree: ${lost.join('; ')}.`,
    next: 'Make this one by hand, or choose another mode in the policy.',
  });
}

async function make(
  parts: ClusterParts,
  { schedule, mode, scope }: ScheduledRun & { mode: string },
  context: RunContext,
): Promise<string> {
  if (!isHostedMode(parts, mode)) {
    const origin = { kind: 'schedule' as const, schedule };
    return (await backUpLocked(parts, { mode, scope, origin }, context)).manifest.id;
  }
  const label = scheduledLabel(schedule, context.clock.now());
  checkRequest(parts, { mode, scope, label });
  const { encryption } = parts;
  return (await hostedOf(parts).create({ mode, scope, label, encryption }, context)).id;
}

function begunSince(
  backups: readonly PolicyBackup[],
  since: number,
  now: number,
): PolicyBackup | undefined {
  return backups.find(
    ({ scheduled, failed, created }) => scheduled && !failed && created >= since && created <= now,
  );
}

const isGood = ({ missing, failed, check }: PolicyBackup) =>
  !missing && !failed && check !== 'damaged';

/** The backup is made: what can't be noted costs another one at most, and only where this one has to go. */
async function note({ vault, name }: ClusterParts, served: ServedMoment, { log }: RunContext) {
  try {
    await vault.noteServed(name, served);
  } catch (error) {
    const { message, code } = toErrorInfo(error);
    log.warn(`Cluster "${name}": that its backup was made is not noted: ${message} [${code}]`);
  }
}
