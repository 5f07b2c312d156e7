import * as z from 'zod';
import type { RunContext } from '../../../core/ports';
import type { DockerEngine } from '../../docker/engine';
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
export interface Running {
  running: number;
  desired: number;
}

/** Waits a short while until services run, and tells how many tasks do. Engines before API 1.41 do not say. */
export async function waitForServices(
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
