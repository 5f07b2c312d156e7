import * as z from 'zod';
import type { PlannedChange } from '../../../core/plan';
import type { RunContext } from '../../../core/ports';
import type { DockerEngine } from '../../docker/engine';
import type { ReachedEngines } from '../connections';
import { CODES } from './model';
import type { Results } from './results';
import { poll } from './wait';

/** Seconds that services have to start before a restore ends. */
const START_SECONDS = 30;

const servicesSchema = z
  .array(
    z.looseObject({
      Spec: z.looseObject({ Name: z.string() }),
      ServiceStatus: z
        .looseObject({ RunningTasks: z.number().nullish(), DesiredTasks: z.number().nullish() })
        .nullish(),
    }),
  )
  .nullable();

/** How many tasks run, and should. */
interface Running {
  running: number;
  desired: number;
}

/** Says of each restored service that can start how many of its tasks run, after a short while. */
export async function tellRunning(
  { manager }: ReachedEngines,
  active: readonly PlannedChange[],
  results: Results,
  context: RunContext,
): Promise<void> {
  if (manager === undefined) return;
  const startable = active.filter(
    ({ id, kind, code }) =>
      kind === 'service' &&
      results.isDone(id) &&
      code !== CODES.imageMissing &&
      code !== CODES.nodeLabelGone,
  );
  const nameOf = ({ name, target }: PlannedChange) => target ?? name;
  const states = await waitForServices(manager.engine, startable.map(nameOf), context);
  for (const change of startable) {
    const state = states.get(nameOf(change));
    if (state === undefined) continue;
    results.add(change.id, `${state.running} of ${state.desired} tasks run.`);
  }
}

/** Waits a short while until services run, and tells how many tasks do. Engines before API 1.41 do not say. */
async function waitForServices(
  manager: DockerEngine,
  names: readonly string[],
  { signal, progress }: Pick<RunContext, 'signal' | 'progress'>,
  seconds = START_SECONDS,
): Promise<Map<string, Running>> {
  let states = new Map<string, Running>();
  if (names.length === 0) return states;
  const wanted = new Set(names);
  await poll(
    async () => {
      const request = { query: { status: true }, purpose: 'see whether its services run', signal };
      const services = (await manager.json('/services', request, servicesSchema)) ?? [];
      states = new Map(
        services.flatMap(({ Spec, ServiceStatus }) =>
          wanted.has(Spec.Name) && ServiceStatus !== null && ServiceStatus !== undefined
            ? [[Spec.Name, toRunning(ServiceStatus)] as const]
            : [],
        ),
      );
      const up = [...states.values()].filter(({ running, desired }) => running >= desired).length;
      const phase = `Waiting for services: ${up} of ${states.size} running`;
      progress({ phase, done: up, total: states.size, unit: 'records' });
      return up === states.size ? true : undefined;
    },
    { seconds, every: 0.5, signal },
  );
  return states;
}

function toRunning(status: {
  RunningTasks?: number | null | undefined;
  DesiredTasks?: number | null | undefined;
}): Running {
  return { running: status.RunningTasks ?? 0, desired: status.DesiredTasks ?? 0 };
}
