import assert from 'node:assert/strict';
import type { HostedBackup } from '../../../src/core/model';
import type { HostedRestorePlan, PlanLine } from '../../../src/core/plan';
import type { BackupPlan, HostedRemovePlan } from '../../../src/core/ports';
import { progressLine } from '../../../src/cli/terminalProgress';
import { asked, backup as stored, cluster, ID, run } from './fakes';
import type { World } from './fakes';

const ready: HostedBackup = {
  id: 'aaaaaa1111',
  name: 'nightly',
  group: 'main',
  state: 'ready',
  stateText: 'CREATED',
  parts: [
    { name: 'marathon', state: 'failed', stateText: 'STATUS_ERROR', error: 'no room' },
    { name: 'zookeeper', state: 'ready', stateText: 'STATUS_READY' },
  ],
  restores: [
    {
      state: 'restoring',
      stateText: 'STATUS_RESTORING',
      at: '2026-11-21T11:00:00.000Z',
      parts: [{ name: 'marathon', state: 'unknown', stateText: 'STATUS_ODD' }],
    },
  ],
  automated: false,
  restore: true,
  created: '2026-11-20T12:00:00.000Z',
  bytes: 1_500_000,
  facts: [['Commit', 'abc']],
};
const twin: HostedBackup = {
  id: 'aaaaaa2222',
  name: 'nightly',
  group: 'feature/x',
  state: 'unknown',
  stateText: 'STATUS_ODD',
  automated: true,
  restore: 'The platform does not allow it.',
  facts: [],
};

const warning: PlanLine = { severity: 'warning', code: 'p.old', title: 'It is old' };
const question: PlanLine = {
  severity: 'info',
  code: 'p.target',
  title: 'It goes where it came from',
  questions: [{ answer: 'target', title: 'Another environment', value: 'stage' }],
};

function planned(more: Partial<HostedRestorePlan> = {}): HostedRestorePlan {
  return {
    cluster: 'prod',
    system: 'platform',
    backup: ready,
    items: [question, warning],
    choices: {},
    possible: true,
    safetyBackup: true,
    fingerprint: 'f',
    ...more,
  };
}

interface Told {
  listing?: { backups: HostedBackup[]; warnings: string[] };
  plan?: HostedRestorePlan;
  removal?: HostedRemovePlan;
  backupPlan?: BackupPlan;
}

function world(
  { listing, plan = planned(), removal, backupPlan = { items: [] } }: Told = {},
  more: Partial<World> = {},
): World {
  return {
    config: { clusters: [cluster({ system: 'platform' })] },
    operations: {
      listHosted: () => Promise.resolve(listing ?? { backups: [ready, twin], warnings: [] }),
      planHostedRestore: () => Promise.resolve(plan),
      restoreHosted: () => Promise.resolve({ backup: { ...ready, parts: [] }, safetyBackup: 'S1' }),
      planHostedRemove: () => Promise.resolve(removal ?? { backup: ready, items: [warning] }),
      removeHosted: () => Promise.resolve(),
      planBackup: () => Promise.resolve(backupPlan),
      createHosted: () => Promise.resolve(ready),
      backup: () => Promise.resolve(stored()),
    },
    ...more,
  };
}

const outline = ({ calls }: { calls: { name: string }[] }) =>
  calls.map(({ name }) => name).filter((name) => name !== 'readConfig');

