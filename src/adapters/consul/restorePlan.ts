import type { RestorePlanItem } from '../../core/plan';
import type { RunContext, SnapshotReport } from '../../core/ports';
import { isEnterpriseType, typesUnknownTo } from '../../snapshots/raft/recordTypes';
import type { ConsulClient } from './http';
import { unlessDenied } from './http';
import { readTokenView } from './inventory';
import type { TokenView } from './inventory';
import { readSettledStatus } from './status';
import type { ConsulStatus } from './status';
import { caRootsSchema } from './wire';

/** The CA of the service mesh as a running cluster shows it. */
export interface CaView {
  clusterId: string;
  activeRoot: string;
}

/** Asks the cluster what a plan needs to know, and lists what a person has to know. Changes nothing. */
export async function planConsulRestore(
  client: ConsulClient,
  content: SnapshotReport,
  { signal }: RunContext,
): Promise<RestorePlanItem[]> {
  const status = await readSettledStatus(client, signal);
  const query = status.health === 'noLeader' ? { stale: '' } : {};
  const token = await readTokenView(client, signal, query);
  const purpose = 'show its CA';
  const roots = await unlessDenied(
    client.json('/v1/connect/ca/roots', caRootsSchema, { purpose, query, signal }),
  );
  const ca = roots && {
    clusterId: roots.TrustDomain.replace(/\.consul$/, ''),
    activeRoot: roots.ActiveRootID,
  };
  return planItems(content, status, token, ca);
}

/** The lines of the plan, from what is known. */
export function planItems(
  content: SnapshotReport,
  status: ConsulStatus,
  token: TokenView,
  ca: CaView | undefined,
): RestorePlanItem[] {
  return [
    ...health(status),
    ...recordTypes(content, status),
    ...datacenter(content, status),
    ...servers(content, status),
    ...tokens(content, token),
    ...authority(content, ca),
  ];
}

function health(status: ConsulStatus): RestorePlanItem[] {
  const code = 'consul.health';
  if (status.health === 'noLeader') {
    const detail = `A restore is done by the leader. ${status.reason ?? ''}`.trim();
    return [{ severity: 'blocker', code, title: 'The cluster has no leader', detail }];
  }
  if (status.health === 'degraded') {
    const detail =
      `${status.reason ?? ''} A server that fails during a restore may leave the cluster without its data.`.trim();
    return [{ severity: 'warning', code, title: 'The cluster is degraded', detail }];
  }
  if (status.healthView !== 'seen') {
    const why =
      status.healthView === 'denied'
        ? 'The token lacks operator = "read".'
        : 'The leader is new and has not looked at its servers yet.';
    const title = 'Whether the cluster is stable was not seen';
    const detail = `${why} Look yourself whether all servers are alive.`;
    return [{ severity: 'warning', code, title, detail }];
  }
  return [{ severity: 'info', code, title: 'The cluster is stable' }];
}

function recordTypes(content: SnapshotReport, status: ConsulStatus): RestorePlanItem[] {
  const names = content.stats.map(({ name }) => name);
  const { version } = status;
  if (version === undefined) {
    const title = "The cluster's version is not known";
    const detail =
      'The token lacks agent = "read". Consul supports a restore between servers of one version.';
    return [{ severity: 'warning', code: 'consul.version', title, detail }];
  }
  const unknown = typesUnknownTo(version, names);
  const enterprise = unknown.filter(isEnterpriseType);
  const newer = unknown.filter((name) => !isEnterpriseType(name));
  const items: RestorePlanItem[] = [];
  if (enterprise.length > 0) {
    items.push({
      severity: 'blocker',
      code: 'consul.enterprise',
      title: 'The backup is of Consul Enterprise, the cluster is not',
      detail: `Consul ${version} refuses its records: ${enterprise.join(', ')}.`,
    });
  }
  if (newer.length > 0) {
    items.push({
      severity: 'blocker',
      code: 'consul.unknownTypes',
      title: `Consul ${version} does not know record types of the backup`,
      detail: `It would stop at ${newer.join(', ')}. Restore to the version that the backup was made of.`,
    });
  }
  if (items.length > 0) return items;
  const title = `Consul ${version} knows every record type of the backup`;
  const detail = 'Consul supports a restore between servers of one version.';
  return [{ severity: 'info', code: 'consul.version', title, detail }];
}

