import assert from 'node:assert/strict';
import { toChecks } from '../../../../src/adapters/consul/checkRestored';
import type { TokenView } from '../../../../src/adapters/consul/inventory';
import { planItems } from '../../../../src/adapters/consul/restorePlan';
import type { CaView } from '../../../../src/adapters/consul/restorePlan';
import type { ConsulStatus } from '../../../../src/adapters/consul/status';
import type { SnapshotReport } from '../../../../src/core/ports';

const server = { name: 's1', leader: true, voter: true, healthy: true };
const healthy: ConsulStatus = {
  version: '1.8.7',
  datacenter: 'dc1',
  leader: '127.0.0.1:8300',
  health: 'healthy',
  servers: [server],
  warnings: [],
  healthView: 'seen',
};
const manager: TokenView = { accessor: 'own', refused: false, aclEnabled: true, seesAll: true };
const ca: CaView = { clusterId: 'cluster-a', activeRoot: 'aa:bb' };

function report(more: Partial<SnapshotReport> = {}): SnapshotReport {
  return {
    format: 'consul',
    identity: { index: 100 },
    servers: [{ id: '1', address: '127.0.0.1:8300', voter: true }],
    stats: [{ name: 'KVS', count: 5, sum: 500 }],
    totalSize: 500,
    counts: { KVS: 5, ACLToken: 2 },
    facts: {
      datacenter: 'dc1',
      caClusterId: 'cluster-a',
      caActiveRoot: 'aa:bb',
      aclTokenAccessors: ['own', 'other'],
    },
    contentBytes: 500,
    ...more,
  };
}

const withTypes = (...names: string[]) =>
  report({ stats: names.map((name) => ({ name, count: 1, sum: 1 })) });
const withFacts = (facts: SnapshotReport['facts']) =>
  report({ facts: { ...report().facts, ...facts } });

describe("Consul's lines of a restore plan", () => {
  const rows: [string, Parameters<typeof planItems>, Record<string, string>][] = [
    [
      'back to the same cluster',
      [report(), healthy, manager, ca],
      {
        'consul.health': 'info',
        'consul.version': 'info',
        'consul.tokensStay': 'info',
        'consul.ca': 'info',
      },
    ],
    [
      'no leader',
      [report(), { ...healthy, health: 'noLeader' }, manager, ca],
      { 'consul.health': 'blocker' },
    ],
    [
      'degraded',
      [
        report(),
        { ...healthy, health: 'degraded', reason: 'Not healthy: s2 (failed).' },
        manager,
        ca,
      ],
      { 'consul.health': 'warning' },
    ],
    [
      'health not seen',
      [report(), { ...healthy, healthView: 'denied' }, manager, ca],
      { 'consul.health': 'warning' },
    ],
    [
      'record types of a newer Consul',
      [withTypes('KVS', 'SystemMetadata', 'Peering'), healthy, manager, ca],
      { 'consul.unknownTypes': 'blocker' },
    ],
    [
      'record types nobody knows',
      [withTypes('KVS', 'Unknown(60)'), healthy, manager, ca],
      { 'consul.unknownTypes': 'blocker' },
    ],
    [
      'records of Enterprise',
      [withTypes('KVS', 'Unknown(64)'), healthy, manager, ca],
      { 'consul.enterprise': 'blocker' },
    ],
    [
      'records of Enterprise, back to Enterprise',
      [withTypes('KVS', 'Unknown(64)'), { ...healthy, version: '1.16.4+ent' }, manager, ca],
      { 'consul.version': 'info' },
    ],
    [
      'version not seen',
      [report(), (({ version: _, ...rest }) => rest)(healthy), manager, ca],
      { 'consul.version': 'warning' },
    ],
    [
      'another datacenter',
      [withFacts({ datacenter: 'dc2' }), healthy, manager, ca],
      { 'consul.datacenter': 'warning' },
    ],
    [
      'another number of servers',
      [report({ servers: [] }), healthy, manager, ca],
      { 'consul.health': 'info' },
    ],
    [
      'a token that is not in the backup',
      [report(), healthy, { ...manager, accessor: 'newer' }, ca],
      { 'consul.tokensReturn': 'warning' },
    ],
    [
      'a token whose accessor is not known',
      [report(), healthy, { ...manager, accessor: undefined }, ca],
      { 'consul.tokensReturn': 'warning' },
    ],
    [
      'tokens, and a cluster without ACLs',
      [report(), healthy, { ...manager, aclEnabled: false }, ca],
      { 'consul.tokensAsleep': 'info' },
    ],
    [
      'the CA of another cluster',
      [withFacts({ caClusterId: 'cluster-b' }), healthy, manager, ca],
      { 'consul.ca': 'warning' },
    ],
    [
      'an older root of the same CA',
      [withFacts({ caActiveRoot: 'cc:dd' }), healthy, manager, ca],
      { 'consul.ca': 'warning' },
    ],
    [
      'a CA, and a cluster that shows none',
      [report(), healthy, manager, undefined],
      { 'consul.ca': 'info' },
    ],
  ];
  for (const [title, given, expected] of rows) {
    it(title, () => {
      const items = planItems(...given);
      const severities = new Map<string, string>(items.map((i) => [i.code, i.severity]));
      for (const [code, severity] of Object.entries(expected)) {
        assert.equal(severities.get(code), severity, code);
      }
      for (const { title: line } of items) assert.ok(line.length > 10 && !line.endsWith('.'), line);
    });
  }

  it('names the types that stop a restore', () => {
    const [, item] = planItems(withTypes('KVS', 'SystemMetadata'), healthy, manager, ca);
    assert.match(item?.detail ?? '', /SystemMetadata/);
    assert.doesNotMatch(item?.detail ?? '', /KVS/);
  });
});

describe('comparing a restored cluster with the snapshot', () => {
  const find = (name: string, counts: Parameters<typeof toChecks>[1]) =>
    toChecks(report(), counts).find((check) => check.name === name);

  it('tells what was found', () => {
    assert.deepEqual(find('KVS', { KVS: { count: 5, index: 90 } }), {
      name: 'KVS',
      expected: 5,
      found: 5,
    });
    assert.equal(find('KVS', { KVS: { count: 4, index: 100 } })?.found, 4);
    assert.equal(find('KVS', { KVS: { count: 4, index: undefined } })?.found, 4);
  });

  it('does not blame the restore for what was written since', () => {
    assert.equal(find('KVS', { KVS: { count: 6, index: 101 } })?.found, undefined);
    assert.equal(find('KVS', { KVS: { count: 5, index: 101 } })?.found, 5);
  });

  it('leaves open what can not be counted', () => {
    assert.deepEqual(find('KVS', {}), { name: 'KVS', expected: 5, found: undefined });
    assert.equal(find('PreparedQuery', {}), undefined);
  });

  it('sees what is too much', () => {
    assert.equal(find('PreparedQuery', { PreparedQuery: { count: 1, index: 50 } })?.expected, 0);
  });
});
