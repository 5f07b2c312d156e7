import assert from 'node:assert/strict';
import type { Operations } from '../../../src/compose/operations';
import type { PrunePlan } from '../../../src/core/operations/prune';
import { asked, backup, cluster, ID, OTHER_ID, run } from './fakes';
import type { World } from './fakes';

const POLICY = { schedules: [{ interval: '1d', count: 7 }] };
const item = (id: string, keep: boolean, why: string, holds: string[] = keep ? ['1d'] : []) => ({
  id,
  file: `${id}.snap`,
  created: '2026-11-20T12:00:00.000Z',
  bytes: 2_000_000,
  keep,
  holds,
  why,
});

function plan(changes: Partial<PrunePlan> = {}): PrunePlan {
  const items = [item(ID, true, 'newest of its day'), item(OTHER_ID, false, '7 newer of 1d')];
  return {
    cluster: 'prod',
    at: '2026-11-21T12:00:00.000Z',
    policy: POLICY,
    items,
    frees: 2_000_000,
    ...changes,
  };
}

const STOPPED = plan({
  items: [
    item(ID, true, 'the newest', ['1d']),
    item(OTHER_ID, true, 'kept for now; then it goes', ['guard']),
  ],
  frees: 0,
  stopped: { code: 'newestUnverified', text: 'The newest is unverified.', next: 'Verify it.' },
});

function world(planned = plan(), more: World = {}): World {
  const operations: Partial<Operations> = {
    planPrune: () => Promise.resolve(planned),
    prune: () => Promise.resolve({ removed: planned.items.slice(1), frees: planned.frees }),
  };
  return { config: { clusters: [cluster({ policy: POLICY })] }, operations, ...more };
}

