import assert from 'node:assert/strict';
import type { HostedRestorePlan } from '../../../src/core/plan';
import type { Backup } from '../../standins/upsun/model';
import { UpsunSite } from './site';

describe('Upsun: backups of the stand-in, restored', function () {
  this.timeout(120_000);
  let site: UpsunSite;
  beforeEach(async () => (site = await UpsunSite.start()));
  afterEach(() => site.finish());

  /** The newest made by hand of an environment. */
  const manual = (environment: string): Backup => {
    const found = site.standIn
      .project()
      .backups.find((b) => b.environment === environment && !b.automated && b.restorable);
    assert.ok(found !== undefined);
    return found;
  };
  const plan = async (
    backup: Backup,
    answers: Record<string, string> = {},
    safetyBackup = false,
  ): Promise<HostedRestorePlan> => {
    const ref = { id: backup.id, group: backup.environment };
    return site.operations.planHostedRestore(
      { cluster: await site.cluster(), ref, choices: { answers }, safetyBackup },
      site.context(),
    );
  };
  const carryOut = async (planned: HostedRestorePlan, run = site.context()) =>
    site.operations.restoreHosted({ cluster: await site.cluster(), plan: planned }, run);
  const codes = ({ items }: HostedRestorePlan) => items.map(({ code }) => code);
  const restores = () =>
    site.sent(/^POST .*\/restore$/).map(({ body }) => body as Record<string, unknown>);
  const limit = (type: string, count: number) => {
    site.standIn.project().settings.data_retention = {
      [type]: { max_backups: 50, default_config: { manual_count: count, schedule: [] } },
    };
  };

  it('goes back to where it was made; the plan names what is replaced, and that Git does not change', async () => {
    const backup = manual('main');
    const planned = await plan(backup);
    assert.equal(planned.possible, true);
    const replaces = planned.items.find(({ code }) => code === 'upsun.replaces');
    assert.equal(replaces?.destructive, true);
    assert.ok(replaces.title.includes('main (production)') && replaces.title.includes(backup.id));
    const code = planned.items.find((line) => line.code === 'upsun.code');
    assert.match(code?.title ?? '', /Git does not change/);
    const run = site.context();
    const result = await carryOut(planned, run);
    assert.equal(result.backup.id, backup.id);
    assert.equal(result.safetyBackup, undefined);
    assert.deepEqual(restores(), [{ environment_name: 'main' }]);
    assert.ok(run.lines.includes('Restoring data'));
    assert.ok(run.updates.some(({ unit, done }) => unit === 'percent' && done !== undefined));
    const done = site.standIn.project().activities.at(-1);
    assert.deepEqual([done?.type, done?.result], ['environment.restore', 'success']);
  });

  it('goes to another environment, without its code and with other resources', async () => {
    const answers = { target: 'staging', code: 'no', resources: 'minimum' };
    const planned = await plan(manual('main'), answers);
    const replaces = planned.items.find(({ code }) => code === 'upsun.replaces');
    assert.match(replaces?.title ?? '', /All data of staging .*which is of main/);
    await carryOut(planned);
    assert.deepEqual(restores(), [
      { environment_name: 'staging', restore_code: false, resources: { init: 'minimum' } },
    ]);
  });

  it('goes to a new environment, branched from its parent', async () => {
    const asked = await plan(manual('main'), { target: ':new' });
    assert.equal(asked.possible, false);
    assert.ok(codes(asked).includes('upsun.needsName'));
    const answers = { target: ':new', name: 'drill/one', branchFrom: 'staging', resources: 'no' };
    const planned = await plan(manual('main'), answers, true);
    assert.equal(planned.possible, true);
    assert.equal(planned.safetyBackup, false);
    assert.match(planned.noSafetyBackup ?? '', /new environment/);
    assert.ok(!codes(planned).includes('upsun.replaces'));
    await carryOut(planned);
    assert.deepEqual(restores(), [
      { environment_name: 'drill/one', branch_from: 'staging', restore_resources: false },
    ]);
    assert.equal(site.standIn.environment('drill/one').parent, 'staging');
  });

  it('makes a backup of the target first', async () => {
    limit('staging', 5);
    const planned = await plan(manual('main'), { target: 'staging' }, true);
    assert.equal(planned.safetyBackup, true);
    assert.ok(codes(planned).includes('upsun.safetyBackup'));
    const { safetyBackup } = await carryOut(planned);
    assert.ok(safetyBackup !== undefined);
    const made = site.standIn.backup(safetyBackup);
    assert.deepEqual([made.environment, made.safe], ['staging', true]);
    const order = site.sent(/^POST \/projects/).map(({ line }) => line.split('/').at(-1));
    assert.deepEqual(order, ['backup', 'restore']);
  });

  it('names what the safety backup evicts', async () => {
    limit('staging', 1);
    const oldest = manual('staging');
    const planned = await plan(manual('main'), { target: 'staging' }, true);
    assert.equal(planned.safetyBackup, true);
    const line = planned.items.find(({ code }) => code === 'upsun.evicts');
    assert.ok(line?.title.includes(oldest.id), line?.title);
    const without = await plan(manual('main'), { target: 'staging' }, false);
    assert.ok(!codes(without).includes('upsun.evicts'));
  });

  it('makes none where it would take the place of the very backup that is to be restored', async () => {
    limit('staging', 1);
    const backup = manual('staging');
    const planned = await plan(backup, {}, true);
    assert.equal(planned.possible, true);
    assert.equal(planned.safetyBackup, false);
    assert.match(planned.noSafetyBackup ?? '', /very backup that is to be restored/);
    await carryOut(planned);
    assert.ok(site.standIn.project().backups.includes(backup));
    assert.deepEqual(restores(), [{ environment_name: 'staging' }]);
    assert.equal(site.sent(/^POST .*\/backup$/).length, 0);
  });

  it('makes none either where the limit of all backups would cost the very one, of the schedule', async () => {
    const { backups, settings } = site.standIn.project();
    const there = backups.filter(({ environment }) => environment === 'main');
    settings.data_retention = {
      production: {
        max_backups: there.length,
        default_config: { manual_count: 9, schedule: [{ interval: '1d', count: 2 }] },
      },
    };
    const [oldest, next] = there.sort(
      (a, b) => Date.parse(a.created_at) - Date.parse(b.created_at),
    );
    assert.ok(oldest !== undefined && next !== undefined);
    oldest.automated = true;
    oldest.restorable = true;
    next.restorable = true;
    const planned = await plan(oldest, {}, true);
    assert.equal(planned.safetyBackup, false);
    assert.match(planned.noSafetyBackup ?? '', /very backup that is to be restored.*of all kinds/);
    const other = await plan(next, {}, true);
    assert.equal(other.safetyBackup, true);
    const line = other.items.find(({ code }) => code === 'upsun.evicts');
    assert.ok(line?.title.includes(oldest.id), line?.title);
    await carryOut(other);
    assert.ok(!backups.includes(oldest) && backups.includes(next));
  });

  it('is not possible from one that can’t be restored, or is going', async () => {
    const backup = manual('main');
    backup.restorable = false;
    const planned = await plan(backup);
    assert.equal(planned.possible, false);
    assert.ok(codes(planned).includes('upsun.notRestorable'));
    await site.refused(carryOut(planned), 'core.notRestorable');
    backup.restorable = true;
    const good = await plan(backup);
    // It goes between plan and restore.
    backup.status = 'DELETING';
    await site.refused(carryOut(good), 'core.planChanged');
    assert.deepEqual(restores(), []);
  });

  it('asks whether an inactive target is activated first', async () => {
    const answers = { target: 'feature/old-idea' };
    const planned = await plan(manual('main'), answers, true);
    assert.equal(planned.possible, false);
    const line = planned.items.find(({ severity }) => severity === 'blocker');
    assert.equal(line?.questions?.[0]?.answer, 'activate');
    const agreed = await plan(manual('main'), { ...answers, activate: 'yes' }, true);
    assert.equal(agreed.possible, true);
    assert.match(agreed.noSafetyBackup ?? '', /not active/);
    await carryOut(agreed);
    const order = site.sent(/^POST \/projects/).map(({ line: asked }) => asked.split('/').at(-1));
    assert.deepEqual(order, ['activate', 'restore']);
  });

  it('warns of a target without a branch where the others come from a repository elsewhere', async () => {
    site.standIn.environment('main').has_remote = true;
    const own = await plan(manual('main'));
    assert.ok(!codes(own).includes('upsun.noBranch'));
    for (const target of ['staging', 'drill']) {
      const planned = await plan(manual('main'), { target });
      assert.ok(codes(planned).includes('upsun.noBranch'), target);
    }
  });

  it('fails with the platform’s reason and the end of its log', async () => {
    site.standIn.faults.activities(
      { kind: 'fails', reason: 'shell', log: 'E: the deploy hook failed' },
      { type: 'environment.restore' },
    );
    const error = await site.refused(carryOut(await plan(manual('main'))), 'upsun.activityFailed');
    assert.match(error.message, /reason: shell/);
    assert.match(error.message, /the deploy hook failed/);
  });

  it('shows a backup as being restored while it is', async () => {
    const backup = manual('main');
    const planned = await plan(backup);
    site.standIn.hold(true);
    const running = carryOut(planned);
    running.catch(() => undefined);
    let state: string | undefined;
    while (state !== 'restoring') {
      state = (await site.list()).find(({ id }) => id === backup.id)?.state;
    }
    site.standIn.hold(false);
    await running;
  });
});
