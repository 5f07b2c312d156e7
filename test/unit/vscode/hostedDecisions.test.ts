import assert from 'node:assert/strict';
import { systemById } from '../../../src/adapters/registry';
import type { PolicyConfig } from '../../../src/core/config/policy';
import type { HostedBackup, HostedState } from '../../../src/core/model';
import type { ClusterParts } from '../../../src/core/operations/context';
import { planPruneHosted } from '../../../src/core/operations/pruneHosted';
import { scheduledLabel } from '../../../src/core/policy/hostedPolicyBackup';
import { HostedDecisions } from '../../../src/vscode/hostedDecisions';
import type { ClusterEntry } from '../../../src/vscode/store/clusterStore';
import { hostedFacts } from '../../../src/vscode/tree/hostedNodes';
import { decisionRow } from '../../../src/vscode/tree/decisionWords';
import { coreContext } from '../core/fakes';

const NOW = new Date('2026-11-22T12:00:00.000Z');
const DAY = 86_400_000;
const policy: PolicyConfig = { schedules: [{ interval: '1d', count: 2 }], manualCount: 0 };

/** Names tell the days: the platform's own time is another, and counts for nothing. */
const auto = (daysAgo: number) =>
  scheduledLabel('1d', new Date(NOW.getTime() - daysAgo * DAY - 60_000));
const one = (name: string, state: HostedState = 'ready'): HostedBackup => ({
  id: `${name}.0`,
  name,
  state,
  stateText: state,
  created: '2026-11-01T00:00:00.000Z',
  restore: true,
  facts: [],
});
const entry = (system: string, of?: PolicyConfig) => {
  const definition = systemById(system);
  assert.ok(definition);
  return { definition, config: { name: 'prod', policy: of } } as unknown as ClusterEntry;
};
const listed = (...backups: HostedBackup[]) => ({ backups, answered: NOW.getTime() });

describe('What a policy says of backups on a platform’s own side', () => {
  const backups = [
    one(auto(0)),
    one(auto(1)),
    one(auto(2), 'deleting'),
    one(auto(3), 'failed'),
    one(auto(4)),
    one('by-hand'),
  ];
  const [newest, second, , failed, oldest, byHand] = backups as [
    HostedBackup,
    HostedBackup,
    HostedBackup,
    HostedBackup,
    HostedBackup,
    HostedBackup,
  ];

  it('is what the plan of a prune says, guards and all', async () => {
    const decisions = new HostedDecisions();
    for (const listing of [
      backups,
      // The newest one failed: nothing goes.
      [one(auto(0), 'failed'), ...backups.slice(1)],
      // It is at work: nothing goes either.
      [one(auto(0), 'inProgress'), ...backups.slice(1)],
    ]) {
      const { definition } = entry('dcos');
      const hosted = () => ({ list: () => Promise.resolve({ backups: listing, warnings: [] }) });
      const parts = { name: 'prod', definition, adapter: { hosted } } as unknown as ClusterParts;
      const context = { ...coreContext(), clock: { now: () => NOW } };
      const { items } = await planPruneHosted(parts, policy, context);
      assert.deepEqual(
        listing.map(({ id }) => {
          const { keep, why } =
            decisions.of(entry('dcos', policy), listed(...listing), id, NOW) ?? {};
          return { id, keep, why };
        }),
        items.map(({ id, keep, why }) => ({ id, keep, why })),
      );
    }
  });

  it('stands in rows and tooltips in the words of the vault’s', () => {
    const decisions = new HostedDecisions();
    const told = (of: HostedBackup) => {
      const decision = decisions.of(entry('dcos', policy), listed(...backups), of.id, NOW);
      return [hostedFacts(of, NOW, decision).slice(0, 2), decisionRow(decision)];
    };
    const age = '22 days ago';
    assert.deepEqual(told(newest), [
      ['ready', age],
      ['Held', 'newest of 22 November (1d, 1 of 2)'],
    ]);
    assert.deepEqual(told(second)[1], ['Held', 'newest of 21 November (1d, 2 of 2)']);
    assert.deepEqual(told(oldest), [
      ['ready', 'goes with the next pruning'],
      ['Goes', '2 newer of 1d'],
    ]);
    assert.deepEqual(told(failed), [
      ['failed', 'goes with the next pruning'],
      ['Goes', 'it failed, and a newer one is ready'],
    ]);
    assert.deepEqual(told(byHand), [
      ['ready', age],
      ['Held', 'no schedule of ours made it'],
    ]);
  });

  it('is nothing where the policy is not about them, or the platform has a policy of its own', () => {
    const decisions = new HostedDecisions();
    for (const [system, of] of [
      ['dcos', undefined],
      ['dcos', { ...policy, mode: 'export' }],
      ['upsun', policy],
      // Its managers delete none for others.
      ['ucp', { ...policy, mode: 'api' }],
      ['ucp', policy],
    ] as const) {
      const told = decisions.of(entry(system, of), listed(...backups), oldest.id, NOW);
      assert.equal(told, undefined, `${system} ${of?.mode}`);
    }
  });

  it('is nothing while the list may not be what lies there any more', () => {
    const decisions = new HostedDecisions();
    const told = (of: object, id = oldest.id) =>
      decisions.of(entry('dcos', policy), { ...listed(...backups), ...of }, id, NOW)?.keep;
    assert.equal(told({}), false);
    const error = { code: 'x', category: 'failed', message: 'No.', next: 'Wait.' } as const;
    assert.equal(told({ error }), undefined);
    assert.equal(told({ backups: undefined }), undefined);
    assert.equal(told({ answered: undefined }), undefined);
    assert.equal(told({ answered: NOW.getTime() - 10 * 60_000 }), false);
    assert.equal(told({ answered: NOW.getTime() - 20 * 60_000 }), undefined);
    // Set back since: how old the answer is can't be known.
    assert.equal(told({ answered: NOW.getTime() + 20 * 60_000 }), undefined);
    assert.equal(told({}, 'not listed'), undefined);
  });

  it('is another with another list, another policy, and later', () => {
    const decisions = new HostedDecisions();
    const keeps = (of = policy, list = listed(...backups), now = NOW) =>
      decisions.of(entry('dcos', of), { ...list, answered: now.getTime() }, oldest.id, now)?.keep;
    const list = listed(...backups);
    assert.equal(keeps(policy, list), false);
    assert.equal(keeps({ schedules: [{ interval: '1d', count: 9 }] }, list), true);
    assert.equal(keeps(policy, list), false);
    assert.equal(keeps(policy, listed(oldest)), true);
    // Before the newer ones were made, they hold back none.
    assert.equal(keeps(policy, list, new Date(NOW.getTime() - 3.5 * DAY)), true);
  });
});
