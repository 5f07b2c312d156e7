import assert from 'node:assert/strict';
import { refused } from '../../support/refused';
import { CREATE, DELETE, DcosSite } from './site';

describe('DC/OS: the stand-in’s service by a schedule', function () {
  this.timeout(120_000);
  let site: DcosSite;

  beforeEach(async () => {
    site = await DcosSite.make();
  });
  afterEach(async () => {
    assert.deepEqual(site.server.broken, []);
    await site.remove();
  });

  const run = async (since: Date) =>
    site.operations.scheduledBackup(
      { cluster: await site.cluster(), schedule: '1d', since: since.toISOString() },
      site.context(),
    );
  const names = async () => (await site.list()).backups.map(({ name }) => name);

  it('makes one backup for a planned moment, under a name that tells the schedule', async () => {
    const since = new Date();
    const made = await run(since);
    assert.match(made?.id ?? '', /^auto-1d-\d{12}-/);
    assert.equal(site.asked(CREATE).length, 1);
    // A second is as fine as the name tells: within it, the backup looks younger than now. A timer may be a little early.
    const second = 1050 - (Date.now() % 1000);
    await new Promise((done) => setTimeout(done, second));
    assert.equal(await run(since), undefined, 'the moment has its backup');
    assert.equal(site.asked(CREATE).length, 1);
  });

  it('prunes there what schedules made, and nothing that a person made', async () => {
    const { server } = site;
    const day = (n: number) => ({ timestamp: `2026-01-0${n}T02:00:00.000000001Z` });
    server.keep('by-hand', day(1));
    for (let n = 2; n <= 4; n++) server.keep(`auto-1d-26010${n}020000`, day(n));
    const cluster = await site.cluster();
    const policy = { schedules: [{ interval: '1d', count: 1 }], manualCount: 0 };
    const { removed } = await site.operations.prune({ cluster, policy }, site.context());
    assert.deepEqual(
      removed.map(({ file }) => file),
      ['auto-1d-260102020000', 'auto-1d-260103020000'],
    );
    assert.equal(site.asked(DELETE).length, 2);
    assert.deepEqual(await names(), ['auto-1d-260104020000', 'by-hand']);
  });

  it('fails as the service says, and the next try makes another', async () => {
    const since = new Date();
    site.server.spoilBackups({ kind: 'fails', reason: 'no space left on device' });
    await refused(run(since), 'dcos.backupFailed');
    site.server.spoilBackups(undefined);
    const made = await run(since);
    assert.ok(made !== undefined, 'a failed one is no backup of the moment');
  });
});
