import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SourceRef } from '../../../src/compose/parts';
import { startEngine } from '../../../src/sandbox/parts/dockerEngine';
import type { RunningEngine } from '../../../src/sandbox/parts/dockerEngine';
import { waitFor } from '../../../src/sandbox/parts/wait';
import { isClusterBackupError } from '../../../src/core/errors';
import { swarmArchive, tarWith } from '../../support/snapshots/swarm';
import { hasHelper } from '../../support/swarm/engineApi';
import { actions, changeOf, Site, wipe } from './restoreSite';
import { inVolume, refused } from './support';

const sumOf = (engine: RunningEngine, volume: string): Promise<string> =>
  inVolume(engine, volume, 'cd /v; find . -type f | sort | xargs sha256sum');

describe('Docker Swarm: a restore that is disturbed', function () {
  this.timeout(300_000);
  let source: RunningEngine;
  let target: RunningEngine;
  let site: Site;
  let backup: SourceRef & { kind: 'backup' };

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
    await source.docker('network', 'create', '-d', 'overlay', '--subnet', '10.88.0.0/24', 'net');
    for (const name of ['v1', 'v2', 'v3']) {
      await source.docker('volume', 'create', name);
      await inVolume(
        source,
        name,
        'dd if=/dev/urandom of=/v/big bs=1M count=24 2>/dev/null; echo x > /v/last',
      );
    }
    await source.docker(
      ...['service', 'create', '--quiet', '--detach', '--name', 'web', '--network', 'net'],
      ...['--mount', 'type=volume,source=v2,target=/v', 'shell:1', 'sleep', '100000'],
    );
    backup = (await site.backUp(source)) as typeof backup;
  });
  after(async () => {
    await source.stop();
    await target.stop();
    await site.remove();
  });
  beforeEach(async () => {
    if (target.pid() === undefined) await target.startDaemon();
    await wipe(target);
  });

  const volumes = async () =>
    (await target.docker('volume', 'ls', '-q')).split('\n').filter((name) => name !== '');
  /** Nothing of ours is left on the engine. */
  const isClean = async () => {
    assert.equal(await target.docker('ps', '-aq', '--filter', 'label=cluster-backup.run'), '');
    const images = (await target.docker('images', '-aq')).split('\n').filter((id) => id !== '');
    assert.equal(images.length, 1);
  };
  const completes = async () => {
    const results = await site.restore(backup, target);
    assert.deepEqual(
      results.filter(({ result }) => result === 'failed' || result === 'notReached'),
      [],
    );
    for (const name of ['v1', 'v2', 'v3']) {
      assert.equal(await sumOf(target, name), await sumOf(source, name), name);
    }
    const plan = await site.plan(backup, target);
    assert.deepEqual(
      actions(plan).filter((line) => !line.endsWith(' leave')),
      [],
    );
    await isClean();
    return results;
  };

  it('is cancelled in the middle of a volume: the half is taken away, the rest is done by the next run', async () => {
    const control = new AbortController();
    const plan = await site.plan(backup, target);
    const running = site.carryOut(backup, target, plan, { signal: control.signal });
    const half = async () => {
      if (!(await hasHelper(target.socket, 'v2'))) return undefined;
      control.abort();
      return true;
    };
    const [error] = await Promise.all([
      refused(running, 'core.cancelled'),
      waitFor('a container at the second volume', half, { timeoutMs: 60_000, everyMs: 1 }),
    ]);
    assert.match(error.message, /Done before: .*volume\/alpha\/v1/);
    assert.deepEqual(await volumes(), ['v1']);
    await isClean();
    const results = await completes();
    assert.equal(results.find(({ id }) => id === 'volume/alpha/v1')?.result, 'left');
    assert.equal(results.find(({ id }) => id === 'volume/alpha/v2')?.result, 'done');
  });

  it('is killed in the middle of a volume: the next run makes that one anew', async () => {
    const child = spawn(process.execPath, [
      join(__dirname, 'restoreChild.js'),
      ...[site.folder, target.host, backup.vault, backup.id],
    ]);
    child.stdout.resume();
    const ended = once(child, 'exit');
    await waitFor(
      'a container at the second volume',
      async () => (await hasHelper(target.socket, 'v2')) || undefined,
      { timeoutMs: 60_000, everyMs: 1 },
    );
    child.kill('SIGKILL');
    await ended;
    assert.ok((await volumes()).includes('v2'));
    const plan = await waitFor(
      'the lock of the killed one to be free',
      () => site.plan(backup, target).catch(() => undefined),
      { timeoutMs: 60_000 },
    );
    assert.equal(changeOf(plan, 'volume/alpha/v1').action, 'leave');
    assert.equal(changeOf(plan, 'volume/alpha/v2').action, 'create');
    assert.match(changeOf(plan, 'volume/alpha/v2').reason ?? '', /made anew/);
    await completes();
  });

  it('loses its engine half-way: what was done is told, and the next run completes it', async () => {
    const plan = await site.plan(backup, target);
    const running = site.carryOut(backup, target, plan).then(
      () => assert.fail('it went well'),
      (error: unknown) => error,
    );
    await waitFor(
      'a container at the second volume',
      async () => (await hasHelper(target.socket, 'v2')) || undefined,
      { timeoutMs: 60_000, everyMs: 1 },
    );
    await target.kill();
    const error = await running;
    assert.ok(isClusterBackupError(error), String(error));
    assert.equal(error.code, 'core.restoreIncomplete', error.message);
    const become = new Map(error.changes?.map(({ id, result }) => [id, result]));
    assert.equal(become.get('volume/alpha/v1'), 'done');
    assert.equal(become.get('volume/alpha/v2'), 'failed');
    assert.notEqual(become.get('service/web'), 'done');
    await target.startDaemon();
    await completes();
  });

  it('does nothing when the addresses of a network were taken since the plan was made', async () => {
    const plan = await site.plan(backup, target);
    await target.docker('network', 'create', '-d', 'overlay', '--subnet', '10.88.0.0/16', 'wide');
    const error = await refused(site.carryOut(backup, target, plan), 'core.planChanged');
    assert.match(error.message, /network\/net/);
    assert.deepEqual(await volumes(), []);
    const again = await site.plan(backup, target);
    assert.equal(changeOf(again, 'service/web').code, 'dependencyMissing');
  });

  it('takes a network away again that got no addresses, and tells what hangs on it', async () => {
    // Taken after the adapter has planned for the last time, while everything else waits.
    const plan = await site.plan(backup, target);
    let isTaken = false;
    const progress = ({ phase }: { phase: string }) => {
      if (isTaken || !phase.startsWith('Restoring')) return;
      isTaken = true;
      const args = ['network', 'create', '-d', 'overlay', '--subnet', '10.88.0.0/16', 'wide'];
      execFileSync(target.cli, ['--host', target.host, ...args]);
    };
    const error = await refused(
      site.carryOut(backup, target, plan, { progress }),
      'core.restoreIncomplete',
    );
    const become = new Map(error.changes?.map((one) => [one.id, one]));
    assert.equal(become.get('network/net')?.result, 'failed', JSON.stringify([...become]));
    assert.match(become.get('network/net')?.message ?? '', /no addresses/);
    assert.equal(become.get('service/web')?.result, 'notReached');
    assert.equal(become.get('volume/alpha/v1')?.result, 'done');
    const names = await target.docker('network', 'ls', '--format', '{{.Name}}');
    assert.ok(!/^net$/m.test(names), names);
    await target.docker('network', 'rm', 'wide');
    await completes();
  });

  it('refuses a hostile archive, and nothing of it reaches the engine', async () => {
    const cases = {
      'snapshot.escapes': [
        { name: './', type: 'directory' as const },
        { name: './link', type: 'symlink' as const, linkname: '/etc' },
        { name: './link/passwd', content: 'evil' },
      ],
      up: [{ name: '../../evil', content: 'evil' }],
      device: [{ name: './disk', type: 'block-device' as const, devmajor: 8, devminor: 0 }],
    };
    for (const [name, entries] of Object.entries(cases)) {
      const bytes = await swarmArchive({
        definitions: [
          {
            kind: 'volume',
            name: 'evil',
            node: 'alpha',
            value: { Name: 'evil', Driver: 'local', Labels: null, Options: null, Scope: 'local' },
          },
        ],
        volumes: [{ node: 'alpha', name: 'evil', tar: await tarWith(entries) }],
      });
      const path = join(
        site.folder,
        `${createHash('sha256').update(name).digest('hex')}.swarm.tar`,
      );
      await writeFile(path, bytes);
      const ref: SourceRef = { kind: 'file', path };
      const plan = await site.plan(ref, target);
      assert.equal(plan.possible, false, name);
      assert.equal(changeOf(plan, 'volume/alpha/evil').code, 'unsafeContent', name);
      await refused(site.carryOut(ref, target, plan), 'core.notRestorable');
      assert.deepEqual(await volumes(), []);
    }
  });

  it('refuses a damaged archive before anything is asked', async () => {
    const bytes = await swarmArchive({
      volumes: [],
      definitions: [
        {
          kind: 'config',
          name: 'c',
          value: { ID: 'c1', Spec: { Name: 'c', Labels: {}, Data: 'YQ==' } },
        },
      ],
    });
    const at = bytes.indexOf('"YQ=="');
    assert.ok(at > 0);
    bytes.write('"Yg=="', at);
    const path = join(site.folder, 'damaged.swarm.tar');
    await writeFile(path, bytes);
    const plan = await site.plan({ kind: 'file', path }, target);
    assert.deepEqual(
      plan.items.map(({ severity, code }) => `${severity} ${code}`),
      ['blocker snapshot.badChecksum'],
    );
  });
});
