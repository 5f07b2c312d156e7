import * as z from 'zod';
import type { RunContext } from '../../core/ports';
import { UCP_VOLUMES } from '../../snapshots/ucp/layout';
import type { DockerEngine } from '../docker/engine';

/** Label on the controller that says which version is installed. */
const VERSION_LABEL = 'com.docker.ucp.version';
const CONTROLLER = 'ucp-controller';

/** What there is of the product on some engines. */
export interface Installed {
  /** Of a controller; undefined where there is none, or it does not say. */
  version?: string | undefined;
  /** Names of the product's containers, running or not. */
  containers: readonly string[];
  /** Names of its volumes. */
  volumes: readonly string[];
}

export const NOT_INSTALLED: Installed = { containers: [], volumes: [] };

/** Whether anything that runs, or could, is there; volumes alone are remains. */
export function isInstalled({ containers }: Installed): boolean {
  return containers.length > 0;
}

/** Whether nothing of the product is there. */
export function isBare({ containers, volumes }: Installed): boolean {
  return containers.length === 0 && volumes.length === 0;
}

const containersSchema = z
  .array(
    z.looseObject({
      Names: z.array(z.string()).nullish(),
      Labels: z.record(z.string(), z.string()).nullish(),
    }),
  )
  .nullable();
const volumesSchema = z.looseObject({
  Volumes: z.array(z.looseObject({ Name: z.string() })).nullish(),
});

/** Looks what of the product is on an engine; the container of a run of ours, `ucp`, does not count. */
export async function lookInstalled(
  engine: DockerEngine,
  { signal }: Pick<RunContext, 'signal'>,
): Promise<Installed> {
  const [containers, volumes] = await Promise.all([
    engine.json(
      '/containers/json',
      { query: { all: true }, purpose: 'list its containers', signal },
      containersSchema,
    ),
    engine.json('/volumes', { purpose: 'list its volumes', signal }, volumesSchema),
  ]);
  const own = (containers ?? []).flatMap(({ Names, Labels }) => {
    const name = (Names ?? []).map((n) => n.replace(/^\//, '')).find((n) => n.startsWith('ucp-'));
    return name === undefined ? [] : [{ name, version: Labels?.[VERSION_LABEL] }];
  });
  const controller = own.find(({ name }) => name === CONTROLLER);
  return {
    ...(controller?.version === undefined ? {} : { version: controller.version }),
    containers: own.map(({ name }) => name),
    volumes: (volumes.Volumes ?? [])
      .map(({ Name }) => Name)
      .filter((name) => UCP_VOLUMES.includes(name)),
  };
}

/** What there is on several engines, as one. */
export function joinInstalled(all: readonly Installed[]): Installed {
  const version = all.find((one) => one.version !== undefined)?.version;
  return {
    ...(version === undefined ? {} : { version }),
    containers: [...new Set(all.flatMap(({ containers }) => containers))],
    volumes: [...new Set(all.flatMap(({ volumes }) => volumes))],
  };
}
