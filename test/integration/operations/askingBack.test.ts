import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { agentErrors } from '../../../src/core/agent/agentErrors';
import { coreErrors } from '../../../src/core/errors';
import { startConsul } from '../../../src/sandbox/parts/consulServer';
import type { RunningConsul } from '../../../src/sandbox/parts/consulServer';
import { openFolderVault } from '../../../src/vaults/folder/folderVault';
import type { OperationsClient } from '../../../src/workers/operationsClient';
import { fails } from '../../unit/core/fakes';
import { clusterAt, makePlace, operationsIn } from './support';
import type { Place } from './support';

describe('a thread asks its caller for what has to be done before a backup', function () {
  this.timeout(200_000);
  let consul: RunningConsul;
  let place: Place;
  let client: OperationsClient;
  let other: OperationsClient;

  before(async () => (consul = await startConsul()));
  after(() => consul.stop());
  beforeEach(async () => {
    place = await makePlace();
    [client, other] = [operationsIn(place), operationsIn(place)];
  });
  afterEach(async () => {
    await client.dispose();
    await other.dispose();
    await place.remove();
  });

  const clock = { now: () => new Date() };
  const vault = () => openFolderVault({ folder: place.vault, clock });
  const run = async (since: Date, before: (signal: AbortSignal) => Promise<void>) => ({
    cluster: await clusterAt(place, consul.address),
    schedule: '1d',
    since: since.toISOString(),
    before,
  });

  it('under the lock, and only for the window that makes it', async () => {
    const since = new Date();
    const calls: string[] = [];
    const before = (name: string) => async () => {
      calls.push(name);
      await fails(vault().lock('prod', 'test'), 'vault.locked');
      assert.deepEqual(await vault().list('prod'), []);
    };
    const windows = [client, other].map(async (one, index) =>
      one.call('scheduledBackup', await run(since, before(String(index))), { own: true }),
    );
    const ends = await Promise.allSettled(windows);
    const made = ends.map((end) => end.status === 'fulfilled' && end.value !== undefined);
    assert.deepEqual(calls, [String(made.indexOf(true))]);
    assert.equal(await client.call('scheduledBackup', await run(since, before('late'))), undefined);
    assert.equal(calls.length, 1);
    assert.equal((await vault().list('prod')).length, 1);
  });

  it('and makes none where that fails, with its own error', async () => {
    const message = 'The hook "stop" ended with exit code 7.';
    const before = () => Promise.reject(agentErrors.hookFailed({ message }));
    await fails(
      client.call('scheduledBackup', await run(new Date(), before)),
      'agent.hookFailed',
      /exit code 7/,
    );
    assert.deepEqual(await vault().list('prod'), []);
    await (await vault().lock('prod', 'test')).release();
  });

  it('and comes to its end after that when it is cancelled', async () => {
    const stop = new AbortController();
    let hasEnded = false;
    const before = async (signal: AbortSignal) => {
      stop.abort();
      await delay(60_000, undefined, { signal }).catch(() => undefined);
      await delay(300);
      hasEnded = true;
      throw coreErrors.cancelled({ message: 'Cancelled.' });
    };
    const options = { own: true, signal: stop.signal };
    const cancelled = client.call('scheduledBackup', await run(new Date(), before), options);
    await fails(cancelled, 'core.cancelled');
    assert.ok(hasEnded, 'what comes after it must not meet it');
    assert.deepEqual(await vault().list('prod'), []);
  });
});
