import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startEngine } from '../../../src/sandbox/parts/dockerEngine';
import type { RunningEngine } from '../../../src/sandbox/parts/dockerEngine';
import { runInNode } from '../../../src/sandbox/parts/dockerNode';
import type { SourceRef } from '../../../src/compose/parts';
import type { Looks } from '../../../src/core/plan';
import { differences, nameMapOf, portable } from '../../../src/snapshots/swarm/portable';
import { readDefinitions } from '../../support/swarm/engineApi';
import { actions, changeOf, Site, wipe } from './restoreSite';
import { inVolume, refused, untilRunning } from './support';

const STACK = 'com.docker.stack.namespace=shop';
const payloads = { 'secret/shop_key': Buffer.from('hush, a secret').toString('base64') };

/** Everything about a volume's files that an engine keeps, as text. */
async function listing(engine: RunningEngine, volume: string): Promise<string> {
  const path = (await engine.docker('volume', 'inspect', '-f', '{{.Mountpoint}}', volume)).trim();
  return runInNode(
    engine.node,
    'sh',
    '-c',
    // The size of a folder is its file system's own affair.
    `cd ${path}; { find . -type d -printf '%p|%y|%m|%U:%G|%Ts\\n'; find . ! -type d -printf '%p|%y|%m|%U:%G|%s|%Ts|%l|%n\\n'; } | sort
     find . -type f -exec sha256sum {} + | sort; getcap -r . | sort`,
  );
}

