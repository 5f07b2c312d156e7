import assert from 'node:assert/strict';
import { startEngine } from '../../../src/sandbox/parts/dockerEngine';
import type { RunningEngine } from '../../../src/sandbox/parts/dockerEngine';
import { run } from '../../../src/sandbox/parts/processes';
import { waitFor } from '../../../src/sandbox/parts/wait';
import { setFault } from '../../standins/ucp/image';
import type { UcpFault } from '../../standins/ucp/image';
import { testContext } from '../../unit/adapters/context';
import { UcpSite, listByGnuPg, refused, words } from './site';

const PASSPHRASE = 'correct horse battery';
const KEY = './ucp-controller-server-certs/key.pem';
const origin = { kind: 'manual' } as const;

const FAMILIES = [
  { version: '2.1.8', stops: true, image: 'docker/ucp:2.1.8' },
  { version: '2.2.22', stops: true, image: 'docker/ucp:2.2.22' },
  { version: '3.1.16', stops: true, image: 'docker/ucp:3.1.16' },
  { version: '3.2.15', stops: false, image: 'docker/ucp:3.2.15' },
  { version: '3.8.1', stops: false, image: 'mirantis/ucp:3.8.1' },
];

interface Inspected {
  Config: { Cmd: string[]; Tty: boolean; OpenStdin: boolean; Labels: Record<string, string> };
  HostConfig: { LogConfig: { Type: string }; Binds: string[] };
}

