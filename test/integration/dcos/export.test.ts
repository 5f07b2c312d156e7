import assert from 'node:assert/strict';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../../../src/sandbox/parts/folders';
import type { DcosStandIn } from '../../standins/dcos/contract';
import { startDcosStandIn } from '../../standins/dcos/server';
import { Workplace } from '../cli/support';

interface Listed {
  id: string;
  path: string;
  manifest: {
    format: string;
    mode: string;
    counts: Record<string, number>;
    notes?: string[];
    source?: Record<string, string>;
    system: { kind: string; version?: string };
  };
}

describe('DC/OS stand-in: Marathon’s groups exported, by the command line', function () {
  this.timeout(120_000);
  let standIn: DcosStandIn;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let at: Workplace;

  beforeEach(async () => {
    standIn = await startDcosStandIn({ tellsAll: true });
    folder = await temporaryFolder('dcos-export');
    const { address, admin, viewer } = standIn;
    at = new Workplace(folder.path, {
      PASSWORD: admin.password,
      VIEWER: viewer.password,
      PHRASE: 'a phrase of the test',
    });
    const entry = { system: 'dcos', address };
    const asAdmin = { ...entry, user: admin.user, password: { env: 'PASSWORD' } };
    await at.configure({
      prod: asAdmin,
      sealed: { ...asAdmin, encryption: { passphrase: { env: 'PHRASE' } } },
      blind: { ...entry, user: viewer.user, password: { env: 'VIEWER' } },
    });
  });
  afterEach(async () => {
    assert.deepEqual(standIn.broken, []);
    await Promise.all([standIn.close(), folder.remove()]);
  });

  const make = async (cluster: string): Promise<Listed> => {
    const made = await at.run(['create', cluster, '--mode', 'export', '--json']);
    assert.equal(made.code, 0, made.err);
    const { backups } = (await at.json(['list', cluster])) as { backups: Listed[] };
    const [newest] = backups;
    assert.ok(newest);
    return newest;
  };
  const compare = (source: string, id: string, cluster = 'prod') =>
    at.run(['compare', source, id, '--to', cluster]);

  it('holds what a person wrote and nothing that Marathon adds; nothing restarts', async () => {
    const { path, manifest } = await make('prod');
    const text = await readFile(path, 'utf8');
    const { groups, ...about } = JSON.parse(text) as Record<string, unknown>;
    for (const added of ['tasks', 'versionInfo', 'lastTaskFailure', 'deployments', 'readiness']) {
      assert.ok(!JSON.stringify(groups).includes(`"${added}`), added);
    }
    assert.ok(!/"version":/.test(JSON.stringify(groups)));
    assert.match(text, /"image": "shop\/web:1\.4\.2"/);
    assert.equal(about['address'], standIn.address);
    assert.equal(about['dcosVersion'], '2.1.0');
    assert.equal(manifest.format, 'marathon');
    assert.equal(manifest.mode, 'export');
    assert.equal(manifest.system.version, '2.1.0');
    assert.deepEqual(manifest.counts, { Group: 3, App: 4, Pod: 1 });
    assert.match(manifest.notes?.join(' ') ?? '', /not a backup.*secrets/);
    const everything = text + (await readFile(`${path}.json`, 'utf8').catch(() => ''));
    assert.ok(!everything.includes(standIn.admin.password));
    assert.ok(
      standIn.requests.every(({ method, path: of }) => method === 'GET' || /login$/.test(of)),
    );
  });

  it('is the same as what is there, until that is changed', async () => {
    const { path, manifest: _manifest } = await make('prod');
    const ids = ['marathonGroup//', 'marathonGroup//shop', 'marathonApp//shop/web'];
    for (const id of [...ids, 'marathonPod//shop/cache']) {
      const same = await compare(path, id);
      assert.equal(same.code, 0, `${id} ${same.out} ${same.err}`);
    }
    const web = standIn.groups.groups?.[0]?.apps?.[0];
    assert.ok(web);
    web['instances'] = 7;
    for (const id of ids) {
      const { code, out } = await compare(path, id);
      assert.equal(code, 1, id);
      const lines = out.split('\n').filter((line) => /^[-+] /.test(line));
      assert.deepEqual(
        lines.map((line) => line.replace(/\s+/g, ' ')),
        ['- "instances": 3,', '+ "instances": 7,'],
      );
    }
    const untouched = await compare(path, 'marathonGroup//monitoring');
    assert.equal(untouched.code, 0, untouched.out);

    standIn.groups.groups = [];
    const gone = await compare(path, 'marathonGroup//shop');
    assert.equal(gone.code, 1);
    assert.match(gone.err, /is not in/);
    const unknown = await compare(path, 'marathonGroup//nowhere');
    assert.equal(unknown.code, 2, unknown.err);
  });

  it('is verified, inspected, and never restored', async () => {
    const { path } = await make('prod');
    const verified = await at.run(['verify', path]);
    assert.equal(verified.code, 0, verified.err);
    const inspected = await at.run(['inspect', path]);
    assert.equal(inspected.code, 0, inspected.err);
    assert.match(inspected.out, /no backup/);
    assert.match(inspected.out, /App +\/shop\/web +marathonApp\/\/shop\/web/);
    const copy = join(folder.path, 'somewhere.txt');
    await copyFile(path, copy);
    const told = (await at.json(['inspect', copy])) as { items: { id: string }[] };
    assert.equal(told.items[0]?.id, 'marathonGroup//');
    assert.equal((await compare(copy, 'marathonGroup//shop')).code, 0);

    const text = await readFile(path, 'utf8');
    await writeFile(copy, text.slice(0, -100));
    const cut = await at.run(['inspect', copy]);
    assert.equal(cut.code, 3);
    assert.match(cut.err, /snapshot\.truncated/);
    await writeFile(copy, text.replace('"instances": 3', '"instances": 4'));
    const damaged = await compare(copy, 'marathonGroup//shop');
    assert.equal(damaged.code, 3);
    assert.match(damaged.err, /snapshot\.badChecksum/);
    assert.equal((await at.run(['verify', copy])).code, 3);
  });

  it('is encrypted as a backup is, and opened to compare', async () => {
    const { path } = await make('sealed');
    assert.match(path, /\.marathon\.json\.gpg$/);
    assert.ok(!(await readFile(path)).includes('shop/web'));
    const same = await compare(path, 'marathonGroup//shop', 'sealed');
    assert.equal(same.code, 0, same.err);
    const inspected = await at.run(['inspect', path]);
    assert.match(inspected.out, /marathonApp\/\/shop\/web/, inspected.err);
  });

  it('stands in the contents, with how many tasks run', async () => {
    const { out } = await at.run(['contents', 'prod']);
    assert.match(out, /marathonApp\/\/shop\/web/);
    assert.match(out, /3 of 3 running/);
  });

  it('says what Marathon refuses, or does not tell in a form that is known', async () => {
    const denied = await at.run(['create', 'blind', '--mode', 'export']);
    assert.equal(denied.code, 3, denied.err);
    assert.match(denied.err, /dcos:adminrouter:service:marathon/);
    const fault = (body: string) =>
      standIn.spoil({ kind: 'answer', status: 200, body }, { line: /\/v2\/groups/ });
    fault(`{"id":"/","apps":${'['.repeat(5000)}${']'.repeat(5000)}}`);
    const deep = await at.run(['create', 'prod', '--mode', 'export']);
    assert.equal(deep.code, 1, deep.err);
    assert.match(deep.err, /nested/);
    standIn.spoil(undefined);
    fault('{"id":"/","apps":[{"no":"id"}]}');
    const other = await at.run(['create', 'prod', '--mode', 'export']);
    assert.match(other.err, /of another form/);
    standIn.spoil(undefined);
    standIn.spoil({ kind: 'cut', when: 'inBody' }, { line: /\/v2\/groups/, times: 1 });
    await make('prod');
  });
});
