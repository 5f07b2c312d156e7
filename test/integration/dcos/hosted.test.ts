import assert from 'node:assert/strict';
import { refused } from '../../support/refused';
import { CREATE, DELETE, DcosSite, LIST, LOOK, RESTORE } from './site';

describe('DC/OS: backups of the stand-in’s service', function () {
  this.timeout(120_000);
  let site: DcosSite;

  beforeEach(async () => {
    site = await DcosSite.make();
  });
  afterEach(async () => {
    assert.deepEqual(site.server.broken, []);
    await site.remove();
  });

  it('are made by a label, followed to their end and listed with all the service says', async () => {
    const made = await site.create('nightly');
    assert.equal(made.name, 'nightly');
    assert.match(made.id, /^nightly-[0-9a-f-]{36}$/);
    assert.equal(made.state, 'ready');
    assert.equal(made.stateText, 'STATUS_READY');
    assert.deepEqual(made.parts, [{ name: 'marathon', state: 'ready', stateText: 'STATUS_READY' }]);
    assert.equal(made.restore, true);
    assert.deepEqual(
      made.facts.map(([name]) => name),
      ['DC/OS version', 'Timestamp'],
    );
    const [sent, ...again] = site.asked(CREATE);
    assert.deepEqual(again, []);
    assert.equal(sent?.body, '{"label":"nightly"}');
    assert.equal(sent.auth, 'token');
    assert.equal(sent.headers['accept'], 'application/json');
    assert.ok(site.asked(LOOK).length >= 3);
    assert.ok(
      site.told.some((line) => /STATUS_BACKING_UP \(marathon STATUS_BACKING_UP\)/.test(line)),
    );
    assert.deepEqual(await site.list(), { backups: [made], warnings: [] });
  });

  it('get a label from the time where none is given, since the service needs one', async () => {
    const made = await site.create();
    assert.match(made.name, /^cb-\d{8}T\d{6}Z$/);
    await refused(site.create('.ab'), 'core.badLabel');
    assert.equal(site.asked(CREATE).length, 1);
  });

  it('are listed newest first, to the nanosecond, with what is not finished and what failed', async () => {
    const at = (fraction: string) => ({ timestamp: `2020-01-01T00:00:00.${fraction}Z` });
    const { server } = site;
    server.keep('second', at('000000002'));
    server.keep('third', at('000000003'));
    server.keep('first', at('000000001'));
    server.spoilBackups({ kind: 'fails', reason: 'no space left on device' });
    const error = await refused(site.create('broken'), 'dcos.backupFailed');
    assert.match(error.message, /marathon: no space left on device/);
    const { backups } = await site.list();
    assert.deepEqual(
      backups.map(({ name }) => name),
      ['broken', 'third', 'second', 'first'],
    );
    assert.equal(backups[0]?.state, 'failed');
    assert.equal(backups[0].error, 'marathon: no space left on device');
    assert.equal(backups[0].parts?.[0]?.error, 'no space left on device');
    assert.match(String(backups[0].restore), /failed/);
  });

  it('are told apart where one label begins as another', async () => {
    const { server } = site;
    const other = server.keep('night-long');
    const made = await site.create('night');
    assert.equal(made.name, 'night');
    await site.delete(made.id);
    assert.deepEqual(
      server.backups.map(({ id }) => id),
      [other],
    );
    const [sent, ...again] = site.asked(DELETE);
    assert.deepEqual(again, []);
    assert.equal(sent?.body, JSON.stringify({ id: made.id }));
    assert.equal(sent.headers['content-length'], String(sent.body.length));
  });

  it('are not missed where they were deleted from here, and are where another master answers', async () => {
    await site.remove();
    site = await DcosSite.make({ masters: 2 });
    const kept = await site.create('kept');
    const gone = await site.create('gone');
    assert.equal((await site.list()).backups.length, 2);
    await site.delete(gone.id);
    assert.deepEqual((await site.list()).warnings, []);
    site.server.settings.master = 1;
    const { backups, warnings } = await site.list();
    assert.deepEqual(backups, []);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', new RegExp(`${kept.id}.*another master`));
    site.server.settings.master = 0;
    assert.deepEqual((await site.list()).warnings, []);
  });

  it('are restored, with a plan first and a backup of the present state before it', async () => {
    const { server } = site;
    const before = structuredClone(server.groups);
    const { id } = await site.create('good-day');
    server.groups = { id: '/', apps: [{ id: '/late' }] };
    const plan = await site.plan(id, true);
    assert.equal(plan.possible, true);
    assert.equal(plan.safetyBackup, true);
    const line = (code: string) => plan.items.find((item) => item.code === code);
    assert.equal(line('dcos.marathonRestarts')?.severity, 'warning');
    assert.match(line('dcos.marathonRestarts')?.detail ?? '', /Running tasks go on/);
    assert.equal(line('dcos.tasksKilled')?.destructive, true);
    assert.equal(line('dcos.noHistory')?.severity, 'info');
    assert.match(line('dcos.covers')?.title ?? '', /Only the state of the root Marathon/);
    assert.equal(line('dcos.version'), undefined);
    assert.equal(site.asked(RESTORE).length, 0);
    const { backup, safetyBackup } = await site.restorePlanned(plan);
    assert.equal(backup.state, 'ready');
    assert.equal(backup.restores?.[0]?.state, 'ready');
    assert.match(safetyBackup ?? '', /^before-restore-/);
    assert.deepEqual(server.groups, before);
    assert.equal(site.asked(RESTORE).length, 1);
    assert.deepEqual(
      (await site.list()).backups.map(({ name }) => name),
      ['before-restore', 'good-day'],
    );
  });

  for (const restores of ['object', 'array', 'none'] as const) {
    for (const ownStatus of ['staysReady', 'tells'] as const) {
      if (restores === 'none' && ownStatus === 'staysReady') continue;
      it(`are followed through a restore: restores as ${restores}, own status ${ownStatus}`, async () => {
        Object.assign(site.server.settings, { restores, ownStatus });
        const { id } = await site.create('good-day');
        const before = structuredClone(site.server.groups);
        for (const round of [1, 2]) {
          site.server.groups = { id: '/', apps: [{ id: `/late${round}` }] };
          const { backup } = await site.restore(id);
          assert.equal(backup.state, 'ready');
          // It had come to its end, and not only begun.
          assert.deepEqual(site.server.groups, before);
          assert.equal(site.asked(RESTORE).length, round);
        }
        site.server.spoilRestores({ kind: 'fails', reason: 'the archive is damaged' });
        const error = await refused(site.restore(id), 'dcos.restoreFailed');
        assert.match(error.message, /the archive is damaged/);
      });
    }
  }

  it('say what is not known of a restore that the service tells nothing of', async () => {
    Object.assign(site.server.settings, { restores: 'none', ownStatus: 'staysReady' });
    const id = site.server.keep('good-day');
    const error = await refused(
      site.restore(id, await site.within({ silence: 1 })),
      'dcos.restoreUnconfirmed',
    );
    assert.match(error.message, /told nothing of it/);
    assert.equal(site.asked(RESTORE).length, 1);
  });

  it('are not restored where they are not whole, unknown, or another is at work', async () => {
    const { server } = site;
    const failed = server.keep('broken', { status: 'STATUS_ERROR' });
    const plan = await site.plan(failed);
    assert.equal(plan.possible, false);
    assert.deepEqual(
      plan.items.filter(({ severity }) => severity === 'blocker').map(({ code }) => code),
      ['dcos.notReady'],
    );
    await refused(site.restorePlanned(plan), 'core.notRestorable');
    await refused(site.plan('no-such-backup'), 'dcos.unknownBackup');
    const good = server.keep('good-day');
    const fine = await site.plan(good);
    assert.equal(fine.possible, true);
    const busy = server.keep('running', { status: 'STATUS_BACKING_UP' });
    const blocked = await site.plan(good);
    assert.match(
      blocked.items.find(({ code }) => code === 'dcos.busy')?.title ?? '',
      new RegExp(busy),
    );
    // Planned before the other began: it is looked at once more.
    await refused(site.restorePlanned(fine), 'core.planChanged');
    assert.equal(site.asked(RESTORE).length, 0);
  });

  it('are not made while another is: by whoever, named, in the plan and again when it begins', async () => {
    const busy = site.server.keep('running', { status: 'STATUS_BACKING_UP' });
    const error = await refused(site.create('one-more'), 'dcos.busy');
    assert.match(error.message, new RegExp(busy));
    const cluster = await site.cluster();
    const { items } = await site.operations.planBackup(
      { cluster, mode: 'service' },
      site.context(),
    );
    assert.equal(items.find(({ code }) => code === 'dcos.busy')?.severity, 'blocker');
    assert.equal(site.asked(CREATE).length, 0);
  });

  it('are not made twice at a time from here', async () => {
    site.server.spoilBackups({ kind: 'stuck' });
    const abort = new AbortController();
    const running = site.create('first', undefined, site.context(abort.signal));
    running.catch(() => undefined);
    await site.until('it to be followed', () => site.asked(LOOK).length > 0);
    await refused(site.create('second'), 'vault.locked');
    abort.abort();
    await refused(running, 'core.cancelled');
  });

  it('announce what a backup does to Marathon, and what an export does not', async () => {
    const cluster = await site.cluster();
    const announced = async (mode: string) =>
      (await site.operations.planBackup({ cluster, mode }, site.context())).items;
    const codes = (items: { severity: string; code: string }[]) =>
      items.map(({ severity, code }) => `${severity} ${code}`);
    assert.deepEqual(codes(await announced('service')), [
      'warning dcos.marathonRestarts',
      'info dcos.covers',
      'info dcos.staysThere',
    ]);
    assert.deepEqual(codes(await announced('export')), ['info dcos.exportOnly']);
    site.server.settings.deployments = [
      { id: 'd1', affectedApps: ['/web'], affectedPods: [] },
      { id: 'd2', affectedApps: [], affectedPods: ['/pod'] },
    ];
    const deploying = (await announced('service')).find(({ code }) => code === 'dcos.deploying');
    assert.equal(deploying?.severity, 'warning');
    assert.match(deploying.detail ?? '', /2 deployments: \/web, \/pod/);
    assert.deepEqual(site.asked(/^(POST \/system|DELETE)/), []);
  });

  it('warn of another version, and of the last one that could be restored', async () => {
    const { server } = site;
    const old = server.keep('old-one', { dcos_version: '1.13' });
    const { items } = await site.plan(old);
    assert.match(items.find(({ code }) => code === 'dcos.version')?.title ?? '', /1\.13.*2\.1\.0/);
    const cluster = await site.cluster();
    const removal = async (id: string) => {
      const plan = await site.operations.planHostedRemove({ cluster, ref: { id } }, site.context());
      return plan.items.map(({ severity, code }) => `${severity} ${code}`);
    };
    assert.deepEqual(await removal(old), ['warning dcos.lastBackup']);
    const failed = server.keep('broken', { status: 'STATUS_ERROR' });
    assert.deepEqual(await removal(failed), []);
    const running = server.keep('running', { status: 'STATUS_BACKING_UP' });
    assert.deepEqual(await removal(running), ['blocker dcos.notFinished']);
    await refused(site.delete(running), 'core.notRemovable');
    await refused(site.delete('no-such-backup'), 'dcos.unknownBackup');
    assert.equal(site.asked(DELETE).length, 0);
    server.keep('another');
    assert.deepEqual(await removal(old), []);
  });

  it('tell how the cluster is, and what Marathon holds', async () => {
    const cluster = await site.cluster();
    const status = () => site.operations.status({ cluster }, site.context());
    assert.deepEqual(await status(), {
      version: '2.1.0',
      leader: '10.0.0.1:8080',
      health: 'healthy',
      servers: [],
      warnings: [],
    });
    site.server.spoil({ kind: 'html', status: 503 }, { line: /marathon/ });
    const degraded = await status();
    assert.equal(degraded.health, 'degraded');
    assert.match(degraded.reason ?? '', /Marathon does not answer.*status 503: a page of HTML/);
    site.server.spoil(undefined);
    const { operator } = site.server;
    const less = await site.cluster(
      { user: operator.user, password: { secret: 'password' } },
      { password: operator.password },
    );
    const seen = await site.operations.status({ cluster: less }, site.context());
    assert.equal(seen.health, 'healthy');
    assert.match(seen.warnings[0] ?? '', /How Marathon is can't be seen/);
    // It may not look at Marathon, and may make backups.
    assert.equal((await site.create('by-operator', less)).state, 'ready');
    assert.equal(site.asked(LIST).length > 0, true);
  });
});
