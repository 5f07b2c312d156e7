import assert from 'node:assert/strict';
import type { ResolvedCluster } from '../../../src/compose/resolvedCluster';
import type { DcosSettings } from '../../standins/dcos/contract';
import { refused } from '../../support/refused';
import { CREATE, DELETE, DcosSite, LIST, LOGIN, LOOK, RESTORE } from './site';

/** What is done, the request that does it, and how it is seen that it was done once. */
interface Deed {
  name: string;
  line: RegExp;
  /** Whether it changes something, so that it is asked for once. */
  changes: boolean;
  run: (site: DcosSite, id: string, of?: ResolvedCluster, abort?: AbortSignal) => Promise<unknown>;
  /** Of what the server keeps, after it was done. */
  isDone: (site: DcosSite, id: string) => boolean;
}

const deeds: Deed[] = [
  {
    name: 'list',
    line: LIST,
    changes: false,
    run: async (site, _id, of) => {
      assert.equal((await site.list(of)).backups.length, 1);
    },
    isDone: () => true,
  },
  {
    name: 'create',
    line: CREATE,
    changes: true,
    run: (site, _id, of, abort) => site.create('made-now', of, site.context(abort)),
    isDone: ({ server }) =>
      server.backups.filter(({ id, status }) => id.startsWith('made') && status === 'STATUS_READY')
        .length === 1,
  },
  {
    name: 'restore',
    line: RESTORE,
    changes: true,
    run: (site, id, of, abort) => site.restore(id, of, site.context(abort)),
    isDone: ({ server }, id) =>
      JSON.stringify(server.backups.find((one) => one.id === id)?.restores).includes(
        'STATUS_READY',
      ),
  },
  {
    name: 'delete',
    line: DELETE,
    changes: true,
    run: (site, id, of, abort) => site.delete(id, of, site.context(abort)),
    isDone: ({ server }) => server.backups.length === 0,
  },
];

