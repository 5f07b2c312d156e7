import * as z from 'zod';
import type { RunContext } from '../../core/ports';
import type { Definition } from '../../snapshots/swarm/layout';
import type { DockerEngine } from '../docker/engine';
import { pauseFor } from '../retry';
import { swarmErrors } from './errors';
import type { HoldGroup } from './holdGroups';
import type { Journal } from './journal';
import { holdService, refuseHeld, releaseService } from './serviceHold';
import { listTasks } from './volumeUse';
import { containerSchema } from './wire';
import type { SwarmService } from './wire';
import { listText } from './words';

/** Milliseconds between two looks at what still runs. */
const LOOK = 250;
/** Milliseconds that bringing a service back may take, also after a cancel. */
const RELEASE = 60_000;
/** States of a task that has ended (moby api/types/swarm/task.go). */
const ENDED = new Set(['complete', 'shutdown', 'failed', 'rejected', 'remove', 'orphaned']);

/** Engines by the id of the volume that lies there. */
export type EngineOf = (volume: Definition) => DockerEngine;

const updateSchema = z.looseObject({
  UpdateStatus: z.looseObject({ State: z.string().nullish() }).nullish(),
});

/**
 * Refuses what can't be stopped and brought back without loss, before anything is changed.
 *
 * @throws `swarm.busy`, `swarm.cannotHold`, `swarm.volumeInUse`
 */
export async function checkHoldable(
  groups: readonly HoldGroup[],
  engineOf: EngineOf,
  signal: AbortSignal,
): Promise<void> {
  for (const { volumes, services } of groups) {
    for (const service of services) {
      refuseHeld(service);
      refuseUnholdable(service);
    }
    for (const volume of volumes) await refuseForeign(volume, engineOf(volume), services, signal);
  }
}

/** Services that have to be stopped: those that run at all. */
export function toStop(services: readonly SwarmService[]): SwarmService[] {
  return services.filter(
    ({ Spec }) =>
      Spec.Mode?.Global !== undefined || Number(Spec.Mode?.Replicated?.Replicas ?? 1) > 0,
  );
}

/**
 * Does something while no service of a group runs, and brings them back whatever happens.
 *
 * @param drain seconds that they may take to stop
 * @throws `swarm.notDrained`, `swarm.notBroughtBack`
 */
export async function whileHeld(
  manager: DockerEngine,
  group: HoldGroup,
  engineOf: EngineOf,
  journal: Journal,
  drain: number,
  { signal, progress, log }: Pick<RunContext, 'signal' | 'progress' | 'log'>,
  action: () => Promise<void>,
): Promise<void> {
  const names = listText(group.services.map(({ Spec }) => Spec.Name));
  try {
    for (const { ID, Spec } of toStop(group.services)) {
      progress({ phase: `Stopping service ${Spec.Name}` });
      const held = { since: journal.since, by: journal.run };
      const before = (entry: Parameters<Journal['add']>[0]) => journal.add(entry);
      await holdService(manager, ID, held, before, signal);
      log.info(`Service ${Spec.Name} is held at zero.`);
    }
    if (group.services.length > 0) progress({ phase: `Waiting until ${names} stopped` });
    await drained(manager, group, engineOf, drain, signal);
    await action();
  } catch (cause) {
    await bringBack(manager, journal, log, cause);
    throw cause;
  }
  await bringBack(manager, journal, log, undefined);
}

