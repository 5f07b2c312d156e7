import assert from 'node:assert/strict';
import type { RetentionPlan, RetentionSettings } from '../../../src/core/retention/settings';
import { asked, cluster, run } from './fakes';
import type { World } from './fakes';

const settings: RetentionSettings = {
  kinds: [
    {
      id: 'production',
      title: 'Production',
      policy: { schedules: [{ interval: '1d', count: 2 }] },
      isDefault: true,
      existing: [
        { id: 'bk3', created: '2026-11-21T03:00:00Z', automated: true, group: 'main' },
        { id: 'bk2', created: '2026-11-20T09:00:00Z', automated: false, group: 'main' },
        { id: 'bk1', created: '2026-11-20T03:00:00Z', automated: true, group: 'main' },
      ],
    },
    {
      id: 'staging',
      title: 'Staging',
      policy: { schedules: [], manualCount: 2, maxBackups: 5 },
      isDefault: false,
    },
  ],
  editable: true,
};

const plan: RetentionPlan = {
  change: { kind: 'production', policy: { schedules: [] } },
  before: '{\n  "data_retention": null\n}\n',
  after: '{\n  "data_retention": {}\n}\n',
  request: 'PATCH /projects/p/settings\n{\n  "data_retention": {}\n}\n',
  items: [
    {
      severity: 'warning',
      code: 'platform.goes',
      title: 'Of main bk1 goes sooner than now',
      destructive: true,
    },
  ],
  fingerprint: 'f',
};

function world(more: Partial<World> = {}, operations: World['operations'] = {}): World {
  return {
    config: { clusters: [cluster({ system: 'platform' })] },
    operations: {
      retention: () => Promise.resolve(settings),
      planRetention: ({ change }) => Promise.resolve({ ...plan, change }),
      writeRetention: () => Promise.resolve(settings),
      ...operations,
    },
    ...more,
  };
}

const blocked = () =>
  Promise.resolve({
    ...plan,
    items: [{ severity: 'blocker' as const, code: 'platform.locked', title: 'It is locked' }],
  });
const DAILY = ['retention', 'set', 'prod', '--kind', 'production', '--schedule', '1d=7'];

