import assert from 'node:assert/strict';
import type { HostedBackup } from '../../../src/core/model';
import { asked, backup, cluster, run } from './fakes';
import type { World } from './fakes';

const ready: HostedBackup = {
  id: '11111111-aaaa',
  name: 'prod-1.tar',
  state: 'ready',
  stateText: 'SUCCESS',
  created: '2026-11-20T12:00:00.000Z',
  finished: '2026-11-20T12:01:00.000Z',
  encrypted: true,
  where: 'manager1:/backups',
  fetch: true,
  facts: [['Note', 'It is worth a note.']],
};
const failed: HostedBackup = {
  id: '11111111-bbbb',
  name: 'prod-2.tar',
  state: 'failed',
  stateText: 'FAILED',
  error: 'no room',
  fetch: 'It failed.',
  facts: [],
};

function world(more: Partial<World> = {}, hosted: HostedBackup[] = [ready, failed]): World {
  const operations: NonNullable<World['operations']> = {
    listHosted: () => Promise.resolve({ backups: hosted, warnings: [] }),
    createHosted: () => Promise.resolve(ready),
    fetchHosted: () => Promise.resolve(backup({ encryption: { kind: 'passphrase' } })),
  };
  return { config: { clusters: [cluster({ system: 'keeping' })] }, operations, ...more };
}

describe('hosted on the command line', () => {
  it('lists what the platform keeps, with what went wrong', async () => {
    const { out, err, code } = await run(['hosted', 'list', 'prod'], world());
    assert.equal(code, 0, err);
    assert.match(out, /^ID +NAME +STATE +CREATED +AGE +SIZE +ENCRYPTED +WHERE$/m);
    assert.match(
      out,
      /^11111111-aaaa +prod-1\.tar +ready +2026-11-20 12:00:00Z +1 day ago +- +yes +manager1:\/backups$/m,
    );
    assert.match(out, /^11111111-bbbb +prod-2\.tar +FAILED +- +- +- +- +-$/m);
    assert.match(err, /prod-2\.tar failed: no room/);
  });

  it('gives all of it as JSON, and the ids alone', async () => {
    const json = await run(['hosted', 'list', 'prod', '--json'], world());
    assert.deepEqual(JSON.parse(json.out), {
      cluster: 'prod',
      hosted: [ready, failed],
      warnings: [],
    });
    const quiet = await run(['hosted', 'list', 'prod', '-q'], world());
    assert.equal(quiet.out, '11111111-aaaa\n11111111-bbbb\n');
  });

  it('says so where there is none, and where the system keeps none', async () => {
    assert.match((await run(['hosted', 'list', 'prod'], world({}, []))).err, /No backups/);
    const consul = await run(['hosted', 'list', 'prod'], {});
    assert.equal(consul.code, 2);
    assert.match(consul.err, /core\.unsupported/);
  });

  it('copies one by its id, its beginning or its name, opened with the passphrase of a variable', async () => {
    for (const text of ['11111111-aaaa', '11111111-a', 'prod-1.tar']) {
      const argv = ['hosted', 'fetch', 'prod', text, '--label', 'kept-1', '--passphrase-env', 'P'];
      const outcome = await run(argv, world({ env: { P: 'theirs alone' } }));
      assert.equal(outcome.code, 0, outcome.err);
      const { id, label, decryption } = asked(outcome, 'fetchHosted') as Record<string, unknown>;
      assert.deepEqual(
        { id, label, decryption },
        { id: ready.id, label: 'kept-1', decryption: { passphrase: 'theirs alone' } },
      );
      assert.match(
        outcome.out,
        /^Copied "prod-1\.tar" into the vault: 01M7.*encrypted: passphrase/,
      );
      assert.ok(!`${outcome.out}${outcome.err}`.includes('theirs alone'));
    }
  });

  it('asks for a passphrase that nobody configured, and refuses where nobody can be asked', async () => {
    const typed = await run(['hosted', 'fetch', 'prod', ready.id], world({ typed: 'typed in' }));
    assert.equal(typed.code, 0, typed.err);
    const { decryption } = asked(typed, 'fetchHosted') as { decryption: unknown };
    assert.deepEqual(decryption, { passphrase: 'typed in' });
    const mute = await run(['hosted', 'fetch', 'prod', ready.id], world());
    assert.equal(mute.code, 3);
    assert.match(mute.err, /core\.needsPassphrase/);
    assert.equal(asked(mute, 'fetchHosted'), undefined);
  });

  it('refuses an id that names none or several, and a label that is none, before anything is copied', async () => {
    for (const text of ['11111111', 'nothing', '1']) {
      const outcome = await run(['hosted', 'fetch', 'prod', text], world());
      assert.equal(outcome.code, 2);
      assert.match(outcome.err, /core\.unknownBackup/);
    }
    const label = await run(['hosted', 'fetch', 'prod', ready.id, '--label', 'a b'], world());
    assert.equal(label.code, 2);
    assert.deepEqual(label.calls, []);
  });

  it('makes one by "create" in a mode that stays there, and says how to copy it', async () => {
    const argv = ['create', 'prod', '--mode', 'kept', '--label', 'abc'];
    const outcome = await run(argv, world());
    assert.equal(outcome.code, 0, outcome.err);
    const { mode, label } = asked(outcome, 'createHosted') as Record<string, unknown>;
    assert.deepEqual({ mode, label }, { mode: 'kept', label: 'abc' });
    assert.match(
      outcome.out,
      /^Backed up "prod": 11111111-aaaa, ready, manager1:\/backups\nprod-1/,
    );
    assert.match(outcome.err, /Note: It is worth a note\./);
    assert.match(outcome.err, /cluster-backup hosted fetch prod 11111111-aaaa/);
    assert.deepEqual(JSON.parse((await run([...argv, '--json'], world())).out), { hosted: ready });
    assert.equal((await run([...argv, '-q'], world())).out, '11111111-aaaa\n');
  });
});
