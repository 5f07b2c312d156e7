import * as z from 'zod';
import type { DockerEngine } from '../docker/engine';
import { isStatus } from '../docker/errors';
import { pauseFor } from '../retry';
import { swarmErrors } from './errors';
import { HELD_CONSTRAINT, HELD_LABEL, heldOf } from './held';
import type { Held } from './held';
import type { HeldEntry } from './journal';
import { objectSchema, serviceSchema } from './wire';
import type { SwarmService } from './wire';

type Value = Record<string, unknown>;

/** Milliseconds before an update that came too late is tried again, and how often. */
const AGAIN = 250;
const TRIES = 20;
/** Milliseconds for an update that has been sent. */
const MUST = 60_000;

/** What is wanted of a service as it is now; undefined to leave it alone. */
type Change = (spec: Value, value: Value) => Promise<Value | undefined> | Value | undefined;

/**
 * Refuses a service that another run holds: it would start again in the middle of what this one reads.
 *
 * @throws `swarm.busy`
 */
export function refuseHeld({ Spec }: SwarmService): void {
  if (Spec.Labels?.[HELD_LABEL] === undefined) return;
  const since = heldOf(Spec.Labels)?.since;
  throw swarmErrors.busy({
    message: `Service ${Spec.Name} is held at zero by another consistent backup${since === undefined ? '' : ` that began at ${since}`}.`,
  });
}

/**
 * Scales a service to zero and labels it so, in one update; a global one gets a constraint that no node meets.
 *
 * @param before called with what it was, before anything is changed
 * @returns false when it is gone or stands at zero already
 * @throws `swarm.busy` when another run holds it
 */
export async function holdService(
  engine: DockerEngine,
  id: string,
  held: Omit<Held, 'replicas'>,
  before: (entry: HeldEntry) => Promise<void>,
  signal: AbortSignal,
): Promise<boolean> {
  return updateService(
    engine,
    id,
    async (spec, value) => {
      const service = serviceSchema.parse(value);
      const { Spec } = service;
      refuseHeld(service);
      const isGlobal = Spec.Mode?.Global !== undefined;
      const replicas = isGlobal ? null : Number(Spec.Mode?.Replicated?.Replicas ?? 1);
      if (replicas === 0) return undefined;
      await before({ id, name: Spec.Name, replicas });
      const label = JSON.stringify({ ...held, replicas } satisfies Held);
      const labelled = { ...spec, Labels: { ...Spec.Labels, [HELD_LABEL]: label } };
      return isGlobal
        ? withConstraints(labelled, (all) => [...all, HELD_CONSTRAINT])
        : withReplicas(labelled, 0);
    },
    signal,
  );
}

/**
 * Brings a held service back: only its mode and placement are set back, on what the service is now, and the label goes.
 * One that this run does not hold any more is left alone; so are replicas that somebody has set since.
 *
 * @param run the one that held it
 * @returns false when there was nothing to do
 */
export async function releaseService(
  engine: DockerEngine,
  entry: HeldEntry,
  run: string,
  signal: AbortSignal,
): Promise<boolean> {
  const released = await updateService(
    engine,
    entry.id,
    (spec, value) => {
      const { Spec } = serviceSchema.parse(value);
      if (!isHeldBy(Spec.Labels, run)) return undefined;
      const { [HELD_LABEL]: _, ...labels } = Spec.Labels;
      let back = withConstraints({ ...spec, Labels: labels }, (all) =>
        all.filter((constraint) => constraint !== HELD_CONSTRAINT),
      );
      const replicated = Spec.Mode?.Replicated;
      const stopped = replicated !== undefined && Number(replicated.Replicas ?? 1) === 0;
      if (stopped && entry.replicas !== null) back = withReplicas(back, entry.replicas);
      return back;
    },
    signal,
  );
  // `docker service rollback` would go back to the held state. The engine keeps one former spec only, so the one from
  // before the backup is lost; a second update that changes nothing makes it at least what the service is now.
  const isHeldBefore = (value: Value) =>
    isHeldBy(previousSchema.parse(value).PreviousSpec?.Labels, run);
  await updateService(
    engine,
    entry.id,
    (spec, value) => (isHeldBefore(value) ? spec : undefined),
    signal,
  );
  return released;
}

const previousSchema = z.looseObject({
  PreviousSpec: z.looseObject({ Labels: z.record(z.string(), z.string()).nullish() }).nullish(),
});

/** A label that can't be read any more was written by somebody's hand over that of the run which looks. */
function isHeldBy(
  labels: Readonly<Record<string, string>> | null | undefined,
  run: string,
): labels is Readonly<Record<string, string>> {
  if (labels?.[HELD_LABEL] === undefined) return false;
  const held = heldOf(labels);
  return held === undefined || held.by === run;
}

/** Reads a service, changes its spec and sends all of it back; again when somebody else was faster. */
async function updateService(
  engine: DockerEngine,
  id: string,
  change: Change,
  signal: AbortSignal,
): Promise<boolean> {
  const path = `/services/${encodeURIComponent(id)}`;
  for (let tries = 1; ; tries++) {
    try {
      const request = { purpose: 'look at a service', signal };
      const value = await engine.json(path, request, objectSchema);
      const { Version } = serviceSchema.parse(value);
      const spec = await change(value.Spec as Value, value);
      if (spec === undefined) return false;
      await engine.json(`${path}/update`, {
        method: 'POST',
        // The spec as it was has the credentials of its registry; they are taken over from there.
        query: { version: String(Version.Index), registryAuthFrom: 'spec' },
        body: spec,
        purpose: 'change how many of a service run',
        // Not cut short: what it did would not be known.
        signal: AbortSignal.timeout(MUST),
      });
      return true;
    } catch (error) {
      if (isStatus(error, 404)) return false;
      const outdated =
        isStatus(error, 400, 409, 500) && /update out of sequence/i.test(error.engineMessage);
      if (!outdated || tries >= TRIES) throw error;
      await pauseFor(AGAIN, signal);
    }
  }
}

function withReplicas(spec: Value, replicas: number): Value {
  const mode = spec.Mode as { Replicated?: Value } | undefined;
  return { ...spec, Mode: { ...mode, Replicated: { ...mode?.Replicated, Replicas: replicas } } };
}

/** A spec without any constraint of its own keeps being without, where nothing is added. */
function withConstraints(spec: Value, change: (all: string[]) => string[]): Value {
  const task = (spec.TaskTemplate ?? {}) as Value;
  const placement = task.Placement as Value | null | undefined;
  const before = (placement?.Constraints ?? []) as string[];
  const after = change(before);
  if (after.length === before.length) return spec;
  const { Constraints: _, ...rest } = placement ?? {};
  const Placement = after.length === 0 ? rest : { ...rest, Constraints: after };
  return { ...spec, TaskTemplate: { ...task, Placement } };
}
