import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChangeResult, RestorePlan } from '../../../src/core/plan';
import { startEngine } from '../../../src/sandbox/parts/dockerEngine';
import type { RunningEngine } from '../../../src/sandbox/parts/dockerEngine';
import { temporaryFolder } from '../../../src/sandbox/parts/folders';
import { waitFor } from '../../../src/sandbox/parts/wait';
import { startShop } from '../../support/swarm/shopWindow';
import { shapes } from './shapes';
import { Workplace } from './support';

interface RestoreDocument {
  plan: RestorePlan;
  restored: boolean;
  safetyBackup?: string;
  changes?: ChangeResult[];
}

describe('The command line against a real swarm', function () {
  this.timeout(240_000);
  let shop: Awaited<ReturnType<typeof startShop>>;
  let empty: RunningEngine;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let at: Workplace;
  let id: string;

  before(async () => {
    [shop, empty] = await Promise.all([startShop(), startEngine({ hostname: 'node1' })]);
    await empty.importBusybox('shell:1');
    folder = await temporaryFolder('cli-swarm');
    at = new Workplace(folder.path);
    await at.configure({
      prod: { system: 'swarm', host: shop.engine.host },
      next: { system: 'swarm', host: empty.host },
    });
    await writeFile(join(folder.path, 'key'), 'the-new-payload');
  });
  after(async () => {
    await Promise.all([shop.stop(), empty.stop(), folder.remove()]);
  });

  const restore = async (...args: string[]): Promise<RestoreDocument> =>
    (await at.json(['restore', id, ...args])) as RestoreDocument;
  const actions = ({ plan }: RestoreDocument) =>
    Object.fromEntries((plan.changes ?? []).map((c) => [c.id, c.chosen ? c.action : 'out']));

  it('backs up, in words that know no index', async () => {
    const made = await at.run(['create', 'prod', '--label', 'all']);
    assert.equal(made.code, 0, made.err);
    assert.match(made.out, /^Backed up "prod": .*Service 2/m);
    assert.doesNotMatch(made.out, /index/);
    const [newest] = shapes.list.parse(await at.json(['list', 'prod'])).backups;
    assert.ok(newest);
    ({ id } = newest.manifest);
    const verified = await at.run(['verify', id]);
    assert.match(verified.out, /^OK .*Service 2/);
    assert.doesNotMatch(verified.out, /index/);
  });

  it('lists what there is, and takes part of it', async () => {
    const { out } = await at.run(['contents', 'prod']);
    assert.match(out, /shop_web .*service\/shop_web/);
    assert.match(out, /volume\/node1\/shop_data/);
    const args = ['create', 'prod', '--no-part', 'volumes', '--only', 'stack:shop', '--json'];
    const made = await at.run(args);
    assert.equal(made.code, 0, made.err);
    const { manifest } = shapes.create.parse(JSON.parse(made.out)).backup;
    assert.deepEqual(manifest.scope, {
      parts: ['definitions'],
      only: [{ kind: 'stack', name: 'shop' }],
    });
  });

  it('compares with what is there', async () => {
    const compare = () => at.run(['compare', id, 'service/shop_queue', '--to', 'prod']);
    const same = await compare();
    assert.equal(same.code, 0, same.err);
    await shop.engine.docker('service', 'update', '-d', '--env-add', 'NEW=1', 'shop_queue');
    const other = await compare();
    assert.equal(other.code, 1, other.err);
    assert.match(other.out, /^\+.*NEW/m);
    await shop.engine.docker('service', 'update', '-d', '--env-rm', 'NEW', 'shop_queue');
    const gone = await at.run(['compare', id, 'service/shop_queue', '--to', 'next']);
    assert.notEqual(gone.code, 0);
  });

  it('plans onto an engine in no swarm: says what it needs, and with what', async () => {
    const blocked = await at.run(['restore', id, '--to', 'next', '--dry-run']);
    assert.equal(blocked.code, 3, blocked.err);
    assert.match(blocked.out, /BLOCKED: .* is in no swarm .*\[swarm\.notInSwarm\]/);
    assert.match(blocked.out, /--answer initSwarm=/);
    const plan = await restore('--to', 'next', '--dry-run', '--init-swarm', empty.address);
    const planned = actions(plan);
    assert.equal(planned['volume/node1/shop_data'], 'create');
    assert.equal(planned['secret/shop_key'], 'cannot');
    assert.equal(plan.restored, false);
    const text = await at.run([
      'restore',
      id,
      '--to',
      'next',
      '--dry-run',
      '--init-swarm',
      empty.address,
    ]);
    assert.match(text.out, /give it with --secret shop_key=FILE/);
    assert.deepEqual(
      text.out.split('\n').filter((line) => line.length > 100),
      [],
    );
  });

  it('restores with a secret from a file, and a second run has nothing to do', async () => {
    const args = ['--to', 'next', '--init-swarm', empty.address, '--secret', 'shop_key=key'];
    const plain = await at.run(['restore', id, ...args, '--yes']);
    assert.equal(plain.code, 0, `${plain.out}${plain.err}`);
    assert.match(plain.out, /RESULTS {2}.* done/);
    assert.ok(!`${plain.out}${plain.err}`.includes('the-new-payload'));
    const services = await empty.docker('service', 'ls', '--format', '{{.Name}}');
    assert.deepEqual(services.trim().split('\n').sort(), ['shop_queue', 'shop_web']);
    const read = [
      'run',
      '--rm',
      '-v',
      'shop_data:/v',
      'shell:1',
      'cat',
      '/v/orders/2026/first.json',
    ];
    assert.equal((await empty.docker(...read)).trim(), 'one');

    const again = await at.run(['restore', id, '--to', 'next', '--yes', '--json']);
    assert.equal(again.code, 0, again.err);
    const document = JSON.parse(again.out) as RestoreDocument;
    assert.deepEqual(
      Object.entries(actions(document)).filter(([, action]) => action !== 'leave'),
      [],
    );
    const told = await at.run(['restore', id, '--to', 'next', '--yes']);
    assert.match(told.out, /Nothing to do/);
  });

  it('leaves a conflict alone, and restores it under a new name when told to', async () => {
    const { docker } = empty;
    await docker('service', 'update', '-d', '--env-add', 'LOCAL=1', 'shop_queue');
    const skipped = await at.run(['restore', id, '--to', 'next', '--dry-run', '--json']);
    const skip = JSON.parse(skipped.out) as RestoreDocument;
    assert.equal(actions(skip)['service/shop_queue'], 'conflict');
    const only = ['--only', 'service:shop_queue', '--conflict', 'rename'];
    const renamed = await restore(
      ...['--to', 'next', '--yes', ...only, '--rename', 'service/shop_queue=queue_before'],
    );
    assert.equal(renamed.restored, true);
    assert.deepEqual(
      renamed.changes?.map(({ id: changed, result }) => [changed, result]),
      [['service/shop_queue', 'done']],
    );
    assert.ok(renamed.safetyBackup === undefined || renamed.safetyBackup.length === 26);
    const services = await docker('service', 'ls', '--format', '{{.Name}}');
    assert.ok(services.includes('queue_before') && services.includes('shop_queue'));
    const env = await docker('service', 'inspect', 'shop_queue');
    assert.match(env, /LOCAL=1/);
  });

  it('refuses what the backup does not have, and finds nothing left undone', async () => {
    const args = ['restore', id, '--to', 'next', '--yes', '--only', 'stack:shopp'];
    assert.equal((await at.run(args)).code, 2);
    const resumed = await at.run(['resume', 'next']);
    assert.deepEqual([resumed.code, resumed.out], [0, '']);
    // Tasks of the restore may still be starting.
    const recovered = async () => (await at.run(['recover', 'next'])).out;
    const isHealthy = async () => (await recovered()).startsWith('healthy: ') || undefined;
    await waitFor('the swarm at full strength', isHealthy, { timeoutMs: 120_000, everyMs: 500 });
  });
});