describe('retention on the command line', () => {
  it('shows what holds for each kind, the default named as such', async () => {
    const { out, code, err } = await run(['retention', 'show', 'prod'], world());
    assert.equal(code, 0, err);
    assert.match(out, /^KIND +AUTOMATED +BY HAND +IN ALL +THERE NOW +POLICY$/m);
    assert.match(out, /^production +1d=2 +- +- +2 automated, 1 by hand +the platform's default$/m);
    assert.match(out, /^staging +none +2 +5 +unknown +own$/m);
    const json = await run(['retention', 'show', 'prod', '--json'], world());
    assert.deepEqual(JSON.parse(json.out), { cluster: 'prod', ...settings });
  });

  it('says why it can not be changed', async () => {
    const locked = {
      retention: () => Promise.resolve({ ...settings, editable: 'The plan lacks it' }),
    };
    const { err } = await run(['retention', 'show', 'prod'], world({}, locked));
    assert.match(err, /can't be changed: The plan lacks it/);
  });

  it('previews each month of a year under a policy that does not hold yet, and sends nothing', async () => {
    const argv = ['retention', 'preview', 'prod', '--schedule', '1d=7', '--schedule', '1M=12'];
    const outcome = await run([...argv, '--manual-count', '2'], world());
    assert.equal(outcome.code, 0, outcome.err);
    assert.match(
      outcome.out,
      /^Production: every day, the newest 7; every month, the newest 12; by hand, the newest 2$/m,
    );
    // Seven days, the months before, and the one made by hand.
    assert.match(outcome.out, /^2026-11-30 +8 +1 +2026-11-20 +manual 1, 1d 7, 1M 1$/m);
    assert.match(outcome.out, /^2027-02-28 +11 +1 +2026-11-20 +manual 1, 1M 4, 1d 7$/m);
    assert.equal(outcome.out.match(/^20\d\d-\d\d-\d\d /gm)?.length, 12);
    assert.match(outcome.out, /^2027-10-31 /m);
    assert.match(outcome.err, /Worked out by us/);
    assert.deepEqual(
      outcome.calls.map(({ name }) => name).filter((name) => /etention/.test(name)),
      ['retention'],
    );
  });

  it('lists those of a date, with what holds them', async () => {
    const argv = ['retention', 'preview', 'prod', '--at', '2026-11-22'];
    const { out, code, err } = await run(argv, world());
    assert.equal(code, 0, err);
    assert.match(out, /^At the end of 2026-11-22: 3 backups$/m);
    assert.match(out, /^2026-11-22 03:00:00Z +to come +1d$/m);
    assert.match(out, /^2026-11-21 03:00:00Z +bk3 +1d$/m);
    assert.match(out, /^2026-11-20 09:00:00Z +bk2 +manual$/m);
    const json = await run([...argv, '--json'], world());
    const { previews, kind } = JSON.parse(json.out) as {
      kind: string;
      previews: { group: string; at: { at: string; backups: { id: string }[] }[] }[];
    };
    assert.equal(kind, 'production');
    assert.equal(previews[0]?.group, 'main');
    assert.deepEqual(
      previews[0].at[0]?.backups.slice(0, 2).map(({ id }) => id),
      ['bk2', 'bk3'],
    );
  });

  it('previews a kind whose backups could not be read, and says so', async () => {
    const { out, err } = await run(['retention', 'preview', 'prod', '--kind', 'staging'], world());
    assert.match(err, /could not be read/);
    assert.match(out, /^2026-12-31 +0 +0 +- +-$/m);
  });

  it('refuses what makes no sense, before anything is asked', async () => {
    const cases: [string[], RegExp][] = [
      [['preview', 'prod', '--schedule', '1m=7'], /capital M/],
      [['preview', 'prod', '--schedule', '1d=0'], /1 or more/],
      [['preview', 'prod', '--schedule', '1d'], /INTERVAL=COUNT/],
      [['preview', 'prod', '--schedule', '1d=1', '--schedule', '1d=2'], /twice/],
      [['preview', 'prod', '--at', '2027-02-30'], /YYYY-MM-DD/],
      [['preview', 'prod', '--at', '2020-01-01'], /from today on/],
      [['preview', 'prod', '--kind', 'test'], /production, staging/],
      [['preview', 'prod', '--manual-count', '9', '--max-backups', '3'], /more than the 3/],
      [['set', 'prod', '--kind', 'production', '--yes'], /--without-schedules/],
      [
        [
          'set',
          'prod',
          '--kind',
          'production',
          '--schedule',
          '1d=7',
          '--without-schedules',
          '--yes',
        ],
        /exclude/,
      ],
    ];
    for (const [argv, text] of cases) {
      const outcome = await run(['retention', ...argv], world());
      assert.equal(outcome.code, 2, argv.join(' '));
      assert.match(outcome.err, text);
      assert.equal(asked(outcome, 'planRetention'), undefined);
    }
    const other = await run(['retention', 'show', 'prod'], {});
    assert.equal(other.code, 2);
    assert.match(other.err, /core\.unsupported/);
  });

  it('sets after the diff and the very request were shown and the name was typed', async () => {
    const outcome = await run([...DAILY, '--manual-count', '3'], world({ typed: 'prod' }));
    assert.equal(outcome.code, 0, outcome.err);
    const { change } = asked(outcome, 'planRetention') as { change: unknown };
    assert.deepEqual(change, {
      kind: 'production',
      policy: { schedules: [{ interval: '1d', count: 7 }], manualCount: 3 },
    });
    assert.match(outcome.out, /^WARNING: Of main bk1 goes sooner than now \[platform\.goes\]$/m);
    assert.match(outcome.out, /^- +"data_retention": null$/m);
    assert.match(outcome.out, /^\+ +"data_retention": \{\}$/m);
    assert.match(outcome.out, /^Will be sent:\n {2}PATCH \/projects\/p\/settings\n {2}\{$/m);
    assert.match(outcome.err, /bk1 goes sooner than now\. The settings of "prod"/);
    const written = asked(outcome, 'writeRetention') as { plan: RetentionPlan };
    assert.deepEqual(written.plan, { ...plan, change });
    assert.match(outcome.out, /Set, and read back:\nKIND/);
  });

  it('sends nothing with --dry-run, without a confirmation, or with another word', async () => {
    const dry = await run([...DAILY, '--dry-run'], world());
    assert.equal(dry.code, 0, dry.err);
    assert.equal(asked(dry, 'writeRetention'), undefined);
    const mute = await run(DAILY, world());
    assert.equal(mute.code, 2);
    assert.match(mute.err, /cli\.confirmationNeeded/);
    const wrong = await run(DAILY, world({ typed: 'production' }));
    assert.equal(wrong.code, 130);
    for (const outcome of [mute, wrong]) assert.equal(asked(outcome, 'writeRetention'), undefined);
  });

  it('shows what blocks it and ends with 3, also with --yes', async () => {
    for (const more of ['--yes', '--dry-run']) {
      const outcome = await run([...DAILY, more], world({}, { planRetention: blocked }));
      assert.equal(outcome.code, 3);
      assert.match(outcome.out, /^BLOCKED: It is locked/m);
      assert.match(outcome.err, /core\.badRetention/);
      assert.equal(asked(outcome, 'writeRetention'), undefined);
    }
  });

  it('gives plan and outcome as JSON', async () => {
    const { out, code } = await run([...DAILY, '--yes', '--json'], world());
    assert.equal(code, 0);
    const policy = { schedules: [{ interval: '1d', count: 7 }] };
    const change = { kind: 'production', policy };
    assert.deepEqual(JSON.parse(out), {
      cluster: 'prod',
      plan: { ...plan, change },
      written: true,
      settings,
    });
  });
});
