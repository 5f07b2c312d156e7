import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { startEngine } from '../../../src/sandbox/parts/dockerEngine';
import type { RunningEngine } from '../../../src/sandbox/parts/dockerEngine';
import { waitFor } from '../../../src/sandbox/parts/wait';
import { setFault } from '../../standins/ucp/image';
import { loseAnswer } from '../../support/ucp/lostAnswer';
import { testContext } from '../../unit/adapters/context';
import { UcpSite, refused } from './site';

const CHILD = join(__dirname, '../../support/crash/ucpChild.js');
const origin = { kind: 'manual' } as const;

describe('A backup of UCP that is cut off', function () {
  this.timeout(300_000);
  let engine: RunningEngine;
  let site: UcpSite;

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

  /** Starts a backup in a process of its own and kills that without warning in the middle. */
  async function killed(): Promise<void> {
    await setFault(engine, 'hang');
    const child = spawn(process.execPath, [CHILD, engine.host, site.state], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const end = once(child, 'exit');
    await waitFor(
      'the product to be in the middle',
      () => Promise.resolve(said.includes('Step 2') || undefined),
      {
        timeoutMs: 120_000,
        giveUp: () => (child.exitCode === null ? undefined : `the child ended: ${said}`),
      },
    );
    child.kill('SIGKILL');
    await end;
    await setFault(engine, undefined);
  }

  for (const version of ['3.1.16', '3.8.1']) {
    it(`by a killed process is told, finished and can be taken again (${version})`, async () => {
      await site.install(version);
      const before = await site.parts();
      await killed();
      assert.equal((await site.containers('ucp')).length, 1);
      const stops = version.startsWith('3.1');
      if (stops) assert.deepEqual((await site.parts()).running, []);

      const adapter = site.adapter();
      const [left] = (await adapter.interrupted?.()) ?? [];
      assert.match(left ?? '', /backup on manager1 .* was cut off/);
      if (stops) assert.match(left ?? '', /ucp-controller.* may be stopped/);
      const said = (await adapter.resume?.(testContext())) ?? [];
      assert.match(said.join(' '), /Removed the container of a backup on manager1/);
      assert.equal(/Started ucp-/.test(said.join(' ')), stops);
      await site.assertClean();
      assert.deepEqual(await site.parts(), before);

      // The next backup does the same by itself.
      await killed();
      await site.operations.backup({ cluster: site.cluster(), origin }, testContext());
      await site.assertClean(1);
      assert.deepEqual(await site.parts(), before);
    });
  }

  it('by a killed engine fails, and the next start finishes it', async () => {
    await site.install('3.1.16');
    const before = await site.parts();
    await setFault(engine, 'hang');
    const context = testContext();
    const backup = site.operations.backup({ cluster: site.cluster(), origin }, context);
    backup.catch(() => undefined);
    await waitFor(
      'the product to be in the middle',
      () => Promise.resolve(context.phases.some((p) => p.startsWith('Step 2')) || undefined),
      { timeoutMs: 120_000 },
    );
    await engine.kill();
    const error: unknown = await backup.then(
      () => assert.fail('it went well'),
      (reason: unknown) => reason,
    );
    assert.match((error as { code: string }).code, /^(docker|ucp)\./);
    await engine.startDaemon();
    await setFault(engine, undefined);
    const adapter = site.adapter();
    assert.equal((await adapter.interrupted?.())?.length, 1);
    await adapter.resume?.(testContext());
    await site.assertClean();
    assert.deepEqual(await site.parts(), before);
  });

  it('is not called so while it runs', async () => {
    await site.install('3.8.1');
    await setFault(engine, 'hang');
    const stop = new AbortController();
    const context = testContext(stop.signal);
    const backup = site.operations.backup({ cluster: site.cluster(), origin }, context);
    backup.catch(() => undefined);
    await waitFor(
      'the product to be in the middle',
      () => Promise.resolve(context.phases.some((p) => p.startsWith('Step 2')) || undefined),
      { timeoutMs: 120_000 },
    );
    assert.deepEqual(await site.adapter().interrupted?.(), []);
    stop.abort();
    await refused(backup, 'core.cancelled');
    await site.assertClean();
  });

  it('by an answer that is lost leaves no container, though the engine had made it', async () => {
    await site.install('3.8.1');
    const at = join(site.place.folder, 'cut.sock');
    const between = await loseAnswer(engine.host, at, '/containers/create');
    try {
      const cluster = site.cluster({ host: between.host });
      const attempt = site.operations.backup({ cluster, origin }, testContext());
      const error: unknown = await attempt.then(
        () => assert.fail('it went well'),
        (reason: unknown) => reason,
      );
      assert.match((error as { code: string }).code, /^docker\./);
      assert.equal(between.lost(), 1);
      await site.assertClean();
      await site.operations.backup({ cluster, origin }, testContext());
      await site.assertClean(1);
    } finally {
      await site.close();
      await between.close();
    }
  });
});
