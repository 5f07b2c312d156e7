import type { DockerEngine } from '../docker/engine';
import { isStatus } from '../docker/errors';
import { pauseFor } from '../retry';
import { HELD_CONSTRAINT, HELD_LABEL } from './held';
import type { Held } from './held';
import type { HeldEntry } from './journal';
import { objectSchema, serviceSchema } from './wire';

type Value = Record<string, unknown>;

/** Milliseconds before an update that came too late is tried again, and how often. */
const AGAIN = 250;
const TRIES = 20;
/** Milliseconds for an update that has been sent. */
const MUST = 60_000;

/** What is wanted of a service as it is now; undefined to leave it alone. */
type Change = (spec: Value, value: Value) => Promise<Value | undefined> | Value | undefined;

/**
 * Scales a service to zero and labels it so, in one update; a global one gets a constraint that no node meets.
 *
 * @param before called with what it was, before anything is changed
 * @returns false when it is gone or stands at zero already
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
      const { Spec } = serviceSchema.parse(value);
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
 * One that nobody holds any more is left alone; so are replicas that somebody has set since.
 *
 * @returns false when there was nothing to do
 */
export async function releaseService(
  engine: DockerEngine,
  entry: HeldEntry,
  signal: AbortSignal,
): Promise<boolean> {
  return updateService(
    engine,
    entry.id,
    (spec, value) => {
      const { Spec } = serviceSchema.parse(value);
      if (Spec.Labels?.[HELD_LABEL] === undefined) return undefined;
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
