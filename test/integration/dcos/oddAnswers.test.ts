import assert from 'node:assert/strict';
import { DcosConnections } from '../../../src/adapters/dcos/connections';
import { countInventory } from '../../../src/adapters/dcos/status';
import { refused } from '../../support/refused';
import { DcosSite, LIST, LOOK } from './site';

describe('DC/OS: answers that nobody expects', function () {
  this.timeout(120_000);
  let site: DcosSite;

  beforeEach(async () => {
    site = await DcosSite.make();
    site.server.keep('good-day');
  });
  afterEach(() => site.remove());

  it('of the list are taken as they come: ids, markup, depth, one that is told twice', async () => {
    const { server } = site;
    const odd = 'a/../b?x=1&y #z<b>[l](command:x)`|';
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    const told = (id: string, more = '') => `{"id":${JSON.stringify(id)},"status":"S"${more}}`;
    const body = `[${told(odd, `,"deep":${deep}`)},${told('half\ud800')},${told(odd)}]`;
    server.spoil({ kind: 'answer', status: 200, body }, { line: LIST });
    const { backups } = await site.list();
    assert.deepEqual(backups.map(({ id }) => id).sort(), [odd, 'half\ud800'].sort());
    // They are asked for as they are, wherever that ends.
    for (const id of [odd, 'half\ud800']) {
      await site.delete(id).catch((error: unknown) => {
        assert.match(String((error as { code?: string }).code), /^dcos\./);
      });
    }
    const asked = site.asked(LOOK).map(({ path }) => new URL(path, server.address).searchParams);
    assert.ok(asked.some((query) => query.get('prefix') === odd && query.size === 1));
    assert.ok(asked.some((query) => query.get('prefix') === 'half'));
    server.spoil(undefined);
    server.spoil({ kind: 'answer', status: 200, body: '[{"id":7}]' }, { line: LIST });
    await refused(site.list(), 'dcos.notDcos');
  });

  it('may be a thousand backups, each once and in its order', async () => {
    const { server } = site;
    const stamp = (at: number) => `2020-01-01T00:00:00.${String(at).padStart(9, '0')}Z`;
    for (let at = 1; at < 1000; at++) server.keep(`label-${at}`, { timestamp: stamp(at * 7) });
    const { backups } = await site.list();
    assert.equal(backups.length, 1000);
    const names = backups.slice(1).map(({ name }) => name);
    assert.deepEqual([names[0], names[998]], ['label-999', 'label-1']);
    const wanted = backups[500]?.id ?? '';
    assert.equal((await site.plan(wanted)).backup.id, wanted);
    await site.delete(wanted);
    assert.equal((await site.list()).backups.length, 999);
  });

  it('of groups that lie too deep end in nothing worse than no count and no export', async () => {
    const { server } = site;
    const body = `${'{"groups":['.repeat(20_000)}{}${']}'.repeat(20_000)}`;
    server.spoil({ kind: 'answer', status: 200, body }, { line: /marathon\/v2\/groups/ });
    const cluster = await site.cluster();
    const dcos = new DcosConnections(cluster.connected, site.folder);
    try {
      assert.deepEqual(await countInventory(dcos, site.context()), { counts: {} });
    } finally {
      await dcos.close();
    }
    const options = { cluster, mode: 'export', origin: { kind: 'manual' } } as const;
    const taking = site.operations.backup(options, site.context());
    assert.match((await refused(taking, 'dcos.notDcos')).message, /nested deeper/);
  });
});
