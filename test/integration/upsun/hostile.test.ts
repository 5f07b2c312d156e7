import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { makeBackup, makeEnvironment } from '../../standins/upsun/make';
import { countingProxy } from './countingProxy';
import { UpsunSite } from './site';

const CHILD = join(__dirname, '../../support/crash/hostedCreateChild.js');

describe('Upsun: odd answers, many environments and a crash, with the stand-in', function () {
  this.timeout(180_000);
  let site: UpsunSite;
  beforeEach(async () => (site = await UpsunSite.start()));
  afterEach(() => site.finish());

  it('lists a thousand environments, each asked once, with figures', async () => {
    const state = site.standIn.project();
    const { id: project } = state.project;
    for (let n = state.environments.length; n < 1000; n++) {
      const id = `feature/pr-${n}`;
      state.environments.push(makeEnvironment({ id, project }));
      if (n % 10 === 0) state.backups.push(makeBackup({ environment: id }));
    }
    const run = site.context();
    const cluster = await site.cluster();
    const { backups, warnings } = await site.operations.listHosted({ cluster }, run);
    assert.deepEqual(warnings, []);
    assert.equal(backups.length, state.backups.length);
    assert.equal(site.sent(/^GET .*\/backups$/).length, 1000);
    const last = run.updates.at(-1);
    assert.deepEqual([last?.done, last?.total], [1000, 1000]);
  });

  it('stops listing when it is cancelled, and asks nothing more', async () => {
    const state = site.standIn.project();
    for (let n = 0; n < 300; n++) {
      state.environments.push(makeEnvironment({ id: `pr-${n}`, project: state.project.id }));
    }
    const stop = new AbortController();
    const run = site.context(stop.signal);
    const listing = site.operations.listHosted(
      { cluster: await site.cluster() },
      {
        ...run,
        progress: ({ done = 0 }) => {
          if (done >= 20) stop.abort();
        },
      },
    );
    await site.refused(listing, 'core.cancelled');
    const asked = site.sent(/\/backups$/).length;
    // Twenty were answered, and no more than `parallel` are under way besides.
    assert.ok(asked <= 20 + 6, String(asked));
  });

  it('an environment that is asked too hastily is asked again when it says so', async () => {
    const line = /^GET .*\/environments\/staging\/backups$/;
    site.standIn.faults.answers({ kind: 'limited', seconds: 1 }, { line, times: 1 });
    const before = Date.now();
    const cluster = await site.cluster();
    const { warnings } = await site.operations.listHosted({ cluster }, site.context());
    assert.deepEqual(warnings, []);
    assert.ok(Date.now() - before >= 1000);
    assert.equal(site.sent(line).length, 2);
  });

  it('follows no redirection: an access token goes nowhere else', async () => {
    const came: string[] = [];
    const elsewhere = createServer((request, response) => {
      came.push(request.url ?? '');
      response.end('{}');
    }).listen(0, '127.0.0.1');
    await once(elsewhere, 'listening');
    const { port } = elsewhere.address() as AddressInfo;
    site.standIn.faults.answers(
      {
        kind: 'answer',
        status: 302,
        headers: { location: `http://127.0.0.1:${port}/taken` },
      },
      { line: /^GET \/projects/ },
    );
    const cluster = await site.cluster();
    await assert.rejects(site.operations.status({ cluster }, site.context()));
    elsewhere.close();
    assert.deepEqual(came, []);
  });

  it('pages that never end are no answer', async () => {
    const body = JSON.stringify({
      items: [],
      _links: { next: { href: '/organizations?page[after]=again' } },
    });
    site.standIn.faults.answers({ kind: 'answer', status: 200, body }, { line: /\/organizations/ });
    const cluster = await site.cluster();
    const error = await site.refused(
      site.operations.setupOptions({ cluster, field: 'organization' }, site.context()),
      'upsun.notApi',
    );
    assert.match(error.message, /never end/);
    assert.ok(site.sent(/\/organizations/).length <= 3);
  });

  it('answers of another form are told, by environment, and hide no other', async () => {
    const cluster = await site.cluster();
    for (const body of ['null', '{"items":[]}', '[{"id":7}]', '[[]]', '"x"', '[{"id":"a"']) {
      site.standIn.faults.answers(
        { kind: 'answer', status: 200, body },
        { line: /environments\/main\/backups$/ },
      );
      const { backups, warnings } = await site.operations.listHosted({ cluster }, site.context());
      assert.equal(warnings.length, 1, body);
      assert.match(warnings[0] ?? '', /^Backups of main are missing here: .*(JSON|form)/);
      assert.ok(backups.length > 0);
    }
  });

  it('words that are markup or steer a terminal come as the text they are, and no secret in them', async () => {
    const evil = '</table><script>x</script> **a** [b](command:c) \u001b[2J';
    site.standIn.environment('main').title = evil;
    const [row] = (await site.list()).filter(({ group }) => group === 'main');
    assert.equal(new Map(row?.facts).get('Title of environment'), evil);
    const { apiToken } = site.standIn;
    site.standIn.faults.answers(
      { kind: 'answer', status: 400, body: JSON.stringify({ message: `you sent ${apiToken}` }) },
      { line: /^POST \/oauth2/ },
    );
    // Another address, so that no token of before is at hand.
    const proxy = await countingProxy(site.standIn.authAddress, /./);
    try {
      const cluster = await site.cluster({ authAddress: proxy.address });
      const status = site.operations.status({ cluster }, site.context());
      const error = await site.refused(status, 'upsun.badToken');
      assert.ok(!error.message.includes(apiToken));
    } finally {
      await proxy.close();
    }
  });

  it('killed in the middle: the platform goes on, and the next one is not kept out', async () => {
    site.standIn.hold(true);
    const cluster = await site.cluster();
    const job = { options: site.options, cluster, on: 'staging', mode: 'live' };
    const child = spawn(process.execPath, [CHILD, JSON.stringify(job)], { stdio: 'ignore' });
    const [, signal] = (await once(child, 'close')) as [unknown, string | null];
    assert.equal(signal, 'SIGKILL');
    const [under] = (await site.list()).filter(({ state }) => state === 'inProgress');
    assert.equal(under?.group, 'staging');
    site.standIn.hold(false);
    await site.standIn.idle();
    assert.equal((await site.list()).find(({ id }) => id === under.id)?.state, 'ready');
    const made = await site.operations.createHosted(
      { cluster, mode: 'live', on: 'staging' },
      site.context(),
    );
    assert.equal(made.state, 'ready');
    assert.notEqual(made.id, under.id);
  });
});