describe('cluster-backup prune', () => {
  it('shows all with their reasons, and stops there with --dry-run', async () => {
    const outcome = await run(['prune', 'prod', '--dry-run'], world());
    assert.equal(outcome.code, 0, outcome.err);
    assert.match(outcome.out, new RegExp(`${ID} .* stays +1d +newest of its day`));
    assert.match(outcome.out, new RegExp(`${OTHER_ID} .* GOES +- +7 newer of 1d`));
    assert.match(outcome.out, /1 backup of "prod" goes, which frees 2\.00 MB; 1 stay\./);
    assert.equal(asked(outcome, 'prune'), undefined);
    assert.deepEqual(asked(outcome, 'planPrune'), {
      vault: '/vault',
      cluster: 'prod',
      policy: POLICY,
    });
  });

  it('deletes only what was shown, once the number is typed', async () => {
    const outcome = await run(['prune', 'prod'], world(plan(), { typed: '1' }));
    assert.equal(outcome.code, 0, outcome.err);
    assert.deepEqual((asked(outcome, 'prune') as { plan: unknown }).plan, plan());
    assert.match(outcome.out, /Deleted 1 backup of "prod", which freed 2\.00 MB\./);
  });

  it('deletes nothing where something else is typed, and asks nobody who is not there', async () => {
    const other = await run(['prune', 'prod'], world(plan(), { typed: 'yes' }));
    assert.equal(other.code, 130);
    const nobody = await run(['prune', 'prod'], world());
    assert.equal(nobody.code, 2);
    assert.match(nobody.err, /cli\.confirmationNeeded/);
    for (const one of [other, nobody]) assert.equal(asked(one, 'prune'), undefined);
  });

  it('asks nothing where nothing goes', async () => {
    const nothing = plan({ items: [item(ID, true, 'newest')], frees: 0 });
    const outcome = await run(['prune', 'prod', '--yes'], world(nothing));
    assert.equal(outcome.code, 0);
    assert.match(outcome.out, /Nothing of "prod" goes; 1 backup stay/);
    assert.equal(asked(outcome, 'prune'), undefined);
  });

  it('ends with 3 where a guard keeps what would go, and says what to do', async () => {
    for (const args of [['--dry-run'], ['--yes']]) {
      const outcome = await run(['prune', 'prod', ...args], world(STOPPED));
      assert.equal(outcome.code, 3);
      assert.match(outcome.out, / stays +guard +kept for now/);
      assert.match(
        outcome.err,
        /The newest is unverified\. \[core\.pruneStopped\]\nNext: Verify it\./,
      );
      assert.equal(asked(outcome, 'prune'), undefined);
    }
  });

  it('ends well where there is nothing for a guard to keep', async () => {
    const stopped = { code: 'noPolicy', text: 'No numbers.', next: 'Add some.' } as const;
    const silent = plan({ items: [item(ID, true, 'manual')], frees: 0, stopped });
    const outcome = await run(['prune', 'prod', '--dry-run'], world(silent));
    assert.equal(outcome.code, 0);
    assert.match(outcome.out, /No numbers\. Add some\./);
  });

  it('tries out other numbers, and carries out only those of the configuration', async () => {
    const tried = ['--schedule', '30s=5', '--manual-count', '2', '--max-backups', '9'];
    const outcome = await run(['prune', 'prod', '--dry-run', ...tried], world());
    assert.equal(outcome.code, 0, outcome.err);
    assert.deepEqual((asked(outcome, 'planPrune') as { policy: unknown }).policy, {
      schedules: [{ interval: '30s', count: 5 }],
      manualCount: 2,
      maxBackups: 9,
    });
    const real = await run(['prune', 'prod', '--yes', ...tried], world());
    assert.equal(real.code, 2);
    assert.match(real.err, /can only be tried out/);
    assert.equal(asked(real, 'planPrune'), undefined);
  });

  it('takes every cluster with a policy for --all, and no other', async () => {
    const clusters = [
      cluster({ name: 'one', policy: POLICY }),
      cluster({ name: 'two' }),
      cluster({ name: 'three', policy: POLICY }),
    ];
    const outcome = await run(['prune', '--all', '--yes', '--json'], {
      ...world(),
      config: { clusters },
    });
    assert.equal(outcome.code, 0, outcome.err);
    const names = outcome.calls.flatMap(({ name, p }) =>
      name === 'prune' ? [(p as { cluster: string }).cluster] : [],
    );
    assert.deepEqual(names, ['one', 'three']);
    const { prunes } = JSON.parse(outcome.out) as { prunes: { removed: unknown[] }[] };
    assert.deepEqual(
      prunes.map(({ removed }) => removed.length),
      [1, 1],
    );
  });

  it('says what is missing: a name, a policy, a good policy', async () => {
    const of = (args: string[], config: World['config']) =>
      run(['prune', '--dry-run', ...args], { ...world(), config: config ?? {} });
    assert.match((await of([], {})).err, /No cluster was named/);
    assert.match((await of(['prod', '--all'], {})).err, /exclude each other/);
    assert.match((await of(['prod'], { clusters: [cluster()] })).err, /"prod" has no policy/);
    const problems = [{ cluster: 'prod', message: 'It is bad.', offset: 0, line: 3 }];
    const bad = await of(['prod'], { clusters: [cluster()], problems });
    assert.match(bad.err, /:3: It is bad\. \[config\.invalid\]/);
  });

  it('asks the platform where the policy is about its side', async () => {
    const policy = { ...POLICY, mode: 'kept' };
    const config = { clusters: [cluster({ system: 'keeping', policy })] };
    const outcome = await run(['prune', 'prod', '--dry-run'], { ...world(), config });
    assert.equal(outcome.code, 0, outcome.err);
    const p = asked(outcome, 'planPrune') as { mode: string; cluster: { vault: string } };
    assert.deepEqual([p.mode, p.cluster.vault], ['kept', '/vault']);
  });
});

describe('cluster-backup pin', () => {
  const operations: Partial<Operations> = {
    pin: ({ id, pin }) => Promise.resolve(backup({ id, ...(pin ? { pin } : {}) })),
  };
  const two = [backup(), backup({ id: OTHER_ID, file: 'b.snap' })];

  it('pins several, and lets go of them again', async () => {
    const pinned = await run(['pin', ID, OTHER_ID], { backups: two, operations });
    assert.equal(pinned.code, 0, pinned.err);
    assert.match(pinned.out, new RegExp(`${ID} is pinned.*\\n${OTHER_ID} is pinned`));
    const calls = pinned.calls.filter(({ name }) => name === 'pin').map(({ p }) => p);
    assert.deepEqual(calls, [
      { vault: '/vault', cluster: 'prod', id: ID, pin: true },
      { vault: '/vault', cluster: 'prod', id: OTHER_ID, pin: true },
    ]);
    const freed = await run(['unpin', ID], { backups: two, operations });
    assert.equal((asked(freed, 'pin') as { pin: boolean }).pin, false);
  });

  it('changes none where one of them is not there', async () => {
    const outcome = await run(['pin', ID, '01AAAAAAAAAAAAAAAAAAAAAAAA'], {
      backups: two,
      operations,
    });
    assert.equal(outcome.code, 2);
    assert.equal(asked(outcome, 'pin'), undefined);
  });
});