describe('hosted list and show on the command line', () => {
  it('lists groups, components, restores and what may be restored, and why not', async () => {
    const { out, err, code } = await run(['hosted', 'list', 'prod'], world());
    assert.equal(code, 0, err);
    const [head, first, second] = out.split('\n');
    assert.match(
      head ?? '',
      /^ENVIRONMENT +ID +NAME +STATE +COMPONENTS +RESTORES +MADE +CREATED +AGE +SIZE +RESTORABLE$/,
    );
    assert.match(
      first ?? '',
      /^main +aaaaaa1111 +nightly +ready +marathon: FAILED, zookeeper: ready +restoring +by hand .* 1\.50 MB +yes$/,
    );
    assert.match(
      second ?? '',
      /^feature\/x +aaaaaa2222 +nightly +STATUS_ODD +- +- +automatically +- +- +- +no$/,
    );
    assert.match(err, /marathon of nightly failed: no room/);
  });

  it('keeps those of a group, a label, a state; all columns with --wide', async () => {
    const ids = async (...flags: string[]) =>
      (await run(['hosted', 'list', 'prod', '-q', ...flags], world())).out;
    assert.equal(await ids('--group', 'main'), 'aaaaaa1111\n');
    assert.equal(await ids('--state', 'unknown'), 'aaaaaa2222\n');
    assert.equal(await ids('--label', 'night'), 'aaaaaa1111\naaaaaa2222\n');
    assert.equal(await ids('--label', 'ight'), '');
    const none = await run(['hosted', 'list', 'prod', '--label', 'x'], world());
    assert.match(none.err, /None of 2/);
    const wide = await run(['hosted', 'list', 'prod', '--wide'], world());
    assert.match(wide.out, /COMMIT\n.* abc\n.* -\n/);
    const json = await run(['hosted', 'list', 'prod', '--group', 'main', '--json'], world());
    assert.deepEqual(JSON.parse(json.out), { cluster: 'prod', hosted: [ready], warnings: [] });
    const state = await run(['hosted', 'list', 'prod', '--state', 'odd'], world());
    assert.equal(state.code, 2);
  });

  it('warns of what could not be asked', async () => {
    const listing = { backups: [ready], warnings: ['stage was not reached.'] };
    const { out, err, code } = await run(['hosted', 'list', 'prod'], world({ listing }));
    assert.equal(code, 0);
    assert.match(err, /Warning: stage was not reached\./);
    assert.match(out, /aaaaaa1111/);
  });

  it('refuses a group where there are none', async () => {
    const outcome = await run(['hosted', 'list', 'prod', '--group', 'x'], {
      ...world(),
      config: { clusters: [cluster({ system: 'keeping' })] },
    });
    assert.equal(outcome.code, 2);
    assert.deepEqual(outline(outcome), []);
  });

  it('shows all of one', async () => {
    const { out, code } = await run(['hosted', 'show', 'prod', 'aaaaaa1'], world());
    assert.equal(code, 0);
    for (const line of [
      /^ID +aaaaaa1111$/m,
      /^Environment +main$/m,
      /^State +ready \(CREATED\)$/m,
      /^Made +by hand$/m,
      /^Size +1\.50 MB \(1500000 bytes\)$/m,
      /^Covers +One environment\.$/m,
      /^Commit +abc$/m,
      /^marathon +FAILED \(STATUS_ERROR\) +no room$/m,
      /^Restore +2026-11-21 11:00:00Z \(1 hour ago\)\nState +restoring \(STATUS_RESTORING\)$/m,
      /^marathon +STATUS_ODD +-$/m,
    ]) {
      assert.match(out, line);
    }
    const json = await run(['hosted', 'show', 'prod', 'aaaaaa1111', '--json'], world());
    assert.deepEqual(JSON.parse(json.out), { cluster: 'prod', hosted: ready });
  });

  it('finds one by its group, and refuses what names several', async () => {
    const found = async (...argv: string[]) => {
      const outcome = await run(['hosted', 'show', 'prod', '--json', ...argv], world());
      return outcome.code === 0
        ? (JSON.parse(outcome.out) as { hosted: HostedBackup }).hosted.id
        : outcome.err;
    };
    assert.equal(await found('feature/x/nightly'), twin.id);
    assert.equal(await found('feature/x/aaaaaa'), twin.id);
    assert.equal(await found('nightly', '--group', 'main'), ready.id);
    assert.equal(await found('aaaaaa', '--group', 'feature/x'), twin.id);
    assert.match(await found('nightly'), /several.*main\/aaaaaa1111, feature\/x\/aaaaaa2222/);
    assert.match(await found('aaaaa', '--group', 'main'), /no backup \\"aaaaa\\" in main/);
    assert.match(await found('main/aaaaaa2222'), /core\.unknownBackup/);
  });

  it('takes nothing but a whole id while some could not be listed', async () => {
    const listing = { backups: [ready], warnings: ['stage was not reached.'] };
    const short = await run(['hosted', 'show', 'prod', 'aaaaaa'], world({ listing }));
    assert.equal(short.code, 2);
    assert.match(short.err, /stage was not reached.*\nNext: Give the whole id: aaaaaa1111/);
    const whole = await run(['hosted', 'show', 'prod', ready.id], world({ listing }));
    assert.equal(whole.code, 0);
    const none = await run(['hosted', 'show', 'prod', 'bbbbbb'], world({ listing }));
    assert.match(none.err, /Not all could be listed: stage/);
  });
});

