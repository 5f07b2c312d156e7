import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { upsun } from '../../../src/adapters/upsun/definition';
import { UpsunConnections } from '../../../src/adapters/upsun/connection';
import { UpsunRetention } from '../../../src/adapters/upsun/retention';
import { createOperations } from '../../../src/compose/operations';
import type { Operations } from '../../../src/compose/operations';
import type { ResolvedCluster } from '../../../src/compose/resolvedCluster';
import type { RetentionPolicy } from '../../../src/core/retention/policy';
import type { RetentionPlan, RetentionSettings } from '../../../src/core/retention/settings';
import { waitFor } from '../../../src/sandbox/parts/wait';
import { startUpsunStandIn } from '../../standins/upsun/standIn';
import type { UpsunStandIn, UpsunStandInOptions } from '../../standins/upsun/contract';
import { makeBackup, moment } from '../../standins/upsun/make';
import { context, refused } from '../swarm/support';

const DAY = 86_400_000;
const daily = (count: number, more: Partial<RetentionPolicy> = {}): RetentionPolicy => ({
  schedules: [{ interval: '1d', count }],
  ...more,
});
const bodyOf = (request: string): unknown => JSON.parse(request.slice(request.indexOf('\n')));
const codes = ({ items }: RetentionPlan) =>
  items.map(({ severity, code }) => `${severity} ${code}`);

