import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SourceRef } from '../../../src/compose/parts';
import type { ChangeResult } from '../../../src/core/plan';
import { startEngine } from '../../../src/sandbox/parts/dockerEngine';
import type { RunningEngine } from '../../../src/sandbox/parts/dockerEngine';
import { swarmArchive, tarWith } from '../../support/snapshots/swarm';
import { actions, changeOf, Site, wipe } from './restoreSite';
import { inVolume, refused, specOf, traces, untilRunning } from './support';

const payloads = { 'secret/shop_key': Buffer.from('hush, a secret').toString('base64') };
const failed = (results: readonly ChangeResult[]) =>
  results.filter(({ result }) => result === 'failed' || result === 'notReached');

describe('Docker Swarm: a restore onto another cluster', function () {
  this.timeout(300_000);
  let source: RunningEngine;
  let target: RunningEngine;
  let site: Site;
  let backup: SourceRef;

  /** A stack with all that a service can name. */
  async function makeShop(engine: RunningEngine, parts: { settings: string; key: string }) {
    const label = ['--label', 'com.docker.stack.namespace=shop'];
    const file = join(engine.folder, 'file');
    await engine.docker('network', 'create', '-d', 'overlay', ...label, 'shop_net');
    await writeFile(file, parts.settings);
    await engine.docker('config', 'create', ...label, 'shop_site', file);
    await writeFile(file, parts.key);
    await engine.docker('secret', 'create', ...label, 'shop_key', file);
  }

  before(async () => {
    site = await Site.make();
    [source, target] = await Promise.all([
      startEngine({ hostname: 'alpha' }),
      startEngine({ hostname: 'alpha' }),
    ]);
    for (const engine of [source, target]) {
      await engine.importBusybox('shell:1');
      await engine.docker('swarm', 'init', '--advertise-addr', engine.address);
    }
    await makeShop(source, { settings: 'listen 80;', key: 'hush, a secret' });
    await inVolume(source, 'shop_data', 'echo hello > /v/greeting');
    await source.docker(
      ...['service', 'create', '--quiet', '--name', 'shop_web', '--network', 'shop_net'],
      ...['--label', 'com.docker.stack.namespace=shop'],
      ...['--config', 'source=shop_site,target=/site.conf', '--secret', 'shop_key'],
      ...['--mount', 'type=volume,source=shop_data,target=/data', '--stop-grace-period', '1s'],
      // Ends at once unless it finds all three.
      ...['shell:1', 'sh', '-c'],
      'cat /site.conf /run/secrets/shop_key /data/greeting && exec sleep 100000',
    );
    await source.docker('config', 'create', 'other', join(source.folder, 'file'));
    await source.docker('volume', 'create', 'other');
    await source.docker('swarm', 'update', '--task-history-limit', '3');
    await untilRunning(source, 'shop_web', 1);
    backup = await site.backUp(source);
  });
  after(async () => {
    await source.stop();
    await target.stop();
    await site.remove();
  });
  beforeEach(() => wipe(target));

  /** What a task of the restored service reads. */
  async function whatTaskReads(): Promise<string> {
    await untilRunning(target, 'shop_web', 1);
    const id = (await target.docker('ps', '-q', '--filter', 'volume=shop_data')).trim();
    const files = ['/site.conf', '/run/secrets/shop_key', '/data/greeting'];
    return target.docker('exec', id, 'cat', ...files);
  }

  it('brings one stack back to the end: its tasks read the config, the secret and the volume', async () => {
    const choices = {
      only: [
        { kind: 'stack', name: 'shop' },
        { kind: 'volume', name: 'shop_data' },
      ],
    };
    await target.docker('config', 'create', 'bystander', join(source.folder, 'file'));
    const results = await site.restore(backup, target, { choices, payloads });
    assert.deepEqual(failed(results), []);
    assert.equal(await whatTaskReads(), 'listen 80;hush, a secrethello\n');
    const there = async (kind: string) =>
      (await target.docker(kind, 'ls', '--format', '{{.Name}}')).trim().split('\n').sort();
    assert.deepEqual(await there('config'), ['bystander', 'shop_site']);
    assert.deepEqual(await there('volume'), ['shop_data']);
    assert.deepEqual(await there('service'), ['shop_web']);
    const limit = await target.docker('info', '-f', '{{json .Swarm.Cluster.Spec.Orchestration}}');
    assert.ok(!limit.includes(':3'), limit);
  });

  it('uses what is there under the same names, whatever their ids', async () => {
    // Objects of the same names, made here: no id of the backup is one of theirs.
    await makeShop(target, { settings: 'listen 80;', key: 'another secret' });
    const plan = await site.plan(backup, target);
    const kept = ['config/shop_site', 'secret/shop_key'].map((id) => changeOf(plan, id).action);
    assert.deepEqual(kept, ['leave', 'leave']);
    assert.deepEqual(failed(await site.restore(backup, target)), []);
    assert.equal(await whatTaskReads(), 'listen 80;another secrethello\n');
    const spec = JSON.stringify(await specOf(target, 'shop_web'));
    for (const kind of ['network', 'config', 'secret']) {
      const id = async (engine: RunningEngine) => {
        const name = { network: 'shop_net', config: 'shop_site', secret: 'shop_key' }[kind] ?? '';
        const format = kind === 'network' ? '{{.Id}}' : '{{.ID}}';
        return (await engine.docker(kind, 'inspect', '-f', format, name)).trim();
      };
      assert.ok(spec.includes(await id(target)), kind);
      assert.ok(!spec.includes(await id(source)), kind);
    }
  });

  it('changes the settings of the swarm only when it is chosen by itself, and never its tokens', async () => {
    const token = () => target.docker('swarm', 'join-token', '-q', 'worker');
    const before = await token();
    const plan = await site.plan(backup, target, { payloads });
    assert.equal(changeOf(plan, 'swarm').action, 'leave');
    const choices = { only: [{ kind: 'swarm', name: 'swarm' }] };
    const chosen = await site.plan(backup, target, { choices });
    assert.deepEqual(actions(chosen), ['swarm update']);
    assert.equal(changeOf(chosen, 'swarm').destructive, true);
    await site.carryOut(backup, target, chosen);
    const info = await target.docker('info', '-f', '{{json .Swarm.Cluster.Spec}}');
    assert.match(info, /"TaskHistoryRetentionLimit":3/);
    assert.equal(await token(), before);
    await target.docker('swarm', 'update', '--task-history-limit', '5');
  });

  it('replaces a network that nobody uses, and never one that is used', async () => {
    const choices = { only: [{ kind: 'network', name: 'shop_net' }], conflict: 'replace' as const };
    const make = ['network', 'create', '-d', 'overlay', '--attachable', '--internal', 'shop_net'];
    const id = (await target.docker(...make)).trim();
    const run = [
      'run',
      '-d',
      '--name',
      'user',
      '--network',
      'shop_net',
      'shell:1',
      'sleep',
      '10000',
    ];
    await target.docker(...run);
    const used = await site.plan(backup, target, { choices });
    assert.deepEqual(
      [changeOf(used, 'network/shop_net').action, changeOf(used, 'network/shop_net').code],
      ['cannot', 'inUse'],
    );
    assert.match(changeOf(used, 'network/shop_net').reason ?? '', /container user/);
    await refused(site.carryOut(backup, target, used), 'core.notRestorable');
    await target.docker('rm', '-f', 'user');
    assert.equal(
      (await target.docker('network', 'inspect', '-f', '{{.Id}}', 'shop_net')).trim(),
      id,
    );

    const plan = await site.plan(backup, target, { choices });
    assert.equal(changeOf(plan, 'network/shop_net').destructive, true);
    assert.deepEqual(failed((await site.carryOut(backup, target, plan)).changes ?? []), []);
    const now = await target.docker('network', 'inspect', 'shop_net');
    assert.ok(!now.includes(id));
    assert.match(now, /"Internal": false/);
    assert.match(now, /"Subnet"/);
  });

  it('takes no payload that an engine would refuse, and restores all that needs none', async () => {
    const asked = (key: string) =>
      site.plan(backup, target, { payloads: { 'secret/shop_key': key } });
    const wrong = {
      'has 512000 bytes': Buffer.alloc(512_000, 1).toString('base64'),
      'not base64': 'hush!',
    };
    for (const [reason, key] of Object.entries(wrong)) {
      const plan = await asked(key);
      const secret = changeOf(plan, 'secret/shop_key');
      assert.deepEqual([secret.action, secret.code], ['cannot', 'payloadUnusable']);
      assert.ok(secret.reason?.includes(reason), secret.reason);
      assert.ok(!JSON.stringify(plan).includes(key));
    }
    const empty = await asked('');
    assert.equal(changeOf(empty, 'secret/shop_key').code, 'payloadMissing');
    assert.equal(changeOf(empty, 'service/shop_web').code, 'dependencyMissing');
    const error = await refused(site.carryOut(backup, target, empty), 'core.restoreIncomplete');
    const become = new Map(error.changes?.map(({ id, result }) => [id, result]));
    assert.deepEqual(
      ['config/shop_site', 'volume/alpha/shop_data', 'secret/shop_key', 'service/shop_web'].map(
        (id) => become.get(id),
      ),
      ['done', 'done', 'notReached', 'notReached'],
    );
    // As large as an engine takes it.
    const largest = Buffer.alloc(511_999, 'x').toString('base64');
    const given = { payloads: { 'secret/shop_key': largest } };
    assert.deepEqual(failed(await site.restore(backup, target, given)), []);
    await untilRunning(target, 'shop_web', 1);
  });

  it('does not let an engine make a volume that went away after the plan', async () => {
    const choices = { only: [{ kind: 'volume', name: 'shop_data' }], conflict: 'replace' as const };
    await inVolume(target, 'shop_data', 'echo mine > /v/mine');
    const given = { choices: { ...choices, accept: ['volumeInUse'] } };
    const holder = (await target.docker('create', '-v', 'shop_data:/v', 'shell:1')).trim();
    const plan = await site.plan(backup, target, given);
    assert.equal(changeOf(plan, 'volume/alpha/shop_data').code, 'volumeInUse');
    // Goes once the last plan was made, right before it would be written to.
    let isGone = false;
    const docker = (...args: string[]) =>
      execFileSync(target.cli, ['--host', target.host, ...args], { stdio: 'ignore' });
    const progress = ({ phase }: { phase: string }) => {
      if (isGone || phase !== 'Restoring') return;
      isGone = true;
      docker('rm', '-f', holder);
      docker('volume', 'rm', 'shop_data');
    };
    const before = site.carryOut(backup, target, plan, { ...given, progress });
    const error = await refused(before, 'core.restoreIncomplete');
    assert.ok(isGone);
    assert.match(error.message, /has gone since the plan was made/);
    assert.equal(await target.docker('volume', 'ls', '-q'), '');
    assert.equal(await traces(target), '');
  });

  it('refuses a volume whose sparse file claims more than any disk has, before a byte of it is written', async () => {
    const pax = { 'GNU.sparse.realsize': '1099511627776', 'GNU.sparse.name': './big' };
    const entries = [
      { name: './', type: 'directory' as const },
      { name: './x', pax, content: 'x' },
    ];
    const value = { Name: 'evil', Driver: 'local', Labels: null, Options: null, Scope: 'local' };
    const bytes = await swarmArchive({
      definitions: [{ kind: 'volume', name: 'evil', node: 'alpha', value }],
      volumes: [{ node: 'alpha', name: 'evil', tar: await tarWith(entries) }],
    });
    const path = join(site.folder, 'bomb.swarm.tar');
    await writeFile(path, bytes);
    const plan = await site.plan({ kind: 'file', path }, target);
    assert.equal(plan.possible, false);
    assert.match(plan.items.find(({ code }) => code === 'swarm.hostile')?.detail ?? '', /bomb/);
    await refused(site.carryOut({ kind: 'file', path }, target, plan), 'core.notRestorable');
    assert.equal(await target.docker('volume', 'ls', '-q'), '');
  });
});
