import assert from 'node:assert/strict';
import type { BackupPlan } from '../../../src/core/ports';
import { asked, backup, cluster, run } from './fakes';
import type { World } from './fakes';

const plan: BackupPlan = {
  on: 'two',
  candidates: [
    { name: 'two', description: 'not the leader, healthy' },
    { name: 'one', description: 'leader, healthy' },
  ],
  items: [
    { severity: 'info', code: 'sys.notIncluded', title: 'Not in it: the rest' },
    { severity: 'warning', code: 'sys.stops', title: 'It stops', detail: 'For a while.' },
  ],
};
const blocked: BackupPlan = {
  ...plan,
  items: [
    ...plan.items,
    { severity: 'blocker', code: 'sys.busy', title: 'Another one runs', detail: 'Wait for it' },
  ],
};
const world = (planned: BackupPlan): World => ({
  config: { clusters: [cluster({ name: 'prod', system: 'announcing' })] },
  operations: {
    planBackup: () => Promise.resolve(planned),
    backup: () => Promise.resolve(backup()),
  },
});

describe('create on the command line, announced', () => {
  it('says what happens before it happens, and asks for the one that was named', async () => {
    const outcome = await run(['create', 'prod', '--on', 'two'], world(plan));
    assert.equal(outcome.code, 0, outcome.err);
    assert.match(
      outcome.err,
      /WARNING: It stops \[sys\.stops\]\n {2}For a while\.\nnote: Not in it/,
    );
    assert.doesNotMatch(outcome.out, /It stops/);
    assert.equal((asked(outcome, 'backup') as { on?: string }).on, 'two');
    assert.equal((asked(outcome, 'planBackup') as { on?: string }).on, 'two');
  });

  it('keeps quiet with --quiet, and on stdout with --json', async () => {
    const quiet = await run(['create', 'prod', '--quiet'], world(plan));
    assert.equal(quiet.err, '');
    const json = await run(['create', 'prod', '--json'], world(plan));
    assert.equal(json.code, 0, json.err);
    assert.ok('backup' in (JSON.parse(json.out) as object));
  });

  it('stops after the plan with --dry-run', async () => {
    const outcome = await run(['create', 'prod', '--dry-run'], world(plan));
    assert.equal(outcome.code, 0, outcome.err);
    assert.match(outcome.out, /Plan: back up cluster "prod" on two\nWARNING: It stops/);
    assert.match(outcome.out, /--on NAME\):\n {2}one: leader, healthy/);
    assert.ok(!outcome.calls.some(({ name }) => name === 'backup'));
    const json = await run(['create', 'prod', '--dry-run', '--json'], world(plan));
    assert.deepEqual(JSON.parse(json.out), { plan });
  });

  it('starts nothing where something blocks', async () => {
    for (const flags of [[], ['--dry-run']]) {
      const outcome = await run(['create', 'prod', ...flags], world(blocked));
      assert.equal(outcome.code, 3, outcome.err);
      assert.match(outcome.err, /Another one runs \[sys\.busy\].*Wait for it\./s);
      assert.ok(!outcome.calls.some(({ name }) => name === 'backup'));
    }
  });

  it('takes --on for wrong usage where nobody can choose', async () => {
    const outcome = await run(['create', 'prod', '--on', 'x'], {
      operations: { backup: () => Promise.resolve(backup()) },
    });
    assert.equal(outcome.code, 2);
  });
});
