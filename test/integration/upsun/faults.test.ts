import assert from 'node:assert/strict';
import { createUpsunAdapter } from '../../../src/adapters/upsun/adapter';
import { waitFor } from '../../../src/sandbox/parts/wait';
import { UpsunSite } from './site';
import type { Told } from './site';

const CREATE = /^POST \/projects\/.*\/backup$/;
const LOOK = /^GET \/projects\/\w+\/activities\/\w+$/;

describe('Upsun: what can go wrong with the stand-in', function () {
  this.timeout(120_000);
  let site: UpsunSite;
  const start = async (options: Parameters<typeof UpsunSite.start>[0] = {}) => {
    site = await UpsunSite.start(options);
    return site;
  };
  afterEach(() => site.finish());

  const create = async (run: Told = site.context(), fields: Record<string, unknown> = {}) =>
    site.operations.createHosted(
      { cluster: await site.cluster(fields), mode: 'live', on: 'staging' },
      run,
    );
  const until = (what: string, isSo: () => boolean) =>
    waitFor(what, () => Promise.resolve(isSo() || undefined), { timeoutMs: 60_000, everyMs: 10 });
  const begun = () => site.sent(CREATE).length;

  it('a token that is not taken is told as such', async () => {
    await start();
    const cluster = await site.cluster({}, 'no-such-token-at-all');
    const error = await site.refused(
      site.operations.status({ cluster }, site.context()),
      'upsun.badToken',
    );
    assert.ok(!error.message.includes('no-such-token'));
    assert.match(error.message, /Invalid API token/);
  });

  it('an access token that runs out in the middle is got anew, once', async () => {
    await start();
    site.standIn.faults.answers({ kind: 'tokenRunsOut' }, { line: LOOK, times: 1 });
    assert.equal((await create()).state, 'ready');
    assert.ok(tokens() >= 2, String(tokens()));
    site.standIn.faults.clear();
    // Where the platform refuses every one, that is told after the second.
    const before = tokens();
    site.standIn.faults.answers({ kind: 'answer', status: 401, body: '{"error":"no"}' });
    const cluster = await site.cluster();
    const error = site.operations.status({ cluster }, site.context());
    await error.catch(() => undefined);
    assert.ok(tokens() - before <= 2, String(tokens() - before));
    await assert.rejects(error);
  });

  it('tokens that hold for a shorter time than an activity takes are renewed on the way', async () => {
    // A new one has to last until it is used, on a busy machine too.
    await start({ step: 2000, tokenSeconds: 3 });
    assert.equal((await create()).state, 'ready');
    assert.ok(tokens() > 2, String(tokens()));
  });

  const tokens = () =>
    site.standIn.requests.filter(({ line }) => line.startsWith('POST /oauth2/token')).length;

  it('429 is waited for as long as it says, and then it is done once', async () => {
    await start();
    site.standIn.faults.answers({ kind: 'limited', seconds: 1 }, { line: CREATE, times: 1 });
    const before = Date.now();
    assert.equal((await create()).state, 'ready');
    assert.ok(Date.now() - before >= 1000);
    assert.equal(begun(), 2);
    assert.equal(activities('environment.backup'), 1);
  });

  it('429 while it is followed is waited for too', async () => {
    await start();
    site.standIn.faults.answers({ kind: 'limited', seconds: 1 }, { line: LOOK, times: 1 });
    const asked = () => site.standIn.requests.filter(({ line }) => LOOK.test(line)).length;
    const before = Date.now();
    assert.equal((await create()).state, 'ready');
    assert.ok(Date.now() - before >= 1000);
    assert.ok(asked() >= 2);
  });

  it('429 that asks for longer than we wait by ourselves is told', async () => {
    await start();
    site.standIn.faults.answers({ kind: 'limited', seconds: 120 }, { line: /\/environments$/ });
    const error = await site.refused(create(), 'upsun.limited');
    assert.match(error.message, /120 seconds/);
    assert.equal(begun(), 0);
  });

  it('500 at the request is no reason to ask again: the activities tell that nothing was begun', async () => {
    await start();
    site.standIn.faults.answers(
      { kind: 'answer', status: 500, body: '{"message":"out of luck"}' },
      { line: CREATE },
    );
    const error = await site.refused(create(), 'upsun.noActivity');
    assert.match(error.message, /out of luck/);
    assert.equal(begun(), 1);
  });

  it('an answer that is cut off does not hide that it was begun', async () => {
    await start();
    site.standIn.faults.answers({ kind: 'cut', when: 'after' }, { line: CREATE, times: 1 });
    assert.equal((await create()).state, 'ready');
    assert.equal(begun(), 1);
    assert.equal(activities('environment.backup'), 1);
  });

  it('a request that never arrived is asked for no second time', async () => {
    await start();
    site.standIn.faults.answers({ kind: 'cut', when: 'before' }, { line: CREATE });
    await site.refused(create(), 'upsun.noActivity');
    assert.equal(begun(), 1);
    assert.equal(activities('environment.backup'), 0);
  });

  it('lost connections, failures and slow answers on the way are waited out', async () => {
    await start({ step: 150 });
    const faults = [
      { kind: 'cut', when: 'before' },
      { kind: 'answer', status: 500, body: 'x' },
      { kind: 'html', status: 502 },
      { kind: 'slow', milliseconds: 300 },
      { kind: 'cut', when: 'after' },
    ] as const;
    for (const fault of faults) {
      site.standIn.faults.answers(fault, { line: LOOK, times: 3 });
      assert.equal((await create()).state, 'ready', fault.kind);
    }
    assert.equal(begun(), faults.length);
  });

  it('a backup that ends in failure is none', async () => {
    await start();
    site.standIn.faults.activities({ kind: 'fails', reason: 'error', log: 'E: no space left' });
    const before = (await site.list()).length;
    const error = await site.refused(create(), 'upsun.activityFailed');
    assert.match(error.message, /reason: error/);
    assert.match(error.message, /no space left/);
    assert.equal((await site.list()).length, before);
  });

  it('one that somebody else stops is told as stopped', async () => {
    await start();
    site.standIn.faults.activities({ kind: 'cancelled' });
    await site.refused(create(), 'upsun.activityCancelled');
  });

  it('one that stays as it is ends the waiting', async () => {
    await start();
    site.standIn.faults.activities({ kind: 'stuck', percent: 40 });
    const error = await site.refused(
      create(undefined, { timeouts: { silence: 1 } }),
      'upsun.silent',
    );
    assert.match(error.message, /40 %/);
  });

  it('one that is not heard of any more ends the waiting too', async () => {
    await start();
    site.standIn.faults.answers({ kind: 'answer', status: 500, body: 'x' }, { line: LOOK });
    await site.refused(create(undefined, { timeouts: { silence: 1 } }), 'upsun.silent');
  });

  it('a log that is missing, or is never sealed, changes nothing about the backup', async () => {
    await start();
    for (const kind of ['missing', 'neverSeals'] as const) {
      site.standIn.faults.logs({ kind });
      const run = site.context();
      assert.equal((await create(run)).state, 'ready');
      const lines = run.lines.filter((line) => line === 'Storing the backup');
      assert.equal(lines.length, kind === 'missing' ? 0 : 1);
    }
  });

  it('cancelling asks the platform to stop it, and says that it took that', async () => {
    await start();
    site.standIn.hold(true);
    const stop = new AbortController();
    const making = create(site.context(stop.signal));
    making.catch(() => undefined);
    await until('it to be followed', () =>
      site.standIn.requests.some(({ line }) => LOOK.test(line)),
    );
    stop.abort();
    const error = await site.refused(making, 'core.cancelled');
    assert.match(error.message, /asked to stop/);
    assert.equal(site.sent(/^POST .*\/cancel$/).length, 1);
    site.standIn.hold(false);
    await site.standIn.idle();
    assert.equal(site.standIn.project().activities.at(-1)?.state, 'cancelled');
  });

  it('what the platform can’t stop goes on, and that is said', async () => {
    await start();
    const cluster = await site.cluster();
    const [one] = await site.list();
    assert.ok(one !== undefined);
    const plan = await site.operations.planHostedRemove({ cluster, ref: one }, site.context());
    site.standIn.hold(true);
    const stop = new AbortController();
    const removing = site.operations.removeHosted({ cluster, plan }, site.context(stop.signal));
    removing.catch(() => undefined);
    await until('it to be followed', () =>
      site.standIn.requests.some(({ line }) => LOOK.test(line)),
    );
    stop.abort();
    const error = await site.refused(removing, 'core.cancelled');
    assert.match(error.message, /goes on by itself/);
    site.standIn.hold(false);
    await site.standIn.idle();
    assert.ok(!(await site.list()).some(({ id }) => id === one.id));
  });

  it('a page of HTML, or another address, is told as no API', async () => {
    await start();
    site.standIn.faults.answers({ kind: 'html', status: 200 }, { line: /^GET/ });
    const cluster = await site.cluster();
    await site.refused(site.operations.status({ cluster }, site.context()), 'upsun.notApi');
    site.standIn.faults.clear();
    const crossed = await site.cluster({ authAddress: site.standIn.apiAddress });
    await site.refused(
      site.operations.status({ cluster: crossed }, site.context()),
      'upsun.notApi',
    );
  });

  it('a project that is not there is told', async () => {
    await start();
    const cluster = await site.cluster({ project: 'nowhere' });
    await site.refused(site.operations.status({ cluster }, site.context()), 'upsun.unknown');
  });

  it('needs a token', async () => {
    await start();
    const { connected } = await site.cluster();
    const adapter = createUpsunAdapter({ ...connected, secrets: {} }, {}, { state: '' });
    await site.refused(adapter.status(site.context()), 'upsun.badConnection');
    await adapter.close();
  });

  const activities = (type: string) =>
    site.standIn
      .project()
      .activities.filter((one) => one.type === type && one.environments.includes('staging')).length;
});
