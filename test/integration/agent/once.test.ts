import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startConsul } from '../../../src/sandbox/parts/consulServer';
import type { RunningConsul } from '../../../src/sandbox/parts/consulServer';
import { temporaryFolder } from '../../../src/sandbox/parts/folders';
import { Workplace } from '../cli/support';
import { listed } from './listed';

describe('The agent with --once', function () {
  this.timeout(400_000);
  let consul: RunningConsul;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let at: Workplace;
  let places = 0;

  before(async () => {
    consul = await startConsul();
    folder = await temporaryFolder('once');
  });
  after(async () => {
    await consul.stop();
    await folder.remove();
  });
  beforeEach(() => {
    at = new Workplace(join(folder.path, String(++places)));
  });

  const configure = (policy: Record<string, unknown>, more: Record<string, unknown> = {}) =>
    at.configure({ prod: { system: 'consul', address: consul.address, policy }, ...more });
  const backups = async () => listed.parse(await at.json(['list'])).backups;
  // Once a year: no planned moment comes between one run and the next, as one of each hour might.
  const once = (env: Record<string, string> = {}) => at.run(['agent', '--once', '--json'], env);

  it('does what is due, prunes, and ends', async () => {
    await configure({
      schedules: [{ interval: '1y', count: 2 }],
      manualCount: 1,
    });
    for (let i = 0; i < 3; i++) assert.equal((await at.run(['create', 'prod'])).code, 0);
    const { code, out, err } = await once();
    assert.equal(code, 0, err);
    assert.equal(out, '');
    for (const line of err.trim().split('\n')) {
      const { type, at: time } = JSON.parse(line) as { type: string; at: string };
      assert.equal(type, 'log');
      assert.ok(!Number.isNaN(Date.parse(time)));
    }
    const kinds = (await backups()).map(({ manifest }) => manifest.origin.kind).sort();
    assert.deepEqual(kinds, ['manual', 'schedule']);
    assert.equal((await once()).code, 0);
    assert.equal((await backups()).length, 2, 'a second run makes no second backup');
  });

  it('ends with 1 where a hook after a backup failed, and the backup stays', async () => {
    await configure({
      schedules: [{ interval: '1y', count: 2 }],
      after: [{ command: [process.execPath, '-e', 'process.exit(3)'] }],
    });
    const { code, err } = await once();
    assert.equal(code, 1);
    assert.match(err, /"agent\.hookFailed"|\[agent\.hookFailed\]/);
    assert.equal((await backups()).length, 1);
  });

  it('ends with 1 where something failed, after all the others', async () => {
    await configure(
      { schedules: [{ interval: '1y', count: 2 }] },
      {
        gone: {
          system: 'consul',
          address: 'http://127.0.0.1:1',
          policy: { schedules: [{ interval: '1y', count: 2 }] },
        },
      },
    );
    const { code, err } = await once();
    assert.equal(code, 1);
    assert.match(err, /"agent\.runsFailed"/);
    assert.match(err, /http\.unreachable/);
    const made = await backups();
    assert.deepEqual(
      made.map(({ manifest }) => manifest.cluster),
      ['prod'],
    );
    assert.deepEqual(
      (await readdir(at.vault, { recursive: true })).filter((name) => name.includes('.partial')),
      [],
    );
  });
});
