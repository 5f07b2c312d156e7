import type { ClusterStatus, ServerStatus } from '../../core/model';
import type { ClusterBackupError } from '../../core/errors';
import { pauseFor } from '../retry';
import { targetWarnings } from './connection';
import { consulErrors } from './errors';
import { unlessDenied } from './http';
import type { ConsulClient } from './http';
import {
  agentSelfSchema,
  autopilotHealthSchema,
  datacentersSchema,
  leaderSchema,
  peersSchema,
  raftConfigurationSchema,
} from './wire';
import type { AutopilotHealth } from './wire';

/**
 * Milliseconds. Without a leader, Consul holds what needs one (here: to know the token) for seven seconds before it
 * refuses; a status does not wait for that.
 */
const LEADERLESS = 1500;
/** Milliseconds that an election, and the new leader's first look at its servers, may take. */
const ELECTION = 5000;

/** A status, and what only this adapter needs of it. */
export interface ConsulStatus extends ClusterStatus {
  /**
   * How the servers are was `seen`; the leader is new and has not looked yet (`pending`, some two seconds); or the token
   * may not see it.
   */
  healthView: 'seen' | 'pending' | 'denied';
  /** Last index of the leader's log. */
  index?: number;
}

/**
 * Asks Consul how it is, with as little permission as there may be: what the token may not see is left out,
 * and a warning says which permission is missing.
 *
 * @throws `http.*` when it can't be reached, `consul.wrongDatacenter`, `consul.notConsul`
 */
export async function readStatus(client: ConsulClient, signal: AbortSignal): Promise<ConsulStatus> {
  const { target } = client;
  const purpose = 'say how it is';
  const warnings = new Set(targetWarnings(target));
  // First, and alone: needs no permission, and shows whether anybody is there.
  const datacenters = await unlessDenied(
    client.json('/v1/catalog/datacenters', datacentersSchema, {
      purpose,
      signal,
      query: { dc: undefined },
    }),
    rethrowNotConsul,
  );
  checkDatacenter(client, datacenters);
  const leader =
    (await unlessDenied(client.json('/v1/status/leader', leaderSchema, { purpose, signal }))) ?? '';
  const { agent, health, healthView, missing, denials } = await askWithToken(
    client,
    leader,
    signal,
  );
  const servers = await readServers(client, health, leader, signal);

  for (const denial of denials) warnings.add(denial);
  if (missing.length > 0) {
    warnings.add(`The token may not see everything: ${missing.join(' and ')} is missing.`);
  }
  const ownDatacenter = agent?.Datacenter ?? only(datacenters);
  const datacenter = target.datacenter ?? ownDatacenter;
  const forwarded = ownDatacenter !== undefined && ownDatacenter !== datacenter;
  if (forwarded) {
    warnings.add(`Reached through an agent of datacenter "${ownDatacenter}", over the WAN.`);
  }
  const versions = new Set((health?.Servers ?? []).map((s) => s.Version).filter((v) => v !== ''));
  if (versions.size > 1) warnings.add(`Its servers run versions ${[...versions].join(', ')}.`);
  const leading = health?.Servers.find((server) => server.Leader);
  const version = leading?.Version ?? (forwarded ? undefined : agent?.Version);
  return {
    ...(version === undefined || version === '' ? {} : { version }),
    ...(datacenter === undefined ? {} : { datacenter }),
    ...(leader === '' ? {} : { leader }),
    ...judge(leader, health, servers),
    servers,
    ...quorumOf(servers, health),
    warnings: [...warnings],
    healthView,
    ...(leading?.LastIndex === undefined ? {} : { index: leading.LastIndex }),
  };
}

/**
 * As `readStatus`, once an election that is under way is over and the new leader has looked at its servers; or, after a
 * few seconds, what there is.
 */
export async function readSettledStatus(
  client: ConsulClient,
  signal: AbortSignal,
): Promise<ConsulStatus> {
  const began = performance.now();
  for (;;) {
    const status = await readStatus(client, signal);
    const settled = status.health !== 'noLeader' && status.healthView !== 'pending';
    if (settled || performance.now() - began >= ELECTION) return status;
    await pauseFor(1000, signal);
  }
}