describe('what the policy says of a backup', () => {
  const policy = { maxBackups: 1, verify: { every: '1h' } };
  const backups = [
    backup(),
    backup({ id: OTHER_ID, file: 'b.snap', created: '2026-11-19T12:00:00.000Z', pin: true }),
    backup({
      id: `${OTHER_ID.slice(0, -1)}X`,
      file: 'c.snap',
      created: '2026-11-18T12:00:00.000Z',
    }),
  ];
  const held: World = { backups, config: { clusters: [cluster({ policy })] } };

  it('stands in the list', async () => {
    const { out } = await run(['list'], held);
    assert.match(out, /VERIFIED +HELD BY/);
    assert.match(out, new RegExp(`${ID}.* ok, overdue +manual`));
    assert.match(out, new RegExp(`${OTHER_ID}.* pin`));
    assert.match(out, /YYX.* goes/);
  });

  it('stands in the list where there is a pin and no policy, and else takes no room', async () => {
    const pinned = await run(['list'], { backups });
    assert.match(pinned.out, new RegExp(`${OTHER_ID}.* ok +pin`));
    const plain = await run(['list'], { backups: [backup()] });
    assert.doesNotMatch(plain.out, /HELD BY|overdue/);
  });

  it('is told of one backup, and in the document', async () => {
    const { out } = await run(['show', 'b.snap'], held);
    assert.match(out, /Check +OVERDUE/);
    assert.match(out, /Policy +stays: .*pinned/);
    const document = await run(['show', 'c.snap', '--json'], held);
    const { backup: shown } = JSON.parse(document.out) as {
      backup: { policy: { keep: boolean; checkOverdue: boolean } };
    };
    assert.deepEqual([shown.policy.keep, shown.policy.checkOverdue], [false, true]);
  });
});

describe('cluster-backup verify --due', () => {
  const policy = { verify: { every: '1d', rate: 3 } };
  const old = { at: '2026-10-01T00:00:00.000Z', by: '0', result: 'ok' } as const;
  const backups = [
    backup({ verification: { ...old, at: '2026-10-02T00:00:00.000Z' } }),
    backup({ id: OTHER_ID, file: 'b.snap', verification: old }),
    backup({
      id: `${OTHER_ID.slice(0, -1)}X`,
      file: 'c.snap',
      verification: { ...old, at: '2026-11-21T11:00:00.000Z' },
    }),
  ];
  const world = (results: Record<string, 'ok' | 'damaged' | undefined>): World => ({
    backups,
    config: { clusters: [cluster({ policy })] },
    operations: {
      scheduledCheck: ({ id }) => {
        const result = results[id];
        if (result === undefined) return Promise.resolve(undefined);
        const damage = { code: 'verify.storedHash', message: 'Bits are wrong.' };
        return Promise.resolve({
          at: '2026-11-21T12:00:00.000Z',
          by: '0',
          result,
          ...(result === 'ok' ? {} : damage),
        });
      },
    },
  });

  it('reads what is due, the oldest check first, at the rate of the policy', async () => {
    const outcome = await run(['verify', '--due', 'prod'], world({ [ID]: 'ok', [OTHER_ID]: 'ok' }));
    assert.equal(outcome.code, 0, outcome.err);
    assert.match(outcome.out, /^OK {2}b\.snap\nOK {2}prod-.*\n$/);
    const calls = outcome.calls.filter(({ name }) => name === 'scheduledCheck');
    assert.deepEqual(
      calls.map(({ p }) => (p as { id: string }).id),
      [OTHER_ID, ID],
    );
    assert.deepEqual(calls[0]?.p, {
      vault: '/vault',
      cluster: 'prod',
      id: OTHER_ID,
      decryption: {},
      rate: 3_000_000,
      rhythm: policy.verify,
    });
  });

  it('reads all, also after damage, and ends by it', async () => {
    const outcome = await run(
      ['verify', '--due', 'prod'],
      world({ [ID]: 'ok', [OTHER_ID]: 'damaged' }),
    );
    assert.equal(outcome.code, 3);
    assert.match(outcome.out, /^DAMAGED {2}b\.snap\nOK {2}prod-/);
    assert.match(outcome.err, /b\.snap: Bits are wrong\. \[verify\.storedHash\]/);
  });

  it('leaves what another is at', async () => {
    const outcome = await run(['verify', '--due', '--all'], world({ [ID]: 'ok' }));
    assert.equal(outcome.code, 0, outcome.err);
    assert.match(outcome.err, /b\.snap is left/);
    assert.match(outcome.out, /^OK {2}prod-/);
  });

  it('says what is missing', async () => {
    const without = { config: { clusters: [cluster({ policy: {} })] } };
    assert.match((await run(['verify', '--due', 'prod'], without)).err, /how often backups/);
    assert.match((await run(['verify'])).err, /Nothing to verify was named/);
    assert.match((await run(['verify', 'x', '--all'])).err, /goes with --due/);
  });
});
