import assert from 'node:assert/strict';
import { Listings } from '../../../src/compose/agent/listings';
import { createAgentWork } from '../../../src/compose/agent/agentWork';
import type { AgentWorkOptions } from '../../../src/compose/agent/agentWork';
import { memoryLog } from './fixtures';

const silent = { code: 'agent.vaultSilent' };
const never = new AbortController().signal;
const forgets = () => new Promise<never>(() => undefined);

describe('a listing', () => {
  it('that hangs ends after its limit, and no other begins at its place until it is over', async () => {
    const listings = new Listings(20);
    let end: (() => void) | undefined;
    let isCancelled = false;
    const hanging = listings.within('/dead', (signal) => {
      signal.addEventListener('abort', () => (isCancelled = true));
      return new Promise<void>((resolve) => (end = resolve));
    });
    await assert.rejects(hanging, { ...silent, message: /\/dead .*0\.02 seconds/ });
    assert.ok(isCancelled);
    let begun = 0;
    const list = () => Promise.resolve(++begun);
    await assert.rejects(listings.within('/dead', list), silent);
    assert.equal(await listings.within('/alive', list), 1);
    end?.();
    await new Promise(setImmediate);
    assert.equal(await listings.within('/dead', list), 2);
  });

  it('that fails is not one that hangs', async () => {
    const listings = new Listings(1_000);
    await assert.rejects(
      listings.within('/vault', () => Promise.reject(new Error('Broken.'))),
      /Broken/,
    );
    listings.refuseHanging('/vault');
  });
});

describe('a vault that does not answer', () => {
  it('has nothing begun in it, and keeps no other waiting', async () => {
    const began: string[] = [];
    const begin = (name: string) => () => {
      began.push(name);
      return forgets();
    };
    const config = (vault: string) => ({
      ...{ name: 'one', system: 'consul', vault, connection: {}, policy: {}, line: 1, file: 'c' },
    });
    const options = {
      configuration: {
        find: (key: string) => config(key),
        vaults: () =>
          new Map(['/dead', '/alive'].map((vault) => [vault, [{ name: 'one', system: 'consul' }]])),
      },
      operations: {
        policyBackups: (place: { vault: string }) =>
          place.vault === '/dead' ? forgets() : Promise.resolve([]),
        scheduledBackup: begin('backup'),
        prune: begin('prune'),
        scheduledCheck: begin('check'),
        tidyVault: ({ vault }: { vault: string }) => {
          began.push(`tidy ${vault}`);
          return Promise.resolve({ adopted: [], removed: [] });
        },
      },
      lookup: () => Promise.resolve(undefined),
      clock: { now: () => new Date() },
      log: memoryLog(),
      listingLimit: 20,
    };
    const work = createAgentWork(options as unknown as AgentWorkOptions);
    const dead = { key: '/dead', name: 'one', policy: {} };
    await work.tidy(never);
    assert.deepEqual(began, ['tidy /alive']);
    assert.match(options.log.lines.join('\n'), /\/dead could not be cleaned up.*vaultSilent/);
    const run = { schedule: '1h', since: new Date(), before: () => Promise.resolve() };
    await assert.rejects(work.backups(dead), silent);
    await assert.rejects(work.backUp(dead, run, never), silent);
    await assert.rejects(work.prune(dead, never), silent);
    await assert.rejects(work.check(dead, 'id', never), silent);
    assert.deepEqual(await work.backups({ ...dead, key: '/alive' }), []);
    assert.deepEqual(began, ['tidy /alive']);
  });
});