describe('hosted restore on the command line', () => {
  const argv = ['hosted', 'restore', 'prod', 'main/nightly'];

  it('prints the plan, and with --dry-run stops there', async () => {
    const outcome = await run([...argv, '--dry-run'], world());
    assert.equal(outcome.code, 0, outcome.err);
    assert.equal(
      outcome.out,
      `Plan: restore cluster "prod" from nightly, on the platform's side

Backup  main/aaaaaa1111
Taken   2026-11-20 12:00:00Z (1 day ago)

WARNING: It is old [p.old]
note: It goes where it came from [p.target]
  Another environment: --answer target=stage

A backup of the present state is made first, on the platform's side.
`,
    );
    assert.deepEqual(outline(outcome), ['listHosted', 'planHostedRestore']);
  });

  it('restores what was planned, once the name of the cluster was typed', async () => {
    const outcome = await run(argv, world({}, { typed: 'prod' }));
    assert.equal(outcome.code, 0, outcome.err);
    const { plan } = asked(outcome, 'restoreHosted') as { plan: unknown };
    assert.deepEqual(plan, planned());
    assert.match(outcome.out, /Restored "prod" from nightly\.\nThe state before is backup S1/);
    const wrong = await run(argv, world({}, { typed: 'nightly' }));
    assert.equal(wrong.code, 130);
    assert.equal(asked(wrong, 'restoreHosted'), undefined);
  });

  it('names what is lost in the last question', async () => {
    const lost: PlanLine = { ...warning, title: 'Newer tasks are killed', destructive: true };
    const plan = planned({ items: [lost, warning] });
    const outcome = await run(argv, world({ plan }, { typed: 'prod' }));
    assert.match(outcome.err, /Newer tasks are killed\. "prod" is restored/);
  });

  it('asks nobody who is not there, before anything is read', async () => {
    const outcome = await run(argv, world());
    assert.equal(outcome.code, 2);
    assert.match(outcome.err, /cli\.confirmationNeeded/);
    assert.deepEqual(outline(outcome), []);
    const json = await run([...argv, '--yes', '--json'], world());
    assert.equal(json.code, 0, json.err);
    assert.deepEqual(JSON.parse(json.out), {
      plan: planned(),
      restored: true,
      hosted: { ...ready, parts: [] },
      safetyBackup: 'S1',
    });
  });

  it('hands answers, accepted codes and the wish for no safety backup to the plan', async () => {
    const flags = ['--answer', 'target=stage', '--no-safety-backup', '--yes'];
    const plan = planned({ safetyBackup: false });
    const outcome = await run([...argv, ...flags], world({ plan }));
    assert.equal(outcome.code, 0, outcome.err);
    const sent = asked(outcome, 'planHostedRestore') as Record<string, unknown>;
    assert.deepEqual(sent.ref, { id: ready.id, group: 'main' });
    assert.deepEqual(sent.choices, { answers: { target: 'stage' } });
    assert.equal(sent.safetyBackup, false);
    assert.match(outcome.out, /NO safety backup is made/);
  });

  it('refuses answers that nobody asked for', async () => {
    for (const flags of [
      ['--answer', 'traget=stage'],
      ['--accept', 'p.old'],
    ]) {
      const outcome = await run([...argv, ...flags, '--yes'], world());
      assert.equal(outcome.code, 2);
      assert.match(outcome.err, /does not ask for --(answer traget|accept p\.old)/);
      assert.equal(asked(outcome, 'restoreHosted'), undefined);
    }
  });

  it('refuses a blocked plan with 3, whatever was said', async () => {
    const blocker: PlanLine = { severity: 'blocker', code: 'p.no', title: 'No', detail: 'Wait.' };
    const plan = planned({ items: [blocker], possible: false, noSafetyBackup: 'It is off.' });
    for (const flag of ['--dry-run', '--yes']) {
      const outcome = await run([...argv, flag, '--json'], world({ plan }));
      assert.equal(outcome.code, 3);
      assert.match(outcome.err, /core\.notRestorable.*Wait\./);
      assert.deepEqual(JSON.parse(outcome.out), { plan, restored: false });
      assert.equal(asked(outcome, 'restoreHosted'), undefined);
    }
    const possible = planned({ safetyBackup: false, noSafetyBackup: 'It is off.' });
    const outcome = await run([...argv, '--dry-run'], world({ plan: possible }));
    assert.match(outcome.out, /No safety backup: It is off\./);
  });

  it('says what else can be done where the platform restores nothing', async () => {
    const outcome = await run(['hosted', 'restore', 'prod', ready.id, '--yes'], {
      ...world(),
      config: { clusters: [cluster({ system: 'keeping' })] },
    });
    assert.equal(outcome.code, 2);
    assert.match(outcome.err, /core\.unsupported\]\nNext: .*hosted fetch prod/);
  });
});

