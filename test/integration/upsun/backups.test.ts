import assert from 'node:assert/strict';
import { atText } from '../../../src/adapters/upsun/times';
import { waitFor } from '../../../src/sandbox/parts/wait';
import { makeBackup, makeEnvironment, moment } from '../../standins/upsun/make';
import { countingProxy } from './countingProxy';
import { UpsunSite } from './site';

describe('Upsun: backups of the stand-in, listed, made and deleted', function () {
  this.timeout(120_000);
  let site: UpsunSite;
  beforeEach(async () => (site = await UpsunSite.start()));
  afterEach(() => site.finish());

  const until = (what: string, isSo: () => boolean) =>
    waitFor(what, () => Promise.resolve(isSo() || undefined), { timeoutMs: 60_000, everyMs: 10 });

  it('lists those of all environments, newest first, with all that is known of them', async () => {
    const cluster = await site.cluster();
    const { backups, warnings } = await site.operations.listHosted({ cluster }, site.context());
    assert.deepEqual(warnings, []);
    const there = site.standIn.project().backups;
    assert.deepEqual(
      backups.map(({ id }) => id),
      [...there]
        .sort((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at))
        .map(({ id }) => id),
    );
    for (const row of backups) {
      const told = site.standIn.backup(row.id);
      assert.equal(row.group, told.environment);
      assert.equal(row.automated, told.automated);
      assert.equal(row.restore === true, told.restorable);
      const facts = new Map(row.facts);
      assert.equal(facts.get('Commit'), told.commit_id);
      assert.equal(facts.get('Mode'), told.safe ? 'consistent' : 'live');
      const { expires_at: expires } = told;
      assert.equal(facts.get('Expires'), expires === null ? 'never by itself' : atText(expires));
    }
    assert.ok(backups.some(({ group }) => group === 'feature/checkout'));
    assert.ok(site.sent(/environments\/feature%2Fcheckout\/backups$/).length > 0);
  });

  it('asks many environments a few at a time', async () => {
    const state = site.standIn.project();
    const { id: project } = state.project;
    for (let n = 0; n < 40; n++) {
      state.environments.push(makeEnvironment({ id: `pr-${n}`, project }));
      state.backups.push(makeBackup({ environment: `pr-${n}` }));
    }
    site.standIn.faults.answers({ kind: 'slow', milliseconds: 15 }, { line: /\/backups$/ });
    const proxy = await countingProxy(site.standIn.apiAddress, /\/backups$/);
    try {
      for (const parallel of [1, 4, 12]) {
        proxy.reset();
        const cluster = await site.cluster({ apiAddress: proxy.address, parallel });
        const rows = await site.list(cluster);
        assert.equal(rows.length, state.backups.length);
        assert.ok(proxy.most() <= parallel, `${proxy.most()} of ${parallel}`);
        if (parallel > 1) assert.ok(proxy.most() > 1, 'they were asked one after another');
      }
    } finally {
      await proxy.close();
    }
  });

  it('shows the others where one environment fails, and fails where all do', async () => {
    const failing = { kind: 'answer', status: 500, body: '{"message":"no luck"}' } as const;
    site.standIn.faults.answers(failing, { line: /environments\/staging\/backups$/ });
    const cluster = await site.cluster();
    const { backups, warnings } = await site.operations.listHosted({ cluster }, site.context());
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /staging.*no luck/);
    assert.ok(backups.length > 0 && !backups.some(({ group }) => group === 'staging'));
    site.standIn.faults.answers(failing, { line: /\/backups$/ });
    await site.refused(site.operations.listHosted({ cluster }, site.context()), 'upsun.apiFailed');
  });

  it('shows only the environments that the entry names, and says which is not there', async () => {
    const cluster = await site.cluster({ environments: ['feature/checkout', 'gone'] });
    const { backups, warnings } = await site.operations.listHosted({ cluster }, site.context());
    assert.deepEqual([...new Set(backups.map(({ group }) => group))], ['feature/checkout']);
    assert.match(warnings.join(), /no environment "gone"/);
  });

  for (const [mode, safe] of [
    ['consistent', true],
    ['live', false],
  ] as const) {
    it(`makes one in mode ${mode}, followed to its end, with progress and log`, async () => {
      const run = site.context();
      const cluster = await site.cluster();
      const made = await site.operations.createHosted(
        { cluster, mode, on: 'feature/checkout' },
        run,
      );
      assert.equal(made.state, 'ready');
      assert.equal(made.group, 'feature/checkout');
      assert.equal(made.restore, true);
      assert.equal(site.standIn.backup(made.id).safe, safe);
      assert.deepEqual(
        site.sent(/^POST \/projects/).map(({ body }) => body),
        [{ safe }],
      );
      // Each line once, though the log was not there at first and ended before its seal.
      const log = run.lines.filter((line) => /backup of feature|Storing|Done/.test(line));
      assert.deepEqual(log, [
        `Creating a ${mode} backup of feature/checkout`,
        'Storing the backup',
        'Done',
      ]);
      assert.ok(run.updates.some(({ unit, total }) => unit === 'percent' && total === 100));
      assert.ok((await site.list()).some(({ id }) => id === made.id));
      const asked = site.sent(/\/log/).map(({ line }) => line);
      assert.ok(asked.length > 1);
      assert.ok(
        asked.every((line) => !line.includes('count=')),
        asked.join(),
      );
    });
  }

  it('backs up the main environment in the first mode when nothing is said; a label is left out', async () => {
    const run = site.context();
    const made = await site.operations.createHosted(
      { cluster: await site.cluster(), label: 'nightly' },
      run,
    );
    assert.equal(made.group, 'main');
    assert.equal(site.standIn.backup(made.id).safe, true);
    assert.ok(run.lines.some((line) => /label "nightly" is left out/.test(line)));
  });

  it('shows one that is being made', async () => {
    site.standIn.hold(true);
    const cluster = await site.cluster();
    const making = site.operations.createHosted({ cluster, mode: 'live' }, site.context());
    making.catch(() => undefined);
    await until('it to be begun', () => site.sent(/^POST \/projects/).length === 1);
    const { activities } = site.standIn.project();
    await until('its activity', () => activities.some(({ state }) => state === 'pending'));
    const [newest] = await site.list();
    assert.equal(newest?.state, 'inProgress');
    assert.equal(newest.group, 'main');
    assert.equal(newest.restore, 'It is not finished.');
    site.standIn.hold(false);
    assert.equal((await making).id, newest.id);
  });

  it('names the backup that will go, and it goes', async () => {
    const { settings } = site.standIn.project();
    settings.data_retention = {
      production: { max_backups: 20, default_config: { manual_count: 2, schedule: [] } },
    };
    const cluster = await site.cluster();
    const plan = () =>
      site.operations.planBackup({ cluster, mode: 'consistent', on: 'main' }, site.context());
    const [oldest] = site.standIn
      .project()
      .backups.filter(({ environment, automated }) => environment === 'main' && !automated)
      .sort((a, b) => Date.parse(a.created_at) - Date.parse(b.created_at));
    const line = (await plan()).items.find(({ code }) => code === 'upsun.evicts');
    assert.equal(line?.severity, 'warning');
    assert.equal(line.destructive, true);
    assert.ok(line.title.includes(`${oldest?.id ?? '?'} (${atText(oldest?.created_at ?? '?')})`));
    await site.operations.createHosted({ cluster, mode: 'live', on: 'main' }, site.context());
    assert.ok(!(await site.list()).some(({ id }) => id === oldest?.id));
  });

  it('plans: what stops, what is not known, who could be backed up', async () => {
    const cluster = await site.cluster();
    const plan = await site.operations.planBackup({ cluster, mode: 'consistent' }, site.context());
    assert.equal(plan.on, 'main');
    assert.deepEqual(
      plan.candidates?.map(({ name }) => name),
      site.standIn.project().environments.map(({ id }) => id),
    );
    const codes = plan.items.map(({ severity, code }) => `${severity} ${code}`);
    assert.deepEqual(codes, [
      'warning upsun.paused',
      'warning upsun.limitUnknown',
      'info upsun.staysThere',
    ]);
    assert.match(plan.items[0]?.title ?? '', /15 to 30 seconds/);
    const live = await site.operations.planBackup({ cluster, mode: 'live' }, site.context());
    assert.ok(!live.items.some(({ code }) => code === 'upsun.paused'));
  });

  it('offers to activate an inactive environment, and does it first where that is agreed', async () => {
    const cluster = await site.cluster();
    const on = 'feature/old-idea';
    const plan = await site.operations.planBackup({ cluster, mode: 'live', on }, site.context());
    const line = plan.items.find(({ severity }) => severity === 'blocker');
    assert.equal(line?.code, 'upsun.inactive');
    assert.equal(line.questions?.[0]?.answer, 'activate');
    const create = (answers?: Record<string, string>) =>
      site.operations.createHosted({ cluster, mode: 'live', on, answers }, site.context());
    await site.refused(create(), 'upsun.inactive');
    assert.deepEqual(site.sent(/^POST \/projects/), []);
    const answers = { activate: 'yes' };
    const agreed = await site.operations.planBackup(
      { cluster, mode: 'live', on, answers },
      site.context(),
    );
    assert.ok(!agreed.items.some(({ severity }) => severity === 'blocker'));
    assert.equal((await create(answers)).group, on);
    assert.deepEqual(
      site.sent(/^POST \/projects/).map(({ line: asked }) => asked.split('/').at(-1)),
      ['activate', 'backup'],
    );
    assert.equal(site.standIn.environment(on).status, 'active');
  });

  it('waits while another activity runs, and says so before', async () => {
    const main = site.standIn.environment('main');
    main.is_dirty = true;
    const cluster = await site.cluster();
    const plan = await site.operations.planBackup({ cluster, mode: 'live' }, site.context());
    assert.ok(
      plan.items.some(({ code, severity }) => code === 'upsun.waits' && severity === 'warning'),
    );
    const run = site.context();
    const making = site.operations.createHosted({ cluster, mode: 'live' }, run);
    making.catch(() => undefined);
    await until('it to wait', () =>
      run.updates.some(({ phase }) => /Waiting for what runs/.test(phase)),
    );
    assert.deepEqual(site.sent(/^POST \/projects/), []);
    // What fails meanwhile may pass too.
    const line = /^GET \/projects\/\w+\/environments\/main$/;
    const asked = () => site.sent(line).length;
    const before = asked();
    // More often than one question is repeated by itself.
    site.standIn.faults.answers({ kind: 'answer', status: 500, body: 'x' }, { line, times: 4 });
    await until('it to go on waiting', () => asked() > before + 4);
    main.is_dirty = false;
    assert.equal((await making).state, 'ready');
  });

  it('says that the role is missing where the platform offers no backup', async () => {
    // Active for us, and still no link: as it is for a user without the role.
    site.standIn.environment('main').status = 'active';
    const proxy = await countingProxy(site.standIn.apiAddress, /./, (text) =>
      text.replaceAll('"#backup"', '"#other"'),
    );
    try {
      const cluster = await site.cluster({ apiAddress: proxy.address });
      const plan = await site.operations.planBackup({ cluster, mode: 'live' }, site.context());
      const line = plan.items.find(({ severity }) => severity === 'blocker');
      assert.equal(line?.code, 'upsun.notOffered');
      // It is read once more before that is said.
      assert.ok(site.sent(/^GET \/projects\/\w+\/environments\/main$/).length >= 1);
      const create = site.operations.createHosted({ cluster, mode: 'live' }, site.context());
      await site.refused(create, 'upsun.notOffered');
      assert.deepEqual(site.sent(/^POST \/projects/), []);
    } finally {
      await proxy.close();
    }
  });

  it('refuses an environment that is not there', async () => {
    const cluster = await site.cluster();
    const run = site.context();
    const plan = site.operations.planBackup({ cluster, mode: 'live', on: 'nowhere' }, run);
    const error = await site.refused(plan, 'upsun.unknownEnvironment');
    assert.match(error.message, /feature\/checkout/);
  });

  it('deletes one, and says before when it is the last that can be restored', async () => {
    const cluster = await site.cluster();
    const { backups } = site.standIn.project();
    const one = backups.find(({ environment }) => environment === 'feature/checkout');
    assert.ok(one !== undefined);
    const ref = { id: one.id, group: one.environment };
    const plan = await site.operations.planHostedRemove({ cluster, ref }, site.context());
    assert.deepEqual(
      plan.items.map(({ code }) => code),
      ['upsun.removed', 'upsun.lastRestorable'],
    );
    await site.operations.removeHosted({ cluster, plan }, site.context());
    assert.ok(!(await site.list()).some(({ id }) => id === one.id));
    const again = site.operations.planHostedRemove({ cluster, ref }, site.context());
    await site.refused(again, 'upsun.unknownBackup');
    // Without its environment it is searched for.
    const automated = backups.find((backup) => backup.automated);
    const found = await site.operations.planHostedRemove(
      { cluster, ref: { id: automated?.id ?? '' } },
      site.context(),
    );
    assert.equal(found.backup.group, automated?.environment);
    assert.ok(found.items.some(({ code }) => code === 'upsun.automated'));
    assert.ok(!found.items.some(({ code }) => code === 'upsun.lastRestorable'));
  });

  it('deletes nothing where another backup went meanwhile, and it is now the last', async () => {
    const cluster = await site.cluster();
    const state = site.standIn.project();
    const added = makeBackup({ environment: 'staging', created_at: moment() });
    state.backups.push(added);
    const ref = { id: added.id, group: 'staging' };
    const plan = await site.operations.planHostedRemove({ cluster, ref }, site.context());
    for (const other of state.backups.filter((b) => b.environment === 'staging' && b !== added)) {
      other.restorable = false;
    }
    await site.refused(
      site.operations.removeHosted({ cluster, plan }, site.context()),
      'core.planChanged',
    );
    assert.ok(state.backups.includes(added));
  });
});
