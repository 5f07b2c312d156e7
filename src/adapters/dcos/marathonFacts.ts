import * as z from 'zod';
import { isCancellation } from '../../core/errors';
import type { RunContext } from '../../core/ports';
import { isTooDeep } from '../../snapshots/marathon/tree';
import type { DcosApi } from './api';

const MAX_TEXT = 4096;
const text = z.string().max(MAX_TEXT).optional().catch(undefined);

/** `GET /v2/info` (d2iq-archive/marathon docs/docs/rest-api/public/api/v2/info.raml) */
const infoSchema = z.looseObject({ version: text, leader: text });

/** `GET /v2/deployments`: those in progress. */
const deploymentsSchema = z
  .array(
    z.looseObject({ id: text, affectedApps: texts(), affectedPods: texts() }).transform((one) => ({
      id: one.id ?? '',
      affects: [...one.affectedApps, ...one.affectedPods],
    })),
  )
  .max(100_000);

interface GroupNode {
  apps?: unknown[] | undefined;
  pods?: unknown[] | undefined;
  groups?: GroupNode[] | undefined;
}
const many = z.array(z.unknown()).optional().catch(undefined);
const groupSchema: z.ZodType<GroupNode> = z.looseObject({
  apps: many,
  pods: many,
  get groups() {
    return z.array(groupSchema).optional().catch(undefined);
  },
});

/** What lies too deep to be gone through is refused before. */
const rootSchema = z
  .unknown()
  .refine((value) => !isTooDeep(value), 'nested too deep')
  .pipe(groupSchema);

function texts() {
  return z
    .array(z.string())
    .optional()
    .catch(undefined)
    .transform((list) => list ?? []);
}

export interface MarathonInfo {
  version?: string | undefined;
  /** `host:port` of the leading instance. */
  leader?: string | undefined;
}

/** @throws `dcos.*`, `http.*` */
export function marathonInfo(api: DcosApi, { signal }: RunContext): Promise<MarathonInfo> {
  return api.marathon('/v2/info', 'say how Marathon is', infoSchema, signal);
}

/** What Marathon deploys right now; undefined where it can't be read. */
export async function deployments(
  api: DcosApi,
  { signal, log }: RunContext,
): Promise<{ id: string; affects: string[] }[] | undefined> {
  try {
    return await api.marathon(
      '/v2/deployments',
      'list Marathon’s deployments',
      deploymentsSchema,
      signal,
    );
  } catch (error) {
    if (isCancellation(error)) throw error;
    const why = error instanceof Error ? error.message : String(error);
    log.warn(`Whether Marathon deploys something is not known: ${why}`);
    return undefined;
  }
}

const GROUPS = '/v2/groups?embed=group.groups&embed=group.apps&embed=group.pods';

/** How many apps, pods and groups besides the root there are. @throws `dcos.*`, `http.*` */
export async function countGroups(
  api: DcosApi,
  { signal }: RunContext,
): Promise<{ apps: number; pods: number; groups: number }> {
  const root = await api.marathon(GROUPS, 'list Marathon’s groups', rootSchema, signal);
  const counts = { apps: 0, pods: 0, groups: -1 };
  // A list of its own instead of calls in calls: groups may lie deep.
  const left = [root];
  for (let group = left.pop(); group !== undefined; group = left.pop()) {
    counts.apps += group.apps?.length ?? 0;
    counts.pods += group.pods?.length ?? 0;
    counts.groups += 1;
    left.push(...(group.groups ?? []));
  }
  return counts;
}