function datacenter(content: SnapshotReport, status: ConsulStatus): RestorePlanItem[] {
  const from = content.facts['datacenter'];
  if (typeof from !== 'string' || status.datacenter === undefined) return [];
  if (from === status.datacenter) return [];
  return [
    {
      severity: 'warning',
      code: 'consul.datacenter',
      title: `The backup is of datacenter "${from}", the cluster is "${status.datacenter}"`,
      detail: 'Nodes and services keep the datacenter they were registered in.',
    },
  ];
}

function servers(content: SnapshotReport, status: ConsulStatus): RestorePlanItem[] {
  const then = content.servers.length;
  const now = status.servers.length;
  if (then === 0 || now === 0 || then === now) return [];
  return [
    {
      severity: 'info',
      code: 'consul.servers',
      title: `The backup is of ${servers_(then)}, the cluster has ${now}`,
      detail: 'A restore leaves the servers of the cluster as they are.',
    },
  ];
}

function tokens(content: SnapshotReport, token: TokenView): RestorePlanItem[] {
  const there = content.counts['ACLToken'] ?? 0;
  if (!token.aclEnabled) {
    if (there === 0) return [];
    const title = 'The backup has ACL tokens, but the cluster runs without ACLs';
    const detail = 'They come back and have no effect until ACLs are turned on.';
    return [{ severity: 'info', code: 'consul.tokensAsleep', title, detail }];
  }
  const accessors = content.facts['aclTokenAccessors'];
  const stays =
    token.accessor !== undefined && Array.isArray(accessors) && accessors.includes(token.accessor);
  const detail =
    'Tokens and policies made since then are gone, those deleted since then are valid again. ';
  if (stays) {
    return [
      {
        severity: 'info',
        code: 'consul.tokensStay',
        title: 'The ACL tokens of the backup come back; the one in use is among them',
        detail: detail.trim(),
      },
    ];
  }
  return [
    {
      severity: 'warning',
      code: 'consul.tokensReturn',
      title:
        there === 0
          ? 'The backup has no ACL tokens: the one in use may stop working right after'
          : 'The ACL tokens of the backup come back: the one in use may stop working right after',
      detail: `${detail}To check the restore, a token that is in the backup is needed.`,
    },
  ];
}

function authority(content: SnapshotReport, ca: CaView | undefined): RestorePlanItem[] {
  const clusterId = content.facts['caClusterId'];
  const activeRoot = content.facts['caActiveRoot'];
  const code = 'consul.ca';
  if (typeof clusterId !== 'string') {
    if (ca === undefined) return [];
    const title = 'The backup has no CA of the service mesh, the cluster has one';
    const detail = 'The cluster makes a new CA afterwards: proxies need new certificates.';
    return [{ severity: 'warning', code, title, detail }];
  }
  if (ca === undefined) {
    const title = 'The backup has a CA of the service mesh, the cluster shows none';
    return [{ severity: 'info', code, title }];
  }
  if (clusterId !== ca.clusterId) {
    const title = "The cluster's CA is replaced by the one of another cluster";
    const detail = `Trust domain ${ca.clusterId} becomes ${clusterId}: certificates in use are no longer trusted.`;
    return [{ severity: 'warning', code, title, detail }];
  }
  if (typeof activeRoot === 'string' && activeRoot !== ca.activeRoot) {
    const title = 'The CA goes back to an older root certificate';
    const detail = 'Certificates signed by the present root are no longer trusted.';
    return [{ severity: 'warning', code, title, detail }];
  }
  return [{ severity: 'info', code, title: 'The CA of the service mesh stays the same' }];
}

function servers_(count: number): string {
  return count === 1 ? '1 server' : `${count} servers`;
}
