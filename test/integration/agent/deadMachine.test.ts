import assert from 'node:assert/strict';
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startConsul } from '../../../src/sandbox/parts/consulServer';
import type { RunningConsul } from '../../../src/sandbox/parts/consulServer';
import { temporaryFolder } from '../../../src/sandbox/parts/folders';
import { waitFor } from '../../../src/sandbox/parts/wait';
import { Workplace } from '../cli/support';
import { PATIENCE, startAgent } from './runningAgent';
import type { RunningAgent } from './runningAgent';

const BEAT_MS = 1_000;

describe('The agent beside another machine’s, on one vault', function () {
  this.timeout(400_000);
  let consul: RunningConsul;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let at: Workplace;
  let agent: RunningAgent | undefined;
  let heart: NodeJS.Timeout | undefined;

  before(async () => {
    consul = await startConsul();
    folder = await temporaryFolder('dead-machine');
    at = new Workplace(join(folder.path, 'place'));
  });
  after(async () => {
    clearInterval(heart);
    await agent?.end('SIGKILL');
    await consul.stop();
    await folder.remove();
  });

  /** The lock as a machine holds it that shares nothing with this one but the vault. */
  const lockFromElsewhere = async (): Promise<void> => {
    const cluster = join(at.vault, 'prod');
    await mkdir(join(cluster, '.lock'), { recursive: true });
    const owner = { host: 'elsewhere', pid: 4711, space: 'another', token: 'another' };
    const holder = { ...owner, purpose: 'scheduled backup', since: new Date().toISOString() };
    await writeFile(join(cluster, '.lock.json'), JSON.stringify(holder));
    heart = setInterval(() => {
      const now = new Date();
      utimes(join(cluster, '.lock'), now, now).catch(() => clearInterval(heart));
    }, BEAT_MS);
  };

  it('waits while that one holds the cluster, says who does, and goes on once it has died', async () => {
    const policy = { schedules: [{ interval: '1d', count: 3 }] };
    await at.configure({ prod: { system: 'consul', address: consul.address, policy } });
    await lockFromElsewhere();
    agent = startAgent(at);
    await agent.says(/prod: .*in use by elsewhere:4711/);
    assert.deepEqual(
      (await at.vaultFiles()).filter((name) => name.endsWith('.manifest.json')),
      [],
    );
    assert.equal((await agent.metric('failures_in_a_row')) ?? 0, 0, 'to wait is no failure');
    clearInterval(heart);
    const made = await waitFor(
      'a backup once the other machine is silent',
      async () =>
        (await agent?.metric('runs_total', '{cluster="prod",result="done"}')) || undefined,
      PATIENCE,
    );
    assert.equal(made, 1);
    assert.equal((await agent.metric('runs_total', '{cluster="prod",result="failed"}')) ?? 0, 0);
  });
});