describe('Docker Swarm: a restore', function () {
  this.timeout(300_000);
  let source: RunningEngine;
  let target: RunningEngine;
  let site: Site;
  let backup: SourceRef;

  before(async () => {
    site = await Site.make();
    [source, target] = await Promise.all([
      startEngine({ hostname: 'alpha' }),
      startEngine({ hostname: 'beta' }),
    ]);
    await Promise.all([source.importBusybox('shell:1'), target.importBusybox('shell:1')]);
    await source.docker('swarm', 'init', '--advertise-addr', source.address);
    await source.docker('node', 'update', '--label-add', 'zone=a', 'alpha');
    await source.docker(
      ...['network', 'create', '-d', 'overlay', '--subnet', '10.77.0.0/24', '--label', STACK],
      ...['--opt', 'encrypted', '--attachable', 'shop_net'],
    );
    const file = join(source.folder, 'site.conf');
    await writeFile(file, 'listen 80;\n');
    await source.docker('config', 'create', '--label', STACK, 'shop_site', file);
    await writeFile(file, 'hush, a secret');
    await source.docker('secret', 'create', '--label', STACK, 'shop_key', file);
    await source.docker('volume', 'create', '--label', STACK, 'shop_data');
    await source.docker('volume', 'create', 'lonely');
    await inVolume(
      source,
      'shop_data',
      `cd /v; echo hello > plain; chown 1234:4321 plain; chmod 640 plain; mkdir -p deep/er; chown 7:8 deep
       ln -s ../plain deep/link; ln -s ../../etc/passwd out; ln -s /abs abs; ln plain hard; mkfifo pipe
       echo x > 'odd name ü'; echo s > suid; chmod 6755 suid; ln suid suid2
       dd if=/dev/urandom of=big bs=1M count=9 2>/dev/null; dd if=/dev/zero of=sparse bs=1 count=1 seek=5000000 2>/dev/null
       mkdir empty; chmod 1777 empty; l=$(printf 'x%.0s' $(seq 120)); mkdir $l; echo l > $l/$l; ln $l/$l longlink
       touch -d '2001-02-03 04:05:06' deep/er plain; chown 33:44 .; chmod 2750 .; touch -d '2003-03-03 03:03:03' .`,
    );
    await inVolume(source, 'lonely', 'echo alone > /v/file');
    await source.docker(
      ...[
        'service',
        'create',
        '--quiet',
        '--name',
        'shop_web',
        '--replicas',
        '2',
        '--label',
        STACK,
      ],
      ...['--network', 'shop_net', '--config', 'shop_site', '--secret', 'shop_key'],
      ...['--mount', 'type=volume,source=shop_data,target=/data', '--limit-memory', '32m'],
      ...['--constraint', 'node.labels.zone == a', '--publish', '8080:80', '--env', 'A=b'],
      ...['--restart-max-attempts', '3', '--update-delay', '7s', '--stop-grace-period', '1s'],
      ...['shell:1', 'sleep', '100000'],
    );
    await untilRunning(source, 'shop_web', 2);
    backup = await site.backUp(source);
  });
  after(async () => {
    await source.stop();
    await target.stop();
    await site.remove();
  });

  it('leaves everything onto the cluster it was made of', async () => {
    const plan = await site.plan(backup, source);
    assert.deepEqual([...new Set(actions(plan).map((line) => line.split(' ')[1]))], ['leave']);
    assert.equal(plan.possible, false);
  });

  it('offers a swarm to an engine in none, and is refused until it has an address', async () => {
    const plan = await site.plan(backup, target);
    assert.equal(plan.possible, false);
    const item = plan.items.find(({ code }) => code === 'swarm.notInSwarm');
    assert.equal(item?.severity, 'blocker');
    assert.equal(item.questions?.[0]?.answer, 'initSwarm');
    assert.equal(changeOf(plan, 'secret/shop_key').code, 'payloadMissing');
    assert.equal(changeOf(plan, 'service/shop_web').code, 'dependencyMissing');
    await refused(site.carryOut(backup, target, plan), 'core.notRestorable');
  });

  it('brings everything onto a second, empty engine: specs field by field, files byte by byte', async () => {
    const given = { payloads, choices: { answers: { initSwarm: target.address } } };
    const phases = new Set<string>();
    const results = await site.restore(backup, target, {
      ...given,
      progress: ({ phase }) => phases.add(phase),
    });
    const failed = results.filter(({ result }) => result !== 'done' && result !== 'left');
    assert.deepEqual(failed, []);
    assert.match(
      results.find(({ id }) => id === 'service/shop_web')?.message ?? '',
      /2 of 2 tasks run/,
    );
    assert.ok(
      [...phases].some((phase) => /of 1 running/.test(phase)),
      [...phases].join(),
    );

    const [before, after] = await Promise.all([
      readDefinitions(source.socket, 'alpha'),
      readDefinitions(target.socket, 'beta'),
    ]);
    const [was, is] = [nameMapOf(before), nameMapOf(after)];
    let compared = 0;
    for (const one of before) {
      if (one.kind === 'node' || one.kind === 'volume') continue;
      const other = after.find(({ id }) => id === one.id);
      assert.ok(other, one.id);
      assert.deepEqual(differences(portable(one, was), portable(other, is)), [], one.id);
      compared++;
    }
    assert.ok(compared >= 5, String(compared));
    for (const volume of ['shop_data', 'lonely']) {
      assert.equal(await listing(target, volume), await listing(source, volume));
    }
    assert.match(await listing(target, 'shop_data'), /^\.\|d\|2750\|33:44/m);
    const labels = await target.docker('volume', 'inspect', '-f', '{{json .Labels}}', 'shop_data');
    const { 'cluster-backup.restored': mark, ...own } = JSON.parse(labels) as Record<
      string,
      string
    >;
    assert.deepEqual(own, { 'com.docker.stack.namespace': 'shop' });
    assert.match(mark ?? '', /^[0-9a-f-]{36}$/);
    const container = (await target.docker('ps', '-q')).split('\n')[0] ?? '';
    assert.equal(
      await target.docker('exec', container, 'cat', '/run/secrets/shop_key'),
      'hush, a secret',
    );
    assert.ok(!site.log.all.join('\n').includes(payloads['secret/shop_key']));
    assert.equal(await target.docker('ps', '-aq', '--filter', 'status=created'), '');
    assert.deepEqual(
      (await target.docker('images', '-aq')).split('\n').filter((line) => line !== '').length,
      1,
    );
  });

  it('has nothing left to do the second time', async () => {
    const plan = await site.plan(backup, target, { payloads });
    assert.deepEqual(
      actions(plan).filter((line) => !line.endsWith(' leave')),
      [],
    );
  });

  it('takes one stack only, and gives other names beside what is there', async () => {
    const choices = {
      only: [{ kind: 'stack', name: 'shop' }],
      conflict: 'rename' as const,
      rename: { 'config/shop_site': 'other_site' },
    };
    const plan = await site.plan(backup, target, { choices, payloads });
    assert.ok(!actions(plan).some((line) => line.startsWith('volume/alpha/lonely')));
    assert.equal(changeOf(plan, 'config/shop_site').target, 'other_site');
    // The service uses another config then, so it differs from the one that is there; its port is taken by it.
    assert.equal(changeOf(plan, 'service/shop_web').code, 'portTaken');
  });

  describe('of what is there and differs', () => {
    before(async () => {
      await target.docker('service', 'update', '--quiet', '--env-add', 'A=other', 'shop_web');
      await target.docker('volume', 'rm', 'lonely');
      await inVolume(target, 'lonely', 'echo more > /v/file; echo mine > /v/mine');
    });

    it('skips it, and does the rest', async () => {
      const plan = await site.plan(backup, target, { payloads });
      assert.equal(changeOf(plan, 'service/shop_web').action, 'conflict');
      assert.deepEqual(changeOf(plan, 'service/shop_web').differences, [
        'TaskTemplate.ContainerSpec.Env',
      ]);
      assert.equal(changeOf(plan, 'volume/alpha/lonely').action, 'conflict');
      assert.deepEqual(changeOf(plan, 'volume/alpha/lonely').differences, ['content']);
    });

    it('never touches a volume in use unless told so; then files that are not in the backup stay', async () => {
      const holder = (
        await target.docker('run', '-d', '-v', 'lonely:/v', 'shell:1', 'sleep', '100000')
      ).trim();
      try {
        const only = [{ kind: 'volume', name: 'lonely' }];
        const choices = { only, conflict: 'replace' as const };
        const plan = await site.plan(backup, target, { choices });
        assert.equal(changeOf(plan, 'volume/alpha/lonely').code, 'volumeInUse');
        await refused(site.carryOut(backup, target, plan), 'core.notRestorable');
        assert.equal(await target.docker('exec', holder, 'cat', '/v/file'), 'more\n');
        const accepted = { choices: { ...choices, accept: ['volumeInUse'] } };
        await site.restore(backup, target, accepted);
        assert.equal(await target.docker('exec', holder, 'cat', '/v/file'), 'alone\n');
        assert.equal(await target.docker('exec', holder, 'cat', '/v/mine'), 'mine\n');
      } finally {
        await target.docker('rm', '-f', holder);
      }
    });

    it('replaces a volume whole: what the engine would merge is gone; with a safety backup first', async () => {
      const choices = { conflict: 'replace' as const };
      const given = { choices, payloads, safetyBackup: true };
      const plan = await site.plan(backup, target, given);
      assert.equal(changeOf(plan, 'volume/alpha/lonely').destructive, true);
      const { safetyBackup, changes = [] } = await site.carryOut(backup, target, plan, given);
      assert.deepEqual(
        changes.filter(({ result }) => result === 'failed'),
        [],
      );
      assert.equal(await listing(target, 'lonely'), await listing(source, 'lonely'));
      const spec = await target.docker('service', 'inspect', 'shop_web');
      assert.match(spec, /"A=b"/);
      // And what was there comes back out of it.
      const safety: SourceRef = {
        ...(backup as { kind: 'backup'; vault: string; id: string }),
        id: safetyBackup ?? '',
      };
      await site.restore(safety, target, {
        choices: { only: [{ kind: 'volume', name: 'lonely' }], conflict: 'replace' },
      });
      assert.match(await inVolume(target, 'lonely', 'cat /v/mine'), /mine/);
    });

    it('reads a volume once for plans that follow each other, and anew before anything is done', async () => {
      await target.docker('volume', 'rm', 'lonely');
      const only = [{ kind: 'volume', name: 'lonely' }];
      await site.restore(backup, target, { choices: { only } });
      await rm(join(site.state, 'swarm-restores'), { recursive: true });
      const choices = { only, conflict: 'replace' as const };
      const first = await site.plan(backup, target, { choices });
      assert.equal(changeOf(first, 'volume/alpha/lonely').action, 'leave');
      assert.equal(Object.keys(first.looks ?? {}).length, 1);
      await inVolume(target, 'lonely', 'echo other > /v/file');
      const known = await site.plan(backup, target, { choices, known: first });
      assert.equal(changeOf(known, 'volume/alpha/lonely').action, 'leave');
      const anew = await site.plan(backup, target, { choices });
      assert.equal(changeOf(anew, 'volume/alpha/lonely').action, 'update');
      const old = Object.entries(first.looks ?? {}).map(([key, look]) => [key, { ...look, at: 0 }]);
      const late = { ...first, looks: Object.fromEntries(old) as Looks };
      const again = await site.plan(backup, target, { choices, known: late });
      assert.equal(changeOf(again, 'volume/alpha/lonely').action, 'update');
      // With a name of its own, what has the old one is not looked at.
      const rename = { 'volume/alpha/lonely': 'elsewhere' };
      const beside = await site.plan(backup, target, { choices: { only, rename } });
      assert.deepEqual(
        [changeOf(beside, 'volume/alpha/lonely').target, beside.looks],
        ['elsewhere', {}],
      );
    });

    it('does not go on when the cluster is not what it was when the plan was made', async () => {
      const choices = { conflict: 'replace' as const, only: [{ kind: 'volume', name: 'lonely' }] };
      const plan = await site.plan(backup, target, { choices });
      await target.docker('volume', 'rm', 'lonely');
      await refused(site.carryOut(backup, target, plan), 'core.planChanged');
    });
  });

  describe('onto a cluster that lacks something', () => {
    beforeEach(async () => {
      await wipe(target);
    });

    it('sees that the image is nowhere, and creates the service all the same when that is accepted', async () => {
      await target.docker('rmi', '-f', 'shell:1');
      try {
        const plan = await site.plan(backup, target, { payloads });
        assert.equal(changeOf(plan, 'service/shop_web').code, 'imageMissing');
        const choices = { accept: ['imageMissing'] };
        const results = await site.restore(backup, target, { choices, payloads });
        assert.equal(results.find(({ id }) => id === 'service/shop_web')?.result, 'done');
      } finally {
        await target.importBusybox('shell:1');
      }
    });

    it('sees a node label that is gone, after those that come back', async () => {
      await target.docker('node', 'update', '--label-rm', 'zone', 'beta');
      const choices = { except: ['node/alpha'] };
      const plan = await site.plan(backup, target, { choices, payloads });
      assert.equal(changeOf(plan, 'service/shop_web').code, 'nodeLabelGone');
      const back = await site.plan(backup, target, { payloads });
      assert.equal(changeOf(back, 'node/alpha').action, 'update');
      assert.equal(changeOf(back, 'service/shop_web').action, 'create');
    });

    it('replaces a config, which no engine can change, under a name by its content, and services use it', async () => {
      const file = join(target.folder, 'other.conf');
      await writeFile(file, 'listen 81;\n');
      await target.docker('config', 'create', 'shop_site', file);
      const given = { choices: { conflict: 'replace' as const }, payloads };
      const plan = await site.plan(backup, target, given);
      const { action, target: name = '' } = changeOf(plan, 'config/shop_site');
      assert.equal(action, 'create');
      assert.match(name, /^shop_site-[0-9a-f]{8}$/);
      await site.restore(backup, target, given);
      const service = await target.docker('service', 'inspect', 'shop_web');
      assert.match(service, new RegExp(`"ConfigName": "${name}"`));
      assert.equal(
        await target.docker('config', 'inspect', '-f', '{{printf "%s" .Spec.Data}}', 'shop_site'),
        'listen 81;\n\n',
      );
      const again = await site.plan(backup, target, given);
      assert.equal(changeOf(again, 'config/shop_site').action, 'leave');
      assert.equal(changeOf(again, 'service/shop_web').action, 'leave');
    });

    it('puts all of it beside what is there, under other names', async () => {
      await target.docker('volume', 'create', 'lonely');
      await inVolume(target, 'lonely', 'echo mine > /v/file');
      const choices = { only: [{ kind: 'volume', name: 'lonely' }], conflict: 'rename' as const };
      await site.restore(backup, target, { choices });
      assert.equal(await inVolume(target, 'lonely-restored', 'cat /v/file'), 'alone\n');
      assert.equal(await inVolume(target, 'lonely', 'cat /v/file'), 'mine\n');
      const again = await site.plan(backup, target, { choices });
      assert.equal(changeOf(again, 'volume/alpha/lonely').action, 'leave');
    });

    it('sees a subnet that is taken before an engine says yes to it', async () => {
      await target.docker('network', 'create', '-d', 'overlay', '--subnet', '10.77.0.0/16', 'wide');
      const only = [{ kind: 'network', name: 'shop_net' }];
      const plan = await site.plan(backup, target, { choices: { only } });
      assert.equal(changeOf(plan, 'network/shop_net').code, 'subnetTaken');
      const accepted = { choices: { only, accept: ['subnetTaken'] } };
      const results = await site.restore(backup, target, accepted);
      assert.deepEqual(
        results.map(({ result }) => result),
        ['done'],
      );
      const again = await site.plan(backup, target, accepted);
      assert.equal(changeOf(again, 'network/shop_net').action, 'leave');
    });
  });
});