describe('Upsun: how long backups are kept, against the stand-in', function () {
  this.timeout(120_000);
  let standIn: UpsunStandIn;
  let folder: string;
  let operations: Operations;
  let cluster: ResolvedCluster;

  const start = async (options: UpsunStandInOptions = {}): Promise<void> => {
    standIn = await startUpsunStandIn(options);
    const { apiAddress, authAddress } = standIn;
    const project = standIn.project().project.id;
    const connection = { project, apiAddress, authAddress, token: { secret: 'token' } };
    cluster = {
      connected: {
        name: 'shop',
        system: 'upsun',
        connection: upsun.schema.parse(connection),
        secrets: { token: standIn.apiToken },
      },
      vault: join(folder, 'vault'),
      encryption: { kind: 'none' },
      decryption: {},
    };
  };
  const restart = async (options: UpsunStandInOptions): Promise<void> => {
    await standIn.stop();
    await start(options);
  };
  const read = (): Promise<RetentionSettings> => operations.retention({ cluster }, context());
  const plan = (kind: string, policy: RetentionPolicy): Promise<RetentionPlan> =>
    operations.planRetention({ cluster, change: { kind, policy } }, context());
  const write = (of: RetentionPlan): Promise<RetentionSettings> =>
    operations.writeRetention({ cluster, plan: of }, context());
  const patches = () => standIn.requests.filter(({ line }) => line.startsWith('PATCH '));
  const held = () => standIn.project().settings.data_retention;
  const production = ({ kinds }: RetentionSettings) => kinds.find(({ id }) => id === 'production');
  /** Reads back for a moment only. */
  const hasty = async <T>(use: (retention: UpsunRetention) => Promise<T>): Promise<T> => {
    const connections = new UpsunConnections(cluster.connected);
    try {
      return await use(new UpsunRetention(connections, { limit: 40, pause: 10 }));
    } finally {
      await connections.close();
    }
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cb-retention-'));
    operations = createOperations({
      activities: join(folder, 'activities'),
      by: 'test',
      env: {},
      state: join(folder, 'state'),
    });
    await start();
  });
  afterEach(async () => {
    const { violations } = standIn;
    await standIn.stop();
    await rm(folder, { recursive: true, force: true });
    assert.deepEqual(violations, []);
  });

  it('names the default policy as such, and what there is of each environment', async () => {
    const { kinds, editable } = await read();
    assert.equal(editable, true);
    assert.deepEqual(
      kinds.map(({ id, policy, isDefault }) => [id, policy, isDefault]),
      [
        ['production', daily(2), true],
        ['staging', { schedules: [] }, true],
        ['development', { schedules: [] }, true],
      ],
    );
    const [main] = kinds;
    assert.deepEqual(main?.existing?.map(({ group, automated }) => [group, automated]).sort(), [
      ['main', false],
      ['main', false],
      ['main', true],
      ['main', true],
      ['main-eu', true],
    ]);
    const times = main.existing.map(({ created }) => Date.parse(created));
    assert.deepEqual(
      times,
      [...times].sort((a, b) => b - a),
    );
    // An environment whose id is of two parts, and one that is not active.
    const branches = kinds[2]?.existing?.map(({ group }) => group);
    assert.deepEqual(branches, ['feature/checkout', 'feature/old-idea']);
    assert.equal(
      main.existing.every(({ automated, expires }) => automated === (expires !== undefined)),
      true,
    );
  });

  it('tells what is set, and only that is no default', async () => {
    standIn.project().settings.data_retention = {
      production: {
        max_backups: 30,
        default_config: {
          manual_count: 3,
          schedule: [
            { interval: '1d', count: 7 },
            { interval: '1M', count: 12 },
          ],
        },
      },
    };
    const { kinds } = await read();
    assert.deepEqual(
      kinds.map(({ isDefault }) => isDefault),
      [false, true, true],
    );
    assert.deepEqual(kinds[0]?.policy, {
      schedules: [
        { interval: '1d', count: 7 },
        { interval: '1M', count: 12 },
      ],
      manualCount: 3,
      maxBackups: 30,
    });
  });

  for (const merge of ['deep', 'types', 'whole'] as const) {
    it(`sends the whole, once, just as it was shown: nothing is lost if the platform merges "${merge}"`, async () => {
      await restart({ merge });
      const staging = {
        max_backups: 9,
        default_config: { manual_count: 4, schedule: [{ interval: '1w', count: 2 }] },
      };
      const before = {
        max_backups: 20,
        default_config: { manual_count: 5, schedule: [{ interval: '6h', count: 4 }] },
      };
      standIn.project().settings.data_retention = { production: before, staging };
      // The limits are not named: they stay.
      const planned = await plan('production', daily(7));
      const written = await write(planned);
      const sent = {
        production: {
          ...before,
          default_config: { manual_count: 5, schedule: daily(7).schedules },
        },
        staging,
      };
      assert.deepEqual(held(), sent);
      assert.equal(patches().length, 1);
      const [patch] = patches();
      const project = standIn.project().project.id;
      assert.equal(patch?.line, `PATCH /projects/${project}/settings`);
      assert.equal(planned.request.split('\n')[0], patch.line);
      assert.deepEqual(JSON.parse(patch.body), bodyOf(planned.request));
      assert.deepEqual(JSON.parse(patch.body), { data_retention: sent });
      assert.deepEqual(JSON.parse(planned.before), {
        data_retention: { production: before, staging },
      });
      assert.deepEqual(JSON.parse(planned.after), { data_retention: sent });
      assert.deepEqual(production(written)?.policy, {
        ...daily(7),
        manualCount: 5,
        maxBackups: 20,
      });
    });
  }

  it('names the backups that go sooner, by environment, before it is sent', async () => {
    const planned = await plan('production', daily(1, { manualCount: 1 }));
    const goes = planned.items.filter(({ code }) => code === 'upsun.retentionGoes');
    const [main, eu] = goes;
    assert.match(main?.title ?? '', /^Of main .* go sooner than now$/);
    assert.equal(
      goes.every(({ destructive, severity }) => destructive === true && severity === 'warning'),
      true,
    );
    const { existing = [] } = production(await read()) ?? {};
    const [older] = existing
      .filter(({ group, automated }) => group === 'main' && !automated)
      .slice(-1);
    const stays = existing.find(({ group, automated }) => group === 'main' && !automated);
    assert.ok(main && older && main.title.includes(older.id));
    assert.ok(stays && !main.title.includes(stays.id));
    assert.match(main.detail ?? '', /made by hand\) at once: 1 newer made by hand; now it stays/);
    assert.match(eu?.title ?? 'Of main-eu', /main-eu/);
    // A longer policy takes nothing away.
    assert.deepEqual(codes(await plan('production', daily(30))), [
      'info upsun.retentionExperimental',
    ]);
  });

  it('refuses what makes no sense, and what changes nothing', async () => {
    const cases: [RetentionPolicy, string][] = [
      [daily(0), 'blocker upsun.retentionPolicy'],
      [{ schedules: [{ interval: '1m', count: 3 }] }, 'blocker upsun.retentionPolicy'],
      [daily(3, { manualCount: 9, maxBackups: 5 }), 'blocker upsun.retentionPolicy'],
      [daily(3, { manualCount: -1 }), 'blocker upsun.retentionPolicy'],
    ];
    for (const [policy, code] of cases) {
      const planned = await plan('production', policy);
      assert.deepEqual(codes(planned), [code]);
      assert.match((await refused(write(planned), 'core.badRetention')).message, /can't be set/);
    }
    await write(await plan('production', daily(5)));
    const again = await plan('production', daily(5));
    assert.deepEqual(codes(again), ['blocker upsun.retentionSame']);
    assert.deepEqual(codes(await plan('staging', { schedules: [] })).slice(0, 1), [
      'warning upsun.retentionNoSchedule',
    ]);
    assert.equal(patches().length, 1);
  });

  it('says that it may not be changed, and does not try', async () => {
    standIn.project().capabilities.data_retention.enabled = false;
    assert.match(String((await read()).editable), /does not let/);
    const planned = await plan('production', daily(7));
    assert.deepEqual(codes(planned), ['blocker upsun.retentionLocked']);
    await refused(write(planned), 'core.badRetention');
    assert.deepEqual(patches(), []);
  });

  it('sends nothing where somebody changed it since, or where another backup would go', async () => {
    const planned = await plan('production', daily(1, { manualCount: 1 }));
    const { backups, settings } = standIn.project();
    backups.push(makeBackup({ environment: 'main', created_at: moment(Date.now() - 60_000) }));
    await refused(write(planned), 'core.planChanged');
    const fresh = await plan('production', daily(1, { manualCount: 1 }));
    settings.data_retention = {
      staging: { max_backups: 3, default_config: { manual_count: 1, schedule: [] } },
    };
    await refused(write(fresh), 'core.planChanged');
    // The adapter looks by itself, too.
    await hasty((retention) => refused(retention.write(fresh, context()), 'core.planChanged'));
    assert.deepEqual(patches(), []);
  });

  it('does not send another request than the one that was shown', async () => {
    const planned = await plan('production', daily(7));
    const other = { ...planned, change: { kind: 'production', policy: daily(8) } };
    await refused(write(other), 'core.planChanged');
    await hasty((retention) => refused(retention.write(other, context()), 'core.planChanged'));
    assert.deepEqual(patches(), []);
  });

  it('a 202 is no success: what it holds then is compared, and the error says what differs', async () => {
    const body = JSON.stringify({ status: 'Accepted', code: 202 });
    standIn.faults.answers({ kind: 'answer', status: 202, body }, { line: /^PATCH / });
    const planned = await plan('production', daily(7, { maxBackups: 12 }));
    const error = await hasty((retention) =>
      refused(retention.write(planned, context()), 'upsun.retentionDiffers'),
    );
    assert.match(
      error.message,
      /data_retention is not set instead of \{"production":\{"max_backups":12/,
    );
    assert.equal(patches().length, 1);
  });

  it('waits where the platform takes its time', async () => {
    const body = JSON.stringify({ status: 'Accepted', code: 202 });
    standIn.faults.answers({ kind: 'answer', status: 202, body }, { line: /^PATCH / });
    const planned = await plan('production', daily(7, { manualCount: 2, maxBackups: 12 }));
    const c = context();
    const done = operations.writeRetention(
      { cluster, plan: planned },
      {
        ...c,
        progress: (update) => {
          c.progress(update);
          if (update.phase !== 'Reading the settings back') return;
          // Not yet while it is asked for the first time.
          setTimeout(() => {
            const sent = bodyOf(planned.request) as {
              data_retention: NonNullable<ReturnType<typeof held>>;
            };
            standIn.project().settings.data_retention = sent.data_retention;
          }, 200);
        },
      },
    );
    assert.deepEqual(production(await done)?.policy, daily(7, { manualCount: 2, maxBackups: 12 }));
    assert.equal(patches().length, 1);
  });

  it('stops waiting when it is cancelled', async () => {
    const body = JSON.stringify({ status: 'Accepted', code: 202 });
    standIn.faults.answers({ kind: 'answer', status: 202, body }, { line: /^PATCH / });
    const planned = await plan('production', daily(7));
    const stop = new AbortController();
    const c = context(stop.signal);
    const done = operations.writeRetention(
      { cluster, plan: planned },
      {
        ...c,
        progress: ({ phase }) => {
          if (phase === 'Reading the settings back')
            setTimeout(() => {
              stop.abort();
            }, 100);
        },
      },
    );
    const error = await refused(done, 'core.cancelled');
    assert.match(error.message, /had been sent already/);
    assert.match(error.next, /as it is now/);
    assert.equal(patches().length, 1);
  });

  it('says that it was sent too where it is cancelled while the answer is waited for', async () => {
    const planned = await plan('production', daily(7));
    standIn.faults.answers({ kind: 'slow', milliseconds: 20_000 }, { line: /^PATCH / });
    const stop = new AbortController();
    const done = operations.writeRetention({ cluster, plan: planned }, context(stop.signal));
    done.catch(() => undefined);
    await waitFor('it to be sent', () => Promise.resolve(patches().length === 1 || undefined), {
      timeoutMs: 60_000,
      everyMs: 10,
    });
    stop.abort();
    assert.match((await refused(done, 'core.cancelled')).message, /had been sent already/);
  });

  it('an activity that the answer names is followed to its end, with its log, before it is read back', async () => {
    await restart({ settingsActivity: true, step: 20 });
    const c = context();
    const lines: string[] = [];
    const planned = await plan('production', daily(7));
    const written = await operations.writeRetention(
      { cluster, plan: planned },
      { ...c, log: { ...c.log, info: (line) => void lines.push(line) } },
    );
    assert.deepEqual(production(written)?.policy.schedules, daily(7).schedules);
    assert.ok(lines.includes('Changing the settings'), lines.join());
    assert.equal(patches().length, 1);
  });

  it('an activity that fails is told, and the policy is as it was', async () => {
    await restart({ settingsActivity: true });
    standIn.faults.activities({ kind: 'fails', reason: 'error', log: 'E: not on this plan' });
    const error = await refused(write(await plan('production', daily(7))), 'upsun.activityFailed');
    assert.match(error.message, /backup policy failed on the platform.*not on this plan/);
    assert.equal(held(), null);
    assert.equal(patches().length, 1);
  });

  it('cancelled while its activity goes on: the platform is asked to stop it', async () => {
    await restart({ settingsActivity: true });
    const planned = await plan('production', daily(7));
    standIn.hold(true);
    const stop = new AbortController();
    const done = operations.writeRetention({ cluster, plan: planned }, context(stop.signal));
    done.catch(() => undefined);
    const looked = () =>
      standIn.requests.some(({ line }) => /^GET \/projects\/\w+\/activities\/\w+$/.test(line));
    await waitFor('it to be followed', () => Promise.resolve(looked() || undefined), {
      timeoutMs: 60_000,
      everyMs: 10,
    });
    stop.abort();
    assert.match((await refused(done, 'core.cancelled')).message, /asked to stop the change/);
    standIn.hold(false);
    await standIn.idle();
    assert.equal(held(), null);
  });

  it('is sent again after 429 and with a new token, and never otherwise', async () => {
    const planned = await plan('production', daily(7));
    standIn.faults.answers({ kind: 'limited', seconds: 1 }, { line: /^PATCH /, times: 1 });
    await write(planned);
    assert.deepEqual(held()?.['production']?.default_config.schedule, daily(7).schedules);
    assert.equal(patches().length, 2);
    standIn.faults.answers({ kind: 'tokenRunsOut' }, { line: /^PATCH /, times: 1 });
    await write(await plan('production', daily(8)));
    assert.deepEqual(held()?.['production']?.default_config.schedule, daily(8).schedules);
    const asked = patches().length;
    assert.equal(asked, 4);
    for (const fault of [
      { kind: 'cut', when: 'before' },
      { kind: 'answer', status: 500 },
      { kind: 'html', status: 502 },
    ] as const) {
      const before = patches().length;
      const next = await plan('production', daily(before + 20));
      standIn.faults.answers(fault, { line: /^PATCH /, times: 1 });
      await assert.rejects(write(next));
      assert.equal(patches().length, before + 1, fault.kind);
    }
  });

  it('an answer that was lost on the way is no failure where the platform holds what was sent', async () => {
    const planned = await plan('production', daily(7));
    standIn.faults.answers({ kind: 'cut', when: 'after' }, { line: /^PATCH /, times: 1 });
    assert.deepEqual(production(await write(planned))?.policy.schedules, daily(7).schedules);
    assert.equal(patches().length, 1);
  });

  it('still tells the policy where an environment can not be read, and warns of what it does not know', async () => {
    standIn.faults.answers(
      { kind: 'answer', status: 403, body: '{"status":"error","message":"Forbidden"}' },
      { line: /^GET .*\/environments\/main-eu\/backups/ },
    );
    const { kinds } = await read();
    assert.equal(kinds[0]?.existing, undefined);
    assert.equal(kinds[1]?.existing?.length, 1);
    assert.deepEqual(
      codes(await plan('production', daily(1)))[0],
      'warning upsun.retentionUnknown',
    );
  });

  it('of an old backup of the schedule the end that the platform set still holds', async () => {
    const { backups } = standIn.project();
    const expires_at = moment(Date.now() + 5 * DAY);
    const old = makeBackup({
      environment: 'main-eu',
      created_at: moment(Date.now() - 2 * DAY),
      expires_at,
      automated: true,
      index: 3,
    });
    backups.push(old);
    const { existing = [] } = production(await read()) ?? {};
    const found = existing.find(({ id }) => id === old.id);
    assert.equal(Date.parse(found?.expires ?? ''), Date.parse(expires_at));
  });
});
