import assert from 'node:assert/strict';
import { asked, backup, ID, plan, run } from './fakes';
import type { World } from './fakes';

const checks = [
  { name: 'KVS', expected: 40, found: 40 },
  { name: 'Node', expected: 1, found: undefined },
];

function world(changes: World = {}, planned = plan()): World {
  return {
    backups: [backup()],
    ...changes,
    operations: {
      planRestore: () => Promise.resolve(planned),
      restore: () => Promise.resolve({ safetyBackup: 'SAFETY', checks }),
      ...changes.operations,
    },
  };
}

const to = ['restore', ID, '--to', 'prod'];

describe('restore on the command line', () => {
  it('prints the plan, and with --dry-run stops there', async () => {
    const outcome = await run([...to, '--dry-run'], world());
    assert.equal(outcome.code, 0);
    assert.equal(
      outcome.out,
      `Plan: restore cluster "prod" from prod.snap

Backup         ${ID}
Taken          2026-11-20 12:00:00Z (1 day ago)
Index          3272
Content        3.79 kB in 40 records
Cluster is at  index 4000

REPLACED  NOW  AFTER
KVS        41     40

note: The cluster is stable [consul.health]

A safety backup of the present state is made first.
`,
    );
    assert.equal(asked(outcome, 'restore'), undefined);
  });

  const blocked = plan({
    possible: false,
    items: [
      { severity: 'info', code: 'a.b', title: 'Fine' },
      { severity: 'warning', code: 'a.c', title: 'Look', detail: 'Closely.\nPlease.' },
      { severity: 'blocker', code: 'snapshot.truncated', title: 'The backup is damaged' },
    ],
  });

  it('refuses a blocked plan with 3, blockers first, whatever was said', async () => {
    for (const flag of ['--dry-run', '--yes']) {
      const outcome = await run([...to, flag], world({}, blocked));
      assert.equal(outcome.code, 3);
      assert.match(
        outcome.out,
        /BLOCKED: The backup is damaged \[snapshot\.truncated\]\nWARNING: Look \[a\.c\]\n {2}Closely\.\n {2}Please\.\nnote: Fine/,
      );
      assert.match(outcome.err, /\[core\.notRestorable\]/);
      assert.equal(asked(outcome, 'restore'), undefined);
    }
  });

  it('does not even read the backup where nobody can confirm', async () => {
    const outcome = await run(to, world());
    assert.equal(outcome.code, 2);
    assert.match(outcome.err, /\[cli\.confirmationNeeded\]\nNext: Add --yes/);
    assert.equal(asked(outcome, 'planRestore'), undefined);
    // With --json nobody is asked, terminal or not.
    assert.equal((await run([...to, '--json'], world({ typed: 'prod' }))).code, 2);
  });

  it('has the name of the cluster typed', async () => {
    const right = await run(to, world({ typed: 'prod' }));
    assert.equal(right.code, 0, right.err);
    assert.match(right.err, /All that "prod" holds will be replaced/);
    for (const typed of ['yes', '', 'PROD']) {
      const wrong = await run(to, world({ typed }));
      assert.equal(wrong.code, 130);
      assert.match(wrong.err, /\[cli\.notConfirmed\]/);
      assert.equal(asked(wrong, 'restore'), undefined);
    }
  });

  it('restores the plan that was shown, and says what was checked', async () => {
    const outcome = await run([...to, '--yes'], world());
    assert.equal(outcome.code, 0);
    assert.deepEqual((asked(outcome, 'restore') as { plan: unknown }).plan, plan());
    assert.match(
      outcome.out,
      /\nRestored "prod" from prod\.snap\.\nThe state before is backup SAFETY\.\n/,
    );
    assert.match(outcome.out, /\nKVS {12}40 {11}40\nNode {12}1 {2}not counted\n$/);
  });

  it('makes a safety backup unless told not to', async () => {
    const asks = async (flags: string[]) =>
      (
        asked(await run([...to, '--yes', ...flags], world()), 'planRestore') as {
          safetyBackup: boolean;
        }
      ).safetyBackup;
    assert.equal(await asks([]), true);
    assert.equal(await asks(['--no-safety-backup']), false);
  });

  const tokens = plan({ asksForSecret: { field: 'token', reason: 'Other tokens come back' } });
  const checkSecrets = (outcome: Awaited<ReturnType<typeof run>>) =>
    (asked(outcome, 'restore') as { checkSecrets?: unknown }).checkSecrets;

  it('takes the token to check with from the variable named, or asks', async () => {
    const named = await run(
      [...to, '--yes', '--check-token-env', 'OLD'],
      world({ env: { OLD: 'old-token' } }, tokens),
    );
    assert.deepEqual(checkSecrets(named), { token: 'old-token' });
    const typed = await run(to, world({ typed: 'old-token\nprod' }, tokens));
    assert.deepEqual(checkSecrets(typed), { token: 'old-token' });
    assert.ok(!typed.err.includes('old-token'));
    const none = await run([...to, '--yes'], world({}, tokens));
    assert.equal(checkSecrets(none), undefined);
    assert.match(none.err, /Warning: Other tokens come back\. .*--check-token-env/);
  });

  it('says with --json what was planned and done, in one document', async () => {
    const { out } = await run([...to, '--yes', '--json'], world());
    assert.deepEqual(JSON.parse(out), {
      source: {
        name: 'prod-20261120T120000Z-eaya38.snap',
        path: '/vault/prod/prod-20261120T120000Z-eaya38.snap',
        backupId: ID,
      },
      plan: JSON.parse(JSON.stringify(plan())) as unknown,
      restored: true,
      safetyBackup: 'SAFETY',
      checks: [
        { name: 'KVS', expected: 40, found: 40 },
        { name: 'Node', expected: 1 },
      ],
    });
    const dry = await run([...to, '--dry-run', '--json'], world({}, blocked));
    assert.equal(dry.code, 3);
    assert.equal((JSON.parse(dry.out) as { restored: boolean }).restored, false);
  });
});

