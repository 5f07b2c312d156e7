import assert from 'node:assert/strict';
import { dcos } from '../../../src/adapters/dcos/definition';
import { labelProblem } from '../../../src/core/model';
import type { HostedBackup, HostedState } from '../../../src/core/model';
import type { ClusterParts } from '../../../src/core/operations/context';
import { planPruneHosted, pruneHosted } from '../../../src/core/operations/pruneHosted';
import { scheduledBackup } from '../../../src/core/operations/scheduledBackup';
import { scheduledBy, scheduledLabel } from '../../../src/core/policy/hostedPolicyBackup';
import { temporaryVault } from '../vaults/fixtures';
import { coreContext, fails, lettersSystem } from './fakes';

const NOW = new Date('2026-11-22T12:00:00.000Z');
const POLICY = { schedules: [{ interval: '1d', count: 2 }], manualCount: 0 };

describe('backups that a schedule has made on a platform', () => {
  const listed: HostedBackup[] = [];
  let parts: ClusterParts;
  let remove: () => Promise<void>;

  beforeEach(async () => {
    const { vault, remove: away } = await temporaryVault();
    remove = away;
    listed.length = 0;
    const definition = lettersSystem({
      modes: [{ id: 'kept', title: '', description: '', hosted: true }],
      hosted: { title: 'There', fetch: false, remove: true },
    });
    const hosted = () => ({
      list: () => Promise.resolve({ backups: [...listed].reverse(), warnings: [] }),
      create: ({ label = '' }) => Promise.resolve(add(label)),
      planRemove: ({ id }: { id: string }) =>
        Promise.resolve({ backup: listed.find((one) => one.id === id) as HostedBackup, items: [] }),
      remove: ({ id }: { id: string }) => {
        listed.splice(
          listed.findIndex((one) => one.id === id),
          1,
        );
        return Promise.resolve();
      },
    });
    const encryption = { kind: 'none' };
    parts = { name: 'prod', definition, vault, encryption, adapter: { hosted } } as never;
  });
  afterEach(() => remove());

  function add(name: string, state: HostedState = 'ready'): HostedBackup {
    const created = '2026-11-01T00:00:00.000Z';
    const made = { id: `${name}.0`, name, state, stateText: state, created, facts: [] };
    listed.push(made);
    return made;
  }
  const context = { ...coreContext(), clock: { now: () => NOW } };
  const names = () => listed.map(({ name }) => name);
  const auto = (daysAgo: number) =>
    scheduledLabel('1d', new Date(NOW.getTime() - daysAgo * 86_400_000));

  it('are known by a label that every system takes', () => {
    const label = scheduledLabel('9999M', NOW);
    assert.equal(label, 'auto-9999M-261122120000');
    assert.equal(labelProblem(label, dcos), undefined);
    for (const name of [label, `prod-20261122T120000Z-${label}.tar`]) {
      const told = scheduledBy({ name } as HostedBackup);
      assert.deepEqual(told, { schedule: '9999M', at: NOW.getTime() + 999 });
    }
    for (const name of [
      'auto-nightly',
      'auto-1d-2611',
      'xauto-1d-261122120000',
      'auto-1d-269922120000',
    ]) {
      assert.equal(scheduledBy({ name } as HostedBackup), undefined, name);
    }
  });

  it('are made once for a planned moment', async () => {
    const run = { schedule: '1d', since: '2026-11-22T00:00:00.000Z' };
    const record = (c: typeof context, make: (c: never) => Promise<{ id: string }>) =>
      make(c as never);
    add('by-hand');
    const made = await scheduledBackup(parts, run, record as never, context);
    assert.equal(made?.id, 'auto-1d-261122120000.0');
    const later = { ...context, clock: { now: () => new Date(NOW.getTime() + 5_000) } };
    assert.equal(await scheduledBackup(parts, run, record as never, later), undefined);
    assert.deepEqual(names(), ['by-hand', 'auto-1d-261122120000']);
  });

  it('go by the policy, and nothing else there does', async () => {
    add('by-hand');
    add(auto(5));
    add(auto(4), 'failed');
    add(auto(3), 'restoring');
    add(auto(2));
    add(auto(1));
    const stay = ['by-hand', auto(3), auto(2), auto(1)];
    const plan = await planPruneHosted(parts, POLICY, context);
    assert.deepEqual(
      plan.items.flatMap(({ keep, file }) => (keep ? [] : [file])),
      [auto(4), auto(5)],
    );
    const { removed } = await pruneHosted(parts, { policy: POLICY, plan }, context);
    assert.deepEqual(
      removed.map(({ file }) => file),
      [auto(5), auto(4)],
    );
    assert.deepEqual(names(), stay);
  });

  it('stay where the newest one failed, and where the platform does not let them go', async () => {
    add(auto(5));
    add(auto(1), 'failed');
    assert.deepEqual((await pruneHosted(parts, { policy: POLICY }, context)).removed, []);
    listed.length = 0;
    for (const day of [5, 4, 3]) add(auto(day));
    add(auto(1), 'failed');
    const plan = await planPruneHosted(parts, POLICY, context);
    assert.equal(plan.stopped?.code, 'newestDamaged');
    assert.deepEqual((await pruneHosted(parts, { policy: POLICY }, context)).removed, []);
    // The platform says no by the time it is asked.
    listed.pop();
    const { adapter, definition } = parts;
    const items = [{ severity: 'blocker', code: 'x', title: 'It is in use' }];
    const hosted = {
      ...adapter.hosted?.(),
      planRemove: () => Promise.resolve({ backup: listed[0], items }),
    };
    const refusing = { ...parts, adapter: { hosted: () => hosted } as never };
    await fails(pruneHosted(refusing, { policy: POLICY }, context), 'core.notRemovable', /in use/);
    // Nor is any judged where the system deletes none, or goes by settings of its own.
    for (const more of [{ hosted: { title: 'There', fetch: false } }, { retention: true }]) {
      const capabilities = { ...definition.capabilities, ...more };
      const other = { ...parts, definition: { ...definition, capabilities } } as ClusterParts;
      const kept = await planPruneHosted(other, POLICY, context);
      assert.ok(kept.items.every(({ keep }) => keep));
      assert.deepEqual((await pruneHosted(other, { policy: POLICY }, context)).removed, []);
    }
    assert.equal(listed.length, 3);
  });
});
