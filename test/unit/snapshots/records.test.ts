import assert from 'node:assert/strict';
import { snapOf } from '../../support/snapshots/archives';
import { read } from '../../support/snapshots/reading';
import { encodeRecord, kv, mixedRecords, node, stateBin } from '../../support/snapshots/records';

describe('the records of a state.bin', () => {
  it('are counted by type, the first with the bytes of the header', async () => {
    const records = [kv('a', '1'), kv('b', '2'), node('n1')];
    const sizes = records.map((record) => encodeRecord(record).length);
    const state = stateBin(records);
    const header = state.length - sizes.reduce((a, b) => a + b);
    const { report } = await read(await snapOf(state));
    assert.deepEqual(report?.stats, [
      { name: 'Register', count: 1, sum: sizes[2] },
      { name: 'KVS', count: 2, sum: header + (sizes[0] ?? 0) + (sizes[1] ?? 0) },
    ]);
    assert.equal(report.totalSize, state.length);
  });

  it('of unknown and Enterprise types are counted as such and never stop the reading', async () => {
    const { report } = await read(await snapOf(stateBin(mixedRecords())));
    assert.equal(report?.counts['Unknown(50)'], 1);
    assert.equal(report.counts['Unknown(67)'], 1);
    assert.equal(report.counts.ChunkingState, 1);
    assert.deepEqual(report.facts.unknownTypes, ['Unknown(50)', 'Unknown(67)']);
    assert.deepEqual(report.facts.enterpriseTypes, ['Unknown(67)']);
  });

  it('tell nodes, services and checks apart, and leave out what a peer exported', async () => {
    const { report } = await read(await snapOf(stateBin(mixedRecords())));
    const { Node, Service, ServiceName, Check, Imported } = report?.counts ?? {};
    assert.deepEqual(
      { Node, Service, ServiceName, Check, Imported },
      { Node: 1, Service: 2, ServiceName: 2, Check: 1, Imported: 1 },
    );
  });

  it('yield what a restore plan needs, and no secret', async () => {
    const { report } = await read(await snapOf(stateBin(mixedRecords())));
    assert.equal(report?.facts.caClusterId, 'b724d1e7-4b2a-535b-de7c-bc3c35fe8907');
    assert.equal(report.facts.caActiveRoot, 'c6:43');
    assert.deepEqual(report.facts.caRoots, ['c6:43', '00:11']);
    assert.equal(report.facts.datacenter, 'dc1');
    assert.equal(report.facts.aclTokens, 2);
    assert.deepEqual(report.facts.aclTokenAccessors, [
      '926ae7a2-feef-1c49-289a-fe34f0667c94',
      '00000000-0000-0000-0000-000000000002',
    ]);
    assert.ok(!JSON.stringify(report).includes('5ec2e700'));
  });

  it('may be written in the new msgpack dialect', async () => {
    const records = mixedRecords();
    const [old, young] = await Promise.all([
      snapOf(stateBin(records)).then((snap) => read(snap)),
      snapOf(stateBin(records, 'new')).then((snap) => read(snap)),
    ]);
    assert.deepEqual(young.report?.counts, old.report?.counts);
    assert.deepEqual(young.report?.facts.caRoots, old.report?.facts.caRoots);
  });

  it('may hold extensions and every width of number', async () => {
    const forms = [
      'c70201aabb',
      'd401aa',
      'd801' + '00'.repeat(16),
      'c90000000101aa',
      'cafffefdfc',
    ];
    const more = ['cbffffffffffffffff', 'd0ff', 'd1ffff', 'd2ffffffff', 'd3ffffffffffffffff', 'e0'];
    const list = Buffer.from(`32dc000b${[...forms, ...more].join('')}`, 'hex');
    const { report, code } = await read(await snapOf(Buffer.concat([stateBin([]), list])), [1]);
    assert.equal(code, undefined);
    assert.equal(report?.counts['Unknown(50)'], 1);
  });

  it('state identity, servers and time', async () => {
    const { report } = await read(await snapOf(stateBin([])));
    assert.deepEqual(report?.identity, {
      id: '2-42-1795273087137',
      index: 42,
      term: 2,
      formatVersion: 1,
      time: '2026-11-21T14:58:07.137Z',
      size: 12,
    });
    assert.deepEqual(report.servers, [{ id: 'one', address: '127.0.0.1:8300', voter: true }]);
  });
});