describe('hosted delete on the command line', () => {
  const argv = ['hosted', 'delete', 'prod', ready.id];

  it('says what is deleted, and with --dry-run stops there', async () => {
    const outcome = await run([...argv, '--dry-run'], world());
    assert.equal(outcome.code, 0, outcome.err);
    assert.match(outcome.out, /^Plan: delete a backup .*"prod"/);
    assert.match(outcome.out, /ID +aaaaaa1111[\s\S]*WARNING: It is old \[p\.old\]/);
    assert.equal(asked(outcome, 'removeHosted'), undefined);
  });

  it('deletes it once the end of its id was typed', async () => {
    const outcome = await run(argv, world({}, { typed: 'aa1111' }));
    assert.equal(outcome.code, 0, outcome.err);
    const { plan } = asked(outcome, 'removeHosted') as { plan: HostedRemovePlan };
    assert.deepEqual(plan, { backup: ready, items: [warning] });
    assert.match(outcome.out, /Deleted aaaaaa1111 \(nightly\)\./);
    const wrong = await run(argv, world({}, { typed: 'prod' }));
    assert.equal(wrong.code, 130);
    assert.equal(asked(wrong, 'removeHosted'), undefined);
    const mute = await run(argv, world());
    assert.equal(mute.code, 2);
    assert.deepEqual(outline(mute), []);
  });

  it('refuses with 3 what the plan forbids', async () => {
    const blocker: PlanLine = { severity: 'blocker', code: 'p.busy', title: 'It is being made' };
    const removal = { backup: ready, items: [blocker] };
    const outcome = await run([...argv, '--yes', '--json'], world({ removal }));
    assert.equal(outcome.code, 3);
    assert.match(outcome.err, /core\.notRemovable.*It is being made/);
    assert.deepEqual(JSON.parse(outcome.out), { plan: removal, deleted: false });
    assert.equal(asked(outcome, 'removeHosted'), undefined);
  });
});

