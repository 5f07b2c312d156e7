import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { SourceRef } from '../../../src/compose/parts';
import type { RestoreChoices } from '../../../src/core/model';
import { startEngine } from '../../../src/sandbox/parts/dockerEngine';
import type { RunningEngine } from '../../../src/sandbox/parts/dockerEngine';
import { waitFor } from '../../../src/sandbox/parts/wait';
import { hasHelper } from '../../support/swarm/engineApi';
import { changeOf, Site } from './restoreSite';
import { inVolume, traces } from './support';

describe('Docker Swarm: what a killed restore leaves on an engine', function () {
  this.timeout(300_000);
  let engine: RunningEngine;
  let site: Site;
  let backup: SourceRef & { kind: 'backup' };
  const only = [{ kind: 'volume', name: 'data' }];

  before(async () => {
    site = await Site.make();
    engine = await startEngine({ hostname: 'alpha' });
    await engine.importBusybox('shell:1');
    await engine.docker('volume', 'create', 'data');
    await inVolume(engine, 'data', 'dd if=/dev/urandom of=/v/big bs=1M count=48 2>/dev/null');
    backup = (await site.backUp(engine, { only })) as typeof backup;
    await inVolume(engine, 'data', 'echo mine > /v/mine');
  });
  after(async () => {
    await engine.stop();
    await site.remove();
  });

  /** Restores in a process that is killed once a helper container is at the volume. */
  async function killedAtHelper(choices: RestoreChoices, phase: RegExp): Promise<void> {
    const child = spawn(process.execPath, [
      join(__dirname, 'restoreChild.js'),
      ...[site.folder, engine.host, backup.vault, backup.id, JSON.stringify(choices)],
    ]);
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const ended = once(child, 'exit');
    await waitFor(
      'a container at the volume',
      async () => (phase.test(said) && (await hasHelper(engine.socket, 'data'))) || undefined,
      { timeoutMs: 60_000, everyMs: 1 },
    );
    child.kill('SIGKILL');
    await ended;
    assert.notEqual(await traces(engine), '');
  }

  /** The killed one's lock goes a moment later. */
  const resumed = () =>
    waitFor(
      'the lock of the killed one to be free',
      () => site.resume(engine).catch(() => undefined),
      {
        timeoutMs: 60_000,
      },
    );

  it('is removed by the next start: of a merge into a volume in use', async () => {
    const holder = (
      await engine.docker('run', '-d', '-v', 'data:/v', 'shell:1', 'sleep', '100000')
    ).trim();
    try {
      const choices = { only, conflict: 'replace' as const, accept: ['volumeInUse'] };
      await killedAtHelper(choices, /Restoring/);
      assert.match((await resumed()).join(), /Removed what a restore had made on alpha/);
      assert.equal(await traces(engine), '');
      assert.deepEqual(await site.resume(engine), []);
      // What uses the volume goes on, and the content is put in by a second run.
      assert.equal(await engine.docker('exec', holder, 'cat', '/v/mine'), 'mine\n');
      await site.restore(backup, engine, { choices });
      assert.equal(await traces(engine), '');
    } finally {
      await engine.docker('rm', '-f', holder);
    }
  });

  it('is removed by the next start: of a look at a volume', async () => {
    await killedAtHelper({ only, conflict: 'replace' }, /Comparing/);
    assert.match((await resumed()).join(), /Removed what a look at volumes had made on alpha/);
    assert.equal(await traces(engine), '');
  });

  it('is removed by the next restore, and does not keep a volume from being replaced', async () => {
    await killedAtHelper({ only, conflict: 'replace' }, /Comparing/);
    const given = { choices: { only, conflict: 'replace' as const } };
    const plan = await site.plan(backup, engine, given);
    assert.equal(changeOf(plan, 'volume/alpha/data').code, undefined);
    await waitFor(
      'the lock of the killed one to be free',
      () => site.carryOut(backup, engine, plan, given).catch(() => undefined),
      { timeoutMs: 60_000 },
    );
    assert.equal(await traces(engine), '');
    assert.match(await inVolume(engine, 'data', 'ls /v'), /^big\n$/);
  });
});
