import type { ClusterBackupError } from '../../core/errors';
import type { ClusterStatus, Inventory } from '../../core/model';
import { consulErrors } from './errors';
import { unlessDenied } from './http';
import type { ConsulClient, ListCount } from './http';
import { servicesSchema, tokenSelfSchema } from './wire';

/** Policies that see everything: global-management, and since 1.16 builtin/global-read-only. */
const SEES_ALL = new Set([
  '00000000-0000-0000-0000-000000000001',
  '00000000-0000-0000-0000-000000000002',
]);
const PARALLEL = 6;

const LISTS = [
  { name: 'KVS', path: '/v1/kv/', query: { keys: '' } },
  { name: 'Node', path: '/v1/catalog/nodes' },
  { name: 'ServiceName', path: '/v1/catalog/services' },
  { name: 'Check', path: '/v1/health/state/any' },
  { name: 'Session', path: '/v1/session/list' },
  { name: 'PreparedQuery', path: '/v1/query' },
  // Refused as a whole to a token that may not see them, never cut down.
  { name: 'ACLToken', path: '/v1/acl/tokens', whole: true },
  { name: 'ACLPolicy', path: '/v1/acl/policies', whole: true },
] as const;

type Query = Record<string, string | undefined>;

/** What was counted, and when it was last written (X-Consul-Index), where the list says. */
export type Counts = Record<string, { count: number; index: number | undefined }>;

/** How the token at hand sees the cluster. */
export interface TokenView {
  /** Undefined where there is no token or no such token. */
  accessor: string | undefined;
  /** ACLs are on, and this token is not one that the cluster knows. */
  refused: boolean;
  aclEnabled: boolean;
  /** Nothing is filtered out of its lists. */
  seesAll: boolean;
}

/** What Consul says about the token in use. */
export async function readTokenView(
  client: ConsulClient,
  signal: AbortSignal,
  query: Query = {},
): Promise<TokenView> {
  const denials: ClusterBackupError[] = [];
  const self = await unlessDenied(
    client.json('/v1/acl/token/self', tokenSelfSchema, {
      purpose: 'say who we are',
      query,
      signal,
    }),
    (error) => denials.push(error),
  );
  // Status 401.
  const aclEnabled = !denials.some(({ message }) => /ACL support disabled/i.test(message));
  const refused =
    aclEnabled &&
    denials.some(({ code }) => ['consul.tokenUnknown', 'consul.denied'].includes(code));
  const policies = self?.Policies ?? [];
  return {
    accessor: self?.AccessorID,
    refused,
    aclEnabled,
    seesAll: !aclEnabled || policies.some(({ ID }) => SEES_ALL.has(ID)),
  };
}

/**
 * Counts what a cluster holds, by the names of the record types of its snapshots. Consul leaves out of most lists what
 * a token may not see without saying so (since 1.11 it says so to named tokens), so a kind that may be cut down is not
 * counted at all.
 *
 * @param status of the cluster: without a leader, any server is asked for what it has
 */
export async function countAll(
  client: ConsulClient,
  status: Pick<ClusterStatus, 'version' | 'health'>,
  signal: AbortSignal,
): Promise<Counts> {
  const { version } = status;
  const anyServer: Query = status.health === 'noLeader' ? { stale: '' } : {};
  const view = await readTokenView(client, signal, anyServer);
  const saysWhenFiltered = view.accessor !== undefined && atLeast(version, 1, 12);
  const trusted = (list: ListCount) => !list.filtered && (view.seesAll || saysWhenFiltered);
  const counts: Counts = {};
  // Lists of Enterprise are those of one namespace; its snapshots hold all.
  const partial = /[+-]ent\b/.test(version ?? '');
  const lists = partial ? LISTS.filter(({ name }) => name === 'Node') : LISTS;
  for (const { name, path, ...more } of lists) {
    if ('whole' in more && !view.aclEnabled) continue;
    const query = { ...anyServer, ...('query' in more ? more.query : {}) };
    const purpose = `count its records of kind ${name}`;
    const list = await unlessDenied(client.count(path, { purpose, query, signal }));
    if (list === undefined || !('whole' in more || trusted(list))) continue;
    counts[name] = { count: list.count, index: list.index };
  }
  if (counts['ServiceName'] !== undefined) {
    const services = await countInstances(client, signal, anyServer);
    if (services !== undefined && trusted(services)) counts['Service'] = services;
  }
  return counts;
}

/** @param index last index of the leader's log, where known */
export function toInventory(counts: Counts, index: number | undefined): Inventory {
  const numbers = Object.entries(counts).map(([name, { count }]) => [name, count]);
  return {
    counts: Object.fromEntries(numbers) as Record<string, number>,
    ...(index === undefined ? {} : { index }),
  };
}

/** No documented list has the instances of all services, so each service is asked for. */
async function countInstances(
  client: ConsulClient,
  signal: AbortSignal,
  query: Query,
): Promise<ListCount | undefined> {
  const purpose = 'list its services';
  const services = await unlessDenied(
    client.json('/v1/catalog/services', servicesSchema, { purpose, query, signal }),
  );
  if (services === undefined) return undefined;
  const names = Object.keys(services);
  const total: ListCount = { count: 0, index: undefined, filtered: false };
  const work = async () => {
    for (let name = names.pop(); name !== undefined; name = names.pop()) {
      const path = `/v1/catalog/service/${encodeURIComponent(name)}`;
      const list = await client.count(path, { purpose, query, signal });
      total.count += list.count;
      total.index = Math.max(total.index ?? 0, list.index ?? 0);
      total.filtered ||= list.filtered;
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  return total;
}

function atLeast(version: string | undefined, major: number, minor: number): boolean {
  const [ownMajor = 0, ownMinor = 0] = (version ?? '').split('.').map((part) => parseInt(part, 10));
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}

/** @throws `consul.tokenUnknown` when ACLs are on and the token in use is no longer one */
export function requireKnownToken(view: TokenView, client: ConsulClient): void {
  if (!view.refused) return;
  throw consulErrors.tokenUnknown({
    message: `${client.target.where} took the snapshot, and no longer knows the token in use.`,
    next: 'The restore was done. Enter a token from the time of the backup: those are the ones it knows now.',
  });
}