describe('create on a platform that keeps its backups', () => {
  it('makes one there by default, with where and what was answered', async () => {
    const backupPlan = { items: [question] };
    const argv = ['create', 'prod', '--on', 'stage', '--answer', 'target=stage'];
    const outcome = await run(argv, world({ backupPlan }));
    assert.equal(outcome.code, 0, outcome.err);
    const { on, answers } = asked(outcome, 'createHosted') as Record<string, unknown>;
    assert.deepEqual({ on, answers }, { on: 'stage', answers: { target: 'stage' } });
    const plan = asked(outcome, 'planBackup') as Record<string, unknown>;
    assert.deepEqual(plan.answers, { target: 'stage' });
    assert.match(outcome.err, /--answer target=stage/);
    assert.match(outcome.err, /Covers: One environment\.\nIt stays on the platform's side\./);
    assert.match(outcome.out, /^Backed up "prod": aaaaaa1111, ready, main\n/);
  });

  it('refuses answers that nobody asked for', async () => {
    for (const system of ['platform', 'keeping']) {
      const outcome = await run(['create', 'prod', '--answer', 'a=b'], {
        ...world(),
        config: { clusters: [cluster({ system })] },
      });
      assert.equal(outcome.code, 2);
      assert.match(outcome.err, /backup does not ask for --answer a/);
      assert.equal(asked(outcome, 'createHosted'), undefined);
    }
  });

  it('asks first where it takes an older one away', async () => {
    const lost = { ...warning, title: 'nightly of 20 November goes', destructive: true };
    const told = { backupPlan: { items: [lost] } };
    const mute = await run(['create', 'prod'], world(told));
    assert.equal(mute.code, 2);
    assert.match(mute.err, /nightly of 20 November goes.*cli\.confirmationNeeded/s);
    assert.equal(asked(mute, 'createHosted'), undefined);
    const no = await run(['create', 'prod'], world(told, { typed: 'no' }));
    assert.equal(no.code, 130);
    assert.equal(asked(no, 'createHosted'), undefined);
    const yes = await run(['create', 'prod'], world(told, { typed: 'prod' }));
    assert.equal(yes.code, 0, yes.err);
    assert.equal((await run(['create', 'prod', '--yes'], world(told))).code, 0);
    assert.equal((await run(['create', 'prod', '--dry-run'], world(told))).code, 0);
  });

  it('takes --on only in modes that can be placed', async () => {
    const outcome = await run(['create', 'prod', '--mode', 'export', '--on', 'x'], {
      ...world(),
      config: { clusters: [cluster({ system: 'exporting' })] },
    });
    assert.equal(outcome.code, 2);
    assert.match(outcome.err, /in mode "export" is taken can't be chosen/);
  });

  it('makes an export where that was asked for', async () => {
    const outcome = await run(['create', 'prod', '--mode', 'export'], {
      ...world(),
      config: { clusters: [cluster({ system: 'exporting' })] },
    });
    assert.equal(outcome.code, 0, outcome.err);
    assert.match(outcome.out, /^Exported "prod": /);
  });
});

describe('commands on a vault, of a platform that keeps its backups', () => {
  it('say where the backups are', async () => {
    const list = await run(['list', 'prod'], world());
    assert.equal(list.code, 0, list.err);
    assert.match(list.err, /hosted list prod".*Nothing of it comes into the vault/);
    const exports = await run(['list', 'prod'], {
      ...world({}, { backups: [stored()] }),
      config: { clusters: [cluster({ system: 'exporting' })] },
    });
    assert.match(exports.err, /Only exports come into the vault/);
    for (const argv of [
      ['verify', ready.id],
      ['export', ready.id, '.'],
      ['show', ready.id],
    ]) {
      const outcome = await run(argv, world());
      assert.equal(outcome.code, 2);
      assert.match(outcome.err, /"prod" keeps its backups on its own side.*hosted list prod/);
    }
    const restore = await run(['restore', ID, '--to', 'prod', '--yes'], world());
    assert.equal(restore.code, 2);
    assert.match(restore.err, /core\.unsupported\]\nNext: Use "cluster-backup hosted restore prod/);
    assert.deepEqual(outline(restore), []);
  });

  it('say nothing of it where no cluster is of such a system', async () => {
    const outcome = await run(['verify', 'zzzzzz'], {});
    assert.doesNotMatch(outcome.err, /own side/);
  });
});

describe('a share of a whole on a terminal', () => {
  it('is told in percent alone', () => {
    const update = { phase: 'Restoring', done: 35, unit: 'percent' as const };
    const line = 'Restoring  [#######.............]   35%';
    assert.equal(progressLine(update, 2), line);
    assert.equal(progressLine({ ...update, total: 100 }, 2), line);
  });
});