describe('DC/OS: faults of the stand-in', function () {
  this.timeout(120_000);
  let site: DcosSite;
  let id: string;
  let settings: DcosSettings;

  // The key pairs take their time: one server for all, with nothing in it each time.
  before(async () => {
    site = await DcosSite.make();
    settings = structuredClone(site.server.settings);
  });
  after(() => site.remove());
  beforeEach(() => {
    id = site.server.keep('good-day');
  });
  afterEach(async () => {
    const { server } = site;
    server.spoil(undefined);
    server.spoilBackups(undefined);
    server.spoilRestores(undefined);
    Object.assign(server.settings, structuredClone(settings));
    assert.deepEqual(server.broken, []);
    await site.clear();
  });

  const count = (line: RegExp) => site.asked(line).length;
  /** Runs it, and gives how often it was asked for meanwhile. */
  const times = async ({ line, run }: Deed, of?: ResolvedCluster) => {
    const before = count(line);
    await run(site, id, of);
    return count(line) - before;
  };

  for (const deed of deeds) {
    describe(deed.name, () => {
      const { line, changes, run, isDone } = deed;

      it('logs in anew where its token runs out in the middle', async () => {
        await site.list();
        const logins = count(LOGIN);
        site.server.spoil({ kind: 'tokensRunOut' }, { line, times: 1 });
        const asked = await times(deed);
        // Refused once, and done once.
        if (changes) assert.equal(asked, 2);
        assert.ok(isDone(site, id));
        assert.equal(count(LOGIN), logins + 1);
      });

      it('waits as long as Retry-After asks, and says so where that is too long', async () => {
        const { server } = site;
        server.spoil({ kind: 'limited', retryAfter: 1 }, { line, times: 1 });
        const began = Date.now();
        const asked = await times(deed);
        assert.ok(Date.now() - began >= 1000);
        if (changes) assert.equal(asked, 2);
        assert.ok(isDone(site, id));
        await site.clear();
        id = server.keep('good-day');
        server.spoil({ kind: 'limited', retryAfter: 3600 }, { line });
        const error = await refused(run(site, id), 'dcos.limited');
        assert.match(error.message, /wait 3600 seconds/);
        assert.equal(server.backups.length, 1);
      });

      it('takes a slow answer', async () => {
        site.server.spoil({ kind: 'slow', milliseconds: 300 }, { line });
        await run(site, id);
        assert.ok(isDone(site, id));
      });

      it('says that a page of HTML is no answer of DC/OS, and shows nothing of it', async () => {
        site.server.spoil({ kind: 'html', status: 200 }, { line });
        const found = await run(site, id, await site.within({ silence: 2 })).then(
          () => undefined,
          (reason: unknown) => reason as Error & { code: string },
        );
        assert.ok(found !== undefined, 'it went well');
        const codes = { list: 'notDcos', create: 'notDcos', restore: 'restoreUnconfirmed' };
        assert.equal(
          found.code,
          `dcos.${{ ...codes, delete: 'removeUnconfirmed' }[deed.name] ?? ''}`,
        );
        assert.match(found.message, /a page of HTML/);
        assert.ok(!found.message.includes('<'));
        if (changes) assert.equal(count(line), 1);
      });

      it('says who may not, and which permission it takes', async () => {
        const { viewer } = site.server;
        const fields = { user: viewer.user, password: { secret: 'password' } };
        const of = await site.cluster(fields, { password: viewer.password });
        const error = await refused(run(site, id, of), 'dcos.denied');
        assert.match(error.message, /"viewer".*status 403/);
        assert.match(error.next, /dcos:adminrouter:ops:system-backup.*full/);
      });

      if (!changes) return;

      it('is not repeated where its answer is lost, and is found', async () => {
        site.server.spoil({ kind: 'cut', when: 'after' }, { line, times: 1 });
        assert.equal(await times(deed), 1);
        assert.ok(isDone(site, id));
        await site.clear();
        id = site.server.keep('good-day');
        site.server.spoil({ kind: 'cut', when: 'inBody' }, { line, times: 1 });
        assert.equal(await times(deed), 1);
        assert.ok(isDone(site, id));
      });

      it('is not repeated where it never got there, and that is said', async () => {
        site.server.spoil({ kind: 'cut', when: 'before' }, { line });
        const before = count(line);
        const codes = { create: 'http.reset', restore: 'dcos.restoreUnconfirmed' };
        await refused(
          run(site, id),
          { ...codes, delete: 'dcos.removeUnconfirmed' }[deed.name] ?? '',
        );
        assert.equal(count(line), before + 1);
        assert.equal(site.server.backups.length, 1);
        assert.deepEqual(site.server.backups[0]?.restores, undefined);
      });

      it('gives the words of the service that fails or refuses', async () => {
        const { server } = site;
        const body = '{"errors":["the leader of Marathon is unknown","try later"]}';
        server.spoil({ kind: 'answer', status: 500, body }, { line });
        const failed = await run(site, id).then(
          () => assert.fail('it went well'),
          (reason: unknown) => reason as Error,
        );
        assert.match(failed.message, /the leader of Marathon is unknown; try later/);
        assert.equal(count(line), 1);
        server.spoil(undefined);
        server.spoil({ kind: 'answer', status: 400, body }, { line });
        const error = await refused(run(site, id), 'dcos.refused');
        assert.match(error.message, /the leader of Marathon is unknown; try later/);
      });
    });
  }

  it('list: waits out failures that may pass, and gives the words of those that don’t', async () => {
    const { server } = site;
    server.spoil({ kind: 'html', status: 503 }, { line: LIST, times: 2 });
    assert.equal((await site.list()).backups.length, 1);
    server.spoil({ kind: 'cut', when: 'before' }, { line: LIST, times: 1 });
    assert.equal((await site.list()).backups.length, 1);
    server.spoil({ kind: 'answer', status: 500, body: '{"errors":["no disk"]}' }, { line: LIST });
    assert.match((await refused(site.list(), 'dcos.failed')).message, /no disk/);
    server.spoil(undefined);
    server.spoil({ kind: 'answer', status: 200, body: '{"a":1}' }, { line: LIST });
    assert.match((await refused(site.list(), 'dcos.notDcos')).message, /JSON of another form/);
    server.spoil(undefined);
    server.spoil({ kind: 'slow', milliseconds: 20_000 }, { line: LIST });
    await refused(site.list(await site.within({ headers: 0.5 })), 'http.timeout');
  });

  for (const [name, begin, line] of [
    ['create', () => site.create('made-now'), CREATE],
    ['restore', () => site.restore(id), RESTORE],
  ] as const) {
    it(`${name}: goes on through a restart of Marathon, lost connections, failures and a login`, async () => {
      const { server } = site;
      server.settings.away = { requests: 7, milliseconds: 0, service: true };
      server.settings.backup = server.settings.restore = { looks: 6, milliseconds: 0 };
      // What comes after its beginning, one after the other.
      let after = 1;
      for (const fault of [
        { kind: 'cut', when: 'before' },
        { kind: 'html', status: 200 },
        { kind: 'answer', status: 500, body: '{"errors":["out of order"]}' },
        { kind: 'tokensRunOut' },
        { kind: 'cut', when: 'inBody' },
      ] as const) {
        server.spoil(fault, { line: LOOK, times: 1, after: after++ });
      }
      await begin();
      assert.equal(count(line), 1);
      assert.ok(site.told.some((phase) => phase.startsWith('Waiting for DC/OS to answer again')));
      assert.ok(server.backups.every(({ status }) => status === 'STATUS_READY'));
    });
  }

  it('create: an older backup of the same label is not taken for the one whose answer was lost', async () => {
    const { server } = site;
    const older = server.keep('made-now');
    server.spoil({ kind: 'cut', when: 'before' }, { line: CREATE, times: 1 });
    await refused(site.create('made-now'), 'http.reset');
    server.spoil({ kind: 'cut', when: 'after' }, { line: CREATE, times: 1 });
    assert.notEqual((await site.create('made-now')).id, older);
  });

  it('ends where a status never changes, and names it', async () => {
    const of = await site.within({ silence: 1 });
    site.server.spoilBackups({ kind: 'stuck' });
    const made = await refused(site.create('stuck-one', of), 'dcos.silent');
    assert.match(made.message, /for 1 second nothing but STATUS_BACKING_UP/);
    await site.clear();
    id = site.server.keep('good-day');
    site.server.spoilRestores({ kind: 'stuck' });
    const restored = await refused(site.restore(id, of), 'dcos.silent');
    assert.match(restored.message, /the restore of good-day.*restore marathon STATUS_RESTORING/);
    // The platform is still at it, so nothing else is begun.
    await refused(site.create('another', of), 'dcos.busy');
  });

  it('ends where DC/OS is not heard of any more', async () => {
    site.server.spoil({ kind: 'html', status: 502 }, { line: LOOK });
    const of = await site.within({ silence: 2 });
    const error = await refused(site.create('unheard-of', of), 'dcos.silent');
    assert.match(error.message, /Nothing was heard of the backup unheard-of.*status 502/);
  });

  it('ends where a backup vanishes, and is patient where masters take turns', async () => {
    const two = await DcosSite.make({ masters: 2, backup: { looks: 3, milliseconds: 0 } });
    try {
      two.server.spoilBackups({ kind: 'stuck' });
      const running = two.create('stuck-one');
      running.catch(() => undefined);
      await two.until('it to be looked at', () => two.asked(LOOK).length > 0);
      two.server.settings.master = 1;
      const error = await refused(running, 'dcos.vanished');
      assert.match(error.message, /does not list it any more/);
      assert.match(error.next, /single master/);
      two.server.spoilBackups(undefined);
      await two.clear();
      two.server.settings.master = 'alternating';
      assert.equal((await two.create('by-turns')).state, 'ready');
    } finally {
      await two.remove();
    }
  });

  for (const [name, line, run] of [
    [
      'create',
      CREATE,
      (abort: AbortSignal) => site.create('made-now', undefined, site.context(abort)),
    ],
    ['restore', RESTORE, (abort: AbortSignal) => site.restore(id, undefined, site.context(abort))],
  ] as const) {
    it(`${name}: can be cancelled while it is followed, and says that the service goes on`, async () => {
      const { server } = site;
      server.settings.backup = server.settings.restore = { looks: 30, milliseconds: 0 };
      const abort = new AbortController();
      const running = run(abort.signal);
      running.catch(() => undefined);
      await site.until('it to be begun', () => count(line) > 0);
      const looks = count(LOOK);
      await site.until('it to be looked at', () => count(LOOK) > looks);
      abort.abort();
      const error = await refused(running, 'core.cancelled');
      assert.match(error.message, /can't be stopped and goes on/);
      assert.match(error.next, /List the backups/);
      assert.equal(count(line), 1);
      // The cluster is free again: the service itself says that it is at work.
      await refused(site.create('another'), 'dcos.busy');
    });

    it(`${name}: cancelled while it is asked for, says that it may have begun`, async () => {
      site.server.spoil({ kind: 'slow', milliseconds: 5000 }, { line });
      const abort = new AbortController();
      const running = run(abort.signal);
      running.catch(() => undefined);
      await site.until('it to be asked for', () => count(line) > 0);
      abort.abort();
      const error = await refused(running, 'core.cancelled');
      assert.match(error.message, /if it has begun/);
    });
  }
});