/** What needs a permission: the agent's own view, and the leader's view of the servers. */
async function askWithToken(client: ConsulClient, leader: string, signal: AbortSignal) {
  const purpose = 'say how it is';
  const missing: string[] = [];
  const denials: string[] = [];
  const lacks = (rule: string) => (error: ClusterBackupError) => {
    if (error.code === 'consul.denied') missing.push(rule);
    if (error.code === 'consul.tokenUnknown') denials.push(error.message);
  };
  const self = unlessDenied(
    client.json('/v1/agent/self', agentSelfSchema, {
      purpose,
      signal,
      query: { dc: undefined },
      ...(leader === '' ? { headersTimeout: LEADERLESS } : {}),
    }),
    lacks('agent = "read"'),
  );
  const autopilot =
    leader === ''
      ? undefined
      : unlessDenied(
          client.json('/v1/operator/autopilot/health', autopilotHealthSchema, {
            purpose,
            signal,
            // Not a limit here: Consul's word for "not healthy".
            accept: [429],
          }),
          lacks('operator = "read"'),
        );
  const [answer, looked] = await Promise.all([self, autopilot]);
  // Not healthy and nobody ill: nobody has been looked at.
  const pending = looked?.Healthy === false && looked.Servers.length === 0;
  const unseen = looked === undefined && leader !== '';
  const healthView: ConsulStatus['healthView'] = pending ? 'pending' : unseen ? 'denied' : 'seen';
  return {
    agent: answer?.Config,
    health: pending ? undefined : looked,
    healthView,
    missing: missing.sort(),
    denials,
  };
}

function checkDatacenter(client: ConsulClient, known: string[] | undefined): void {
  const { datacenter, where } = client.target;
  if (datacenter === undefined || known === undefined || known.includes(datacenter)) return;
  throw consulErrors.wrongDatacenter({
    message: `${where} is not of datacenter "${datacenter}"; it knows ${known.map((d) => `"${d}"`).join(', ')}.`,
  });
}

async function readServers(
  client: ConsulClient,
  health: AutopilotHealth | undefined,
  leader: string,
  signal: AbortSignal,
): Promise<ServerStatus[]> {
  if (health !== undefined) {
    return health.Servers.map((server) => ({
      name: server.Name,
      ...(server.Address === '' ? {} : { address: server.Address }),
      leader: server.Leader,
      voter: server.Voter,
      healthy: server.Healthy,
    }));
  }
  const purpose = 'list its servers';
  // Whether they are alive is not known here: counted as healthy, and the missing permission is said.
  const configuration = await unlessDenied(
    client.json('/v1/operator/raft/configuration', raftConfigurationSchema, {
      purpose,
      signal,
      query: { stale: '' },
    }),
  );
  const healthy = leader !== '';
  if (configuration !== undefined) {
    return configuration.Servers.map((server) => ({
      name: server.Node,
      address: server.Address,
      leader: server.Leader,
      voter: server.Voter,
      healthy,
    }));
  }
  const peers = await unlessDenied(
    client.json('/v1/status/peers', peersSchema, { purpose, signal }),
  );
  return (peers ?? []).map((address) => ({
    name: address,
    address,
    leader: address === leader,
    voter: true,
    healthy,
  }));
}

function judge(
  leader: string,
  health: AutopilotHealth | undefined,
  servers: ServerStatus[],
): Pick<ClusterStatus, 'health' | 'reason'> {
  if (leader === '') {
    const reason = `No server leads: more than half of the ${servers.length} voters must be alive.`;
    return { health: 'noLeader', reason: servers.length > 0 ? reason : 'No server leads.' };
  }
  if (health === undefined) return { health: 'healthy' };
  const down = health.Servers.filter((server) => !server.Healthy);
  if (health.Healthy && down.length === 0) return { health: 'healthy' };
  const names = down.map(
    (server) => `${server.Name} (${server.SerfStatus === 'alive' ? 'behind' : server.SerfStatus})`,
  );
  const reason =
    names.length === 0 ? 'Consul calls itself not healthy.' : `Not healthy: ${names.join(', ')}.`;
  return { health: 'degraded', reason };
}

function quorumOf(
  servers: ServerStatus[],
  health: AutopilotHealth | undefined,
): Pick<ClusterStatus, 'quorum'> {
  const total = servers.filter((server) => server.voter).length;
  if (total === 0 || health === undefined) return {};
  const alive = health.Servers.filter(
    (s) => s.Voter && s.Healthy && s.SerfStatus === 'alive',
  ).length;
  return { quorum: { needed: Math.floor(total / 2) + 1, alive, total } };
}

function rethrowNotConsul(error: ClusterBackupError): void {
  if (error.code === 'consul.notConsul') throw error;
}

function only(list: string[] | undefined): string | undefined {
  return list?.length === 1 ? list[0] : undefined;
}