async function bringBack(
  manager: DockerEngine,
  journal: Journal,
  log: RunContext['log'],
  cause: unknown,
): Promise<void> {
  const failed: string[] = [];
  for (const entry of journal.services) {
    try {
      await releaseService(manager, entry, journal.run, AbortSignal.timeout(RELEASE));
      await journal.drop(entry.id);
      log.info(`Service ${entry.name} was brought back.`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const before = entry.replicas === null ? 'it is global' : `it had ${entry.replicas} replicas`;
      failed.push(`${entry.name} (${before}): ${reason}`);
    }
  }
  if (failed.length === 0) return;
  const first = cause instanceof Error ? ` The backup had failed before: ${cause.message}` : '';
  throw swarmErrors.notBroughtBack({
    message: `Not brought back: ${failed.join('; ')}${first}`.replace(/([^.])$/, '$1.'),
    cause,
  });
}

function refuseUnholdable(service: SwarmService): void {
  const { Name, Mode, TaskTemplate } = service.Spec;
  const nameless = TaskTemplate?.ContainerSpec?.Mounts?.find(
    ({ Type, Source }) => Type === 'volume' && !Source,
  );
  if (nameless !== undefined && toStop([service]).length > 0) {
    throw swarmErrors.cannotHold({
      message: `Service ${Name} has a volume without a name at ${nameless.Target ?? 'a path'}: what it keeps there goes with its tasks when it is stopped.`,
      next: 'Give that volume a name, leave the service out, or back up in mode "live".',
    });
  }
  if (Mode?.ReplicatedJob !== undefined || Mode?.GlobalJob !== undefined) {
    throw swarmErrors.cannotHold({
      message: `Service ${Name} is a job: stopping it would run it again from its beginning.`,
    });
  }
  const state = updateSchema.parse(service).UpdateStatus?.State;
  if (state === 'updating' || state === 'rollback_started') {
    throw swarmErrors.cannotHold({
      message: `Service ${Name} is just being updated (${state}), and holding it would end that.`,
    });
  }
}

/** Containers of nobody's service are not ours to stop. */
async function refuseForeign(
  volume: Definition,
  engine: DockerEngine,
  services: readonly SwarmService[],
  signal: AbortSignal,
): Promise<void> {
  const known = new Set(services.map(({ ID }) => ID));
  const foreign = (await runningUsers(volume, engine, signal)).filter(
    ({ service }) => service === undefined || !known.has(service),
  );
  if (foreign.length === 0) return;
  throw swarmErrors.volumeInUse({
    message:
      `Volume ${volume.name} on ${volume.node ?? engine.where} is used by ` +
      `${listText(foreign.map(({ name }) => name))}, which belong${foreign.length === 1 ? 's' : ''} to no service that mounts it.`,
  });
}

async function runningUsers(volume: Definition, engine: DockerEngine, signal: AbortSignal) {
  const filters = JSON.stringify({
    volume: [volume.name],
    status: ['running', 'paused', 'restarting', 'removing'],
  });
  const request = { query: { filters }, purpose: `see who uses volume ${volume.name}`, signal };
  const list = await engine.json('/containers/json', request, z.array(containerSchema));
  return list.map(({ Id, Names, Labels }) => ({
    name: Names?.[0]?.replace(/^\//, '') ?? Id.slice(0, 12),
    service: Labels?.['com.docker.swarm.service.id'],
  }));
}

/** Waits until no task of the services runs anywhere and nobody uses the volumes. */
async function drained(
  manager: DockerEngine,
  { services, volumes }: HoldGroup,
  engineOf: EngineOf,
  seconds: number,
  signal: AbortSignal,
): Promise<void> {
  const until = Date.now() + seconds * 1000;
  for (;;) {
    const left: string[] = [];
    for (const { ID, Spec } of services) {
      const tasks = await listTasks(manager, signal, ID);
      const running = tasks.filter(({ Status }) => !ENDED.has(Status?.State ?? 'new'));
      if (running.length > 0) left.push(`${running.length} of service ${Spec.Name}`);
    }
    if (left.length === 0) {
      for (const volume of volumes) {
        const users = await runningUsers(volume, engineOf(volume), signal);
        left.push(...users.map(({ name }) => `container ${name}`));
      }
    }
    if (left.length === 0) return;
    if (Date.now() >= until) {
      throw swarmErrors.notDrained({
        message: `After ${seconds} seconds there still run: ${listText(left)}.`,
      });
    }
    await pauseFor(LOOK, signal);
  }
}