describe('Backing up UCP and MKE by their own container', function () {
  this.timeout(300_000);
  let engine: RunningEngine;
  let site: UcpSite;
  const us = { kind: 'passphrase', passphrase: PASSPHRASE } as const;

  before(async () => {
    engine = await startEngine({ hostname: 'manager1' });
  });
  beforeEach(async () => {
    site = await UcpSite.make(engine);
  });
  afterEach(async () => {
    await setFault(engine, undefined);
    await site.remove();
  });
  after(() => engine.stop());

  const inspect = async (): Promise<{ text: string; of: Inspected }> => {
    const text = await engine.docker('inspect', 'ucp');
    return { text, of: (JSON.parse(text) as [Inspected])[0] };
  };
  /** A backup that hangs in its container, and how to end it. */
  const hanging = async (fields: Record<string, unknown> = {}) => {
    await setFault(engine, 'hang');
    const stop = new AbortController();
    const context = testContext(stop.signal);
    const backup = site.operations.backup({ cluster: site.cluster(fields, us), origin }, context);
    backup.catch(() => undefined);
    await waitFor(
      'the product to be in the middle',
      () =>
        Promise.resolve(context.phases.some((phase) => phase.startsWith('Step 2')) || undefined),
      { timeoutMs: 120_000, giveUp: () => undefined },
    );
    return { backup, stop };
  };

  for (const { version, stops, image } of FAMILIES) {
    describe(version, () => {
      before(async () => {
        const installer = await UcpSite.make(engine);
        await installer.install(version);
        await installer.remove();
      });

      it('is backed up, encrypted by us, and opens with GnuPG and tar alone', async () => {
        const before = await site.parts();
        const context = testContext();
        const { manifest, path } = await site.operations.backup(
          { cluster: site.cluster({}, us), origin },
          context,
        );
        const names = await listByGnuPg(path, PASSPHRASE);
        assert.ok(names.includes(KEY));
        assert.equal(names.includes('./ucp-node-certs/key.pem'), stops);
        assert.equal(manifest.system.version, version);
        assert.equal(manifest.encryption.kind, 'passphrase');
        const instance = await engine.docker('info', '--format', '{{.Swarm.Cluster.ID}}');
        const { source } = manifest;
        assert.deepEqual(
          [source?.image, source?.node, source?.instance],
          [image, 'manager1', instance.trim()],
        );
        const { counts } = await site.adapter().inventory(context);
        assert.equal(counts.Volume, manifest.counts?.Volume);
        assert.ok(
          context.phases.some((phase) => /Step 3 of 4/.test(phase)),
          context.phases.join(),
        );
        await site.assertClean(1);
        assert.deepEqual(await site.parts(), before);
      });

      it('says before it starts what happens', async () => {
        const { items, on } =
          (await site
            .adapter()
            .planBackup?.({ mode: 'container', encryption: us }, testContext())) ??
          assert.fail('there is no plan');
        assert.equal(on, 'manager1');
        const codes = items.map(({ code }) => code);
        assert.equal(codes.includes('ucp.stops'), stops);
        assert.equal(codes.includes('ucp.singleManager'), stops);
        assert.equal(codes.includes('ucp.nothingStops'), !stops);
        assert.ok(codes.includes('ucp.notIncluded'));
        assert.ok(items.every(({ severity }) => severity !== 'blocker'));
      });

      it('runs without a tty, a log or a passphrase to be seen; a second one is refused; cancelled, it is gone', async () => {
        const before = await site.parts();
        const { backup, stop } = await hanging();
        const { text, of } = await inspect();
        assert.ok(!text.includes(PASSPHRASE));
        const instance = (await engine.docker('info', '--format', '{{.Swarm.Cluster.ID}}')).trim();
        assert.deepEqual(
          of.Config.Cmd,
          stops
            ? ['backup', '--jsonlog', '--id', instance]
            : ['backup', '--jsonlog', '--no-passphrase'],
        );
        assert.equal(of.Config.Tty, false);
        assert.equal(of.Config.OpenStdin, false);
        assert.equal(of.HostConfig.LogConfig.Type, 'none');
        assert.deepEqual(of.HostConfig.Binds, ['/var/run/docker.sock:/var/run/docker.sock']);
        assert.match(of.Config.Labels['cluster-backup.run'] ?? '', /^[0-9a-z]{26}$/);
        const meanwhile = await site.parts();
        if (stops) assert.deepEqual(meanwhile.running, []);
        else assert.deepEqual(meanwhile, before);

        const other = await UcpSite.make(engine);
        const second = other.operations.backup({ cluster: other.cluster(), origin }, testContext());
        // Up to 3.1 the controller is stopped by then; its label is there all the same.
        const { message } = await refused(second, 'ucp.busy');
        assert.match(message, /backup of .*ucp:.* runs since .*another run of Cluster Backup/);
        const plan = await other.adapter().planBackup?.({ mode: 'container' }, testContext());
        assert.deepEqual(
          plan?.items.filter(({ severity }) => severity === 'blocker').map(({ code }) => code),
          ['ucp.busy'],
        );
        await other.remove();

        stop.abort();
        await refused(backup, 'core.cancelled');
        await site.assertClean();
        assert.deepEqual(await site.parts(), before);
      });
    });
  }

  describe('encrypted by the product', () => {
    for (const version of ['3.1.16', '3.8.1']) {
      it(`is stored as it comes and opens with GnuPG and tar alone (${version})`, async () => {
        await site.install(version);
        const cluster = site.cluster({ encryptedBy: 'product' }, us);
        const backup = await site.operations.backup({ cluster, origin }, testContext());
        assert.equal(backup.manifest.encryption.kind, 'passphrase');
        assert.ok((await listByGnuPg(backup.path, PASSPHRASE)).includes(KEY));
        assert.match(await run('file', ['-b', backup.path]).catch(() => 'PGP'), /PGP|GPG/);
        await site.assertClean(1);
      });
    }

    it('is damaged where its message is cut short, and is not kept', async () => {
      await site.install('3.8.1');
      await setFault(engine, 'cutMessage');
      const cluster = site.cluster({ encryptedBy: 'product' }, us);
      await refused(site.operations.backup({ cluster, origin }, testContext()), 'openpgp.damaged');
      await site.assertClean();
    });

    it('is said to show its passphrase, and refuses what it can’t be asked', async () => {
      await site.install('3.8.1');
      const fields = { encryptedBy: 'product' };
      const plan = (encryption: object) =>
        site
          .adapter(fields)
          .planBackup?.({ mode: 'container', encryption: encryption as typeof us }, testContext());
      const codes = async (encryption: object) =>
        (await plan(encryption))?.items.map(({ code, severity }) => `${severity} ${code}`) ?? [];
      assert.ok((await codes(us)).includes('warning ucp.passphraseShown'));
      assert.ok((await codes({ kind: 'none' })).includes('blocker ucp.needsPassphrase'));
      const short = { kind: 'passphrase', passphrase: 'too short' } as const;
      assert.ok((await codes(short)).includes('blocker ucp.passphraseTooShort'));
      for (const [encryption, code] of [
        [{ kind: 'none' }, 'ucp.needsPassphrase'],
        [short, 'ucp.passphraseTooShort'],
      ] as const) {
        const cluster = site.cluster(fields, encryption);
        await refused(site.operations.backup({ cluster, origin }, testContext()), code);
        await site.assertClean();
      }
    });
  });

  describe('plain', () => {
    it('is a tar as the product gave it', async () => {
      await site.install('3.2.15');
      const { path, manifest } = await site.operations.backup(
        { cluster: site.cluster(), origin },
        testContext(),
      );
      assert.equal(manifest.encryption.kind, 'none');
      assert.ok(words(await run('tar', ['--list', '--file', path])).includes(KEY));
      const plan = await site
        .adapter()
        .planBackup?.({ mode: 'container', encryption: { kind: 'none' } }, testContext());
      assert.ok(plan?.items.some(({ code }) => code === 'ucp.notEncrypted'));
    });

    it('is made by a schedule with nobody to ask, once for its moment', async () => {
      await site.install('3.2.15');
      const since = new Date().toISOString();
      const run = { cluster: site.cluster(), schedule: '1d', since };
      assert.ok((await site.operations.scheduledBackup(run, testContext())) !== undefined);
      assert.equal(await site.operations.scheduledBackup(run, testContext()), undefined);
      await site.assertClean(1);
    });
  });

  describe('that goes wrong', () => {
    const faults: [UcpFault, code: string, words: RegExp][] = [
      ['exit1HalfWay', 'ucp.failed', /exit code 1.*unable to back up etcd: context deadline/],
      ['fatalButZero', 'ucp.failed', /unable to back up rethinkdb: connection refused/],
      ['cut', 'snapshot.truncated', /stops early/],
      ['tooFewFiles', 'snapshot.ucpUnsound', /files/],
      ['notATar', 'snapshot.notUcp', /no backup of UCP or MKE/],
    ];
    for (const version of ['3.1.16', '3.8.1']) {
      describe(version, () => {
        before(async () => {
          const installer = await UcpSite.make(engine);
          await installer.install(version);
          await installer.remove();
        });
        for (const [fault, code, reason] of faults) {
          it(`says so, and leaves nothing: ${fault}`, async () => {
            await setFault(engine, fault);
            const attempt = site.operations.backup(
              { cluster: site.cluster({}, us), origin },
              testContext(),
            );
            const error = await attempt.then(
              () => assert.fail('it went well'),
              (problem: unknown) => problem as { code: string; message: string },
            );
            assert.equal(error.code, code, error.message);
            assert.match(error.message, reason);
            await site.assertClean();
          });
        }

        it('is not misled by a noisy log', async () => {
          await setFault(engine, 'noise');
          await site.operations.backup({ cluster: site.cluster({}, us), origin }, testContext());
          await site.assertClean(1);
        });

        it('is ended when it stays silent', async () => {
          await setFault(engine, 'hang');
          const cluster = site.cluster({ timeouts: { silence: 20 } }, us);
          const error = await refused(
            site.operations.backup({ cluster, origin }, testContext()),
            'ucp.silent',
          );
          assert.match(error.message, /for 20 seconds.*Step 2 of 4/);
          await site.assertClean();
        });
      });
    }

    it('refuses without the image, and says how to get it', async () => {
      await site.install('3.8.1');
      const cluster = site.cluster({ image: 'registry.example/ucp' }, us);
      const error = await refused(
        site.operations.backup({ cluster, origin }, testContext()),
        'ucp.imageMissing',
      );
      assert.match(error.next, /docker pull registry\.example\/ucp:3\.8\.1/);
      await site.assertClean();
    });

    it('refuses beside somebody else’s run, which it leaves alone', async () => {
      await site.install('3.8.1');
      await engine.docker(
        ...[
          'run',
          '-d',
          '--name',
          'ucp',
          '--entrypoint',
          '/bin/sleep',
          'mirantis/ucp:3.8.1',
          '600',
        ],
      );
      const attempt = site.operations.backup(
        { cluster: site.cluster({}, us), origin },
        testContext(),
      );
      const error = await refused(attempt, 'ucp.busy');
      assert.match(error.message, /not started by Cluster Backup/);
      assert.equal((await site.containers('ucp')).length, 1);
      await engine.docker('rm', '--force', 'ucp');
      await site.assertClean();
    });

    it('refuses a manager that it does not know, and an engine without UCP', async () => {
      await site.install('3.8.1');
      const cluster = site.cluster({}, us);
      const attempt = site.operations.backup({ cluster, origin, on: 'elsewhere' }, testContext());
      assert.match((await refused(attempt, 'ucp.unknownManager')).next, /manager1/);
      await engine.docker('rm', '--force', 'ucp-controller');
      await refused(site.operations.backup({ cluster, origin }, testContext()), 'ucp.notInstalled');
    });
  });
});
