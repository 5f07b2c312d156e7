import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createUcpAdapter } from '../../../src/adapters/ucp/adapter';
import { createOperations } from '../../../src/compose/operations';
import { startEngine } from '../../../src/sandbox/parts/dockerEngine';
import type { RunningEngine } from '../../../src/sandbox/parts/dockerEngine';
import { startSshServer } from '../../../src/sandbox/parts/sshServer';
import type { RunningSshServer } from '../../../src/sandbox/parts/sshServer';
import { waitFor } from '../../../src/sandbox/parts/wait';
import { setFault } from '../../standins/ucp/image';
import { checkedUcp } from '../../support/snapshots/ucp';
import { testContext } from '../../unit/adapters/context';
import { UcpSite, refused } from './site';

const VERSION = '3.1.16';
const origin = { kind: 'manual' } as const;

describe('UCP at an engine that is reached over the network', function () {
  this.timeout(300_000);
  let engine: RunningEngine;
  let ssh: RunningSshServer;
  let site: UcpSite;

  before(async () => {
    engine = await startEngine({ hostname: 'manager1', tcp: 'tls' });
    ssh = await startSshServer({ remoteEnv: { DOCKER_HOST: engine.host } });
    site = await UcpSite.make(engine);
    await site.install(VERSION);
  });
  after(async () => {
    await site.remove();
    await ssh.stop();
    await engine.stop();
  });

  const ways = {
    TLS: () => ({
      fields: {
        host: `tcp://127.0.0.1:${engine.port}`,
        caFile: engine.tls?.caFile,
        clientCert: engine.tls?.certFile,
        clientKey: engine.tls?.keyFile,
      },
      env: {},
    }),
    ssh: () => ({ fields: { host: `ssh://${ssh.user}@127.0.0.1:${ssh.port}` }, env: ssh.env }),
  };

  Object.entries(ways).forEach(([way, how], done) => {
    it(`is backed up, cancelled and restored (${way})`, async () => {
      const { fields, env } = how();
      const { activities } = site.place;
      const operations = createOperations({ activities, state: site.state, by: 'test', env });
      const before = await site.parts();
      const cluster = site.cluster(fields);
      const { manifest, path } = await operations.backup({ cluster, origin }, testContext());
      await site.assertClean(done + 1);
      assert.deepEqual(await site.parts(), before);

      await setFault(engine, 'hang');
      const stop = new AbortController();
      const context = testContext(stop.signal);
      const backup = operations.backup({ cluster, origin }, context);
      backup.catch(() => undefined);
      await waitFor(
        'the product to be in the middle',
        () => Promise.resolve(context.phases.some((p) => p.startsWith('Step 2')) || undefined),
        { timeoutMs: 120_000 },
      );
      stop.abort();
      await refused(backup, 'core.cancelled');
      await setFault(engine, undefined);
      await site.assertClean(done + 1);
      assert.deepEqual(await site.parts(), before);

      // Its controllers can be asked in the engine's own network only: what is told here is the archive's way in.
      const adapter = createUcpAdapter(site.connected(fields), env, { state: site.state });
      try {
        const bytes = await readFile(path);
        const { report: content } = await checkedUcp(bytes);
        const choices = { answers: { uninstall: VERSION } };
        const stream = createReadStream(path);
        const request = { content, manifest, choices, payloads: {}, stream, size: bytes.length };
        await adapter.restore(request, testContext());
      } finally {
        await adapter.close();
      }
      assert.deepEqual(await site.parts(), before);
      await site.assertClean(done + 1);
    });
  });
});