describe('delete on the command line', () => {
  it('wants --yes or the end of the id typed, and notes it in the journal', async () => {
    const refused = await run(['delete', ID], world());
    assert.equal(refused.code, 2);
    const outcome = await run(['delete', 'eaya38', '--yes'], world());
    assert.equal(outcome.code, 0);
    assert.equal(asked(outcome, 'remove'), ID);
    assert.equal((asked(outcome, 'activity') as { kind: string }).kind, 'delete');
    const typed = await run(['delete', ID], world({ typed: 'EAYA38' }));
    assert.equal(asked(typed, 'remove'), ID);
    const wrong = await run(['delete', ID], world({ typed: 'y' }));
    assert.equal(wrong.code, 130);
    assert.equal(asked(wrong, 'remove'), undefined);
  });

  describe('of a plan that asks', () => {
    const asking = plan({
      possible: true,
      safetyBackup: false,
      noSafetyBackup: 'There is nothing to back up.',
      items: [
        {
          severity: 'warning',
          code: 'x.uninstall',
          title: 'Version 1 is uninstalled first',
          destructive: true,
          questions: [{ answer: 'uninstall', title: 'Uninstall it', value: '1' }],
        },
        { severity: 'blocker', code: 'x.other', title: 'It is another', acceptable: true },
        {
          severity: 'warning',
          code: 'x.key',
          title: 'A key is needed',
          asks: { id: 'secret/unlockKey', title: 'Unlock key', given: false },
        },
      ],
    });
    const given = ['--answer', 'uninstall=1', '--accept', 'x.other', '--secret-env', 'unlockKey=K'];
    const env = { K: 'SWMKEY-1-unlock-me' };

    it('says how each is answered', async () => {
      const { out } = await run([...to, '--dry-run'], world({}, asking));
      assert.match(out, /Uninstall it: --answer uninstall=1\n/);
      assert.match(out, /To go on all the same: --accept x\.other\n/);
      assert.match(out, /Unlock key: --secret unlockKey=FILE or --secret-env unlockKey=VARIABLE\n/);
      assert.match(out, /No safety backup: There is nothing to back up\.\n$/);
    });

    it('hands on what was answered, and the secret beside it', async () => {
      const outcome = await run([...to, '--yes', ...given], world({ env }, asking));
      assert.equal(outcome.code, 0, outcome.err);
      const payloads = { 'secret/unlockKey': Buffer.from(env.K).toString('base64') };
      const planned = asked(outcome, 'planRestore') as Record<string, unknown>;
      assert.deepEqual(planned['choices'], { accept: ['x.other'], answers: { uninstall: '1' } });
      assert.deepEqual(planned['payloads'], payloads);
      assert.deepEqual((asked(outcome, 'restore') as { payloads: unknown }).payloads, payloads);
    });

    it('names in the question what is taken away first', async () => {
      const outcome = await run([...to, ...given], world({ env, typed: 'prod' }, asking));
      assert.match(outcome.err, /Version 1 is uninstalled first\. All that "prod" holds/);
    });

    it('refuses what the plan does not ask for', async () => {
      for (const [option, value] of [
        ['--answer', 'uninstal=1'],
        ['--accept', 'x.key'],
        ['--secret-env', 'other=K'],
        ['--only', 'stack:web'],
      ] as const) {
        const outcome = await run([...to, '--yes', option, value], world({ env }, asking));
        assert.equal(outcome.code, 2, option);
        assert.match(outcome.err, /\[cli\.usage\]/);
        assert.equal(asked(outcome, 'restore'), undefined);
      }
    });
  });
});
