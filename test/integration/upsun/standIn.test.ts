import assert from 'node:assert/strict';
import type { UpsunStandInOptions } from '../../standins/upsun/contract';
import { makeBackup, moment } from '../../standins/upsun/make';
import { SHOP } from '../../standins/upsun/sample';
import { exchange, standInSite } from './standInSite';
import type { Answer, Site } from './standInSite';

const MAIN = `/projects/${SHOP}/environments/main`;
const CHECKOUT = `/projects/${SHOP}/environments/feature%2Fcheckout`;
const OLD = `/projects/${SHOP}/environments/feature%2Fold-idea`;

describe('The stand-in of Upsun', function () {
  this.timeout(180_000);
  let site: Site;
  /** A test that asks for what is wrong says so; all others must not break a description. */
  let expected: RegExp[];
  const start = async (options: UpsunStandInOptions = {}): Promise<Site> => {
    await site.standIn.stop();
    return (site = await standInSite(options));
  };

  beforeEach(async () => {
    expected = [];
    site = await standInSite();
  });
  afterEach(async () => {
    const { violations } = site.standIn;
    await site.standIn.stop();
    const unexpected = violations.filter((one) => !expected.some((rule) => rule.test(one)));
    assert.deepEqual(unexpected, []);
    for (const rule of expected)
      assert.ok(
        violations.some((one) => rule.test(one)),
        String(rule),
      );
  });

  const links = (answer: Answer): Answer['links'] => answer.links;
  const ids = (answer: Answer): string[] => answer.list.map(({ id }) => id);
  /** As a client does: the path of an href on the API's own address. */
  const rebased = (href: string): string => {
    const { pathname, search } = new URL(href, 'https://nowhere.invalid');
    return pathname.replace(/^\/api/, '') + search;
  };

  describe('tokens', () => {
    it('gives access tokens for the API token only, and to its own client only', async () => {
      const { standIn } = site;
      await assert.rejects(exchange(standIn, 'another'), /400 invalid_grant/);
      const reply = await fetch(`${standIn.authAddress}/oauth2/token`, {
        method: 'POST',
        body: new URLSearchParams({ grant_type: 'api_token', api_token: standIn.apiToken }),
      });
      assert.equal(reply.status, 401);
      assert.equal(
        (await site.ask('GET', '/users/me', undefined, { authorization: '' })).status,
        401,
      );
    });

    it('lets them run out by themselves, and when it is told to', async () => {
      await start({ tokenSeconds: 0.2 });
      await assert.doesNotReject(
        waitFor(async () => (await site.ask('GET', '/users/me')).status === 401),
      );
      await start();
      assert.equal((await site.ask('GET', '/users/me')).status, 200);
      site.standIn.faults.answers({ kind: 'tokenRunsOut' }, { times: 1 });
      assert.equal((await site.ask('GET', '/users/me')).status, 401);
      assert.equal((await site.ask('GET', '/users/me')).status, 401);
    });
  });

  describe('finding things', () => {
    it('lists organisations and projects in pages', async () => {
      const seen: string[] = [];
      let path: string | undefined = '/organizations';
      while (path !== undefined) {
        const page = await site.ask('GET', path);
        seen.push(...page.body.items.map(({ label }) => label));
        const next = links(page)['next'];
        path = next && rebased(next.href);
      }
      assert.deepEqual(seen, ['Acme', 'Side Projects', 'nothing-yet']);
      const [{ id: acme } = { id: '' }] = site.standIn.organizations;
      const first = await site.ask('GET', `/organizations/${acme}/projects`);
      assert.equal(first.body.items.length, 2);
      assert.equal(first.body.count, 3);
      const whole = await site.ask('GET', `/organizations/${acme}/projects?page%5Bsize%5D=100`);
      assert.equal(whole.body.items.length, 3);
      assert.equal(links(whole)['next'], undefined);
    });

    it('tells what a user may see, with signed links to what it is', async () => {
      const { id } = (await site.ask('GET', '/users/me')).body;
      const asked = `/users/${id}/extended-access?filter%5Bresource_type%5D=project&page%5Bsize%5D=100`;
      const access = await site.ask('GET', asked);
      assert.equal(access.body.items.length, 4);
      const { href = '' } = links(access)['ref:projects:0'] ?? {};
      const refs = await site.ask('GET', rebased(href));
      assert.equal(refs.refs[SHOP]?.title, 'Shop');
      assert.equal((await site.ask('GET', '/ref/projects?in=x&sig=guessed')).status, 400);
    });

    it('has environments whose ids are more than one part of a path', async () => {
      const all = await site.ask('GET', `/projects/${SHOP}/environments`);
      assert.ok(ids(all).includes('feature/checkout'));
      const one = await site.ask('GET', CHECKOUT);
      assert.equal(one.body.id, 'feature/checkout');
      const { href = '' } = links(one)['#backup'] ?? {};
      assert.match(href, /^https:\/\/eu-2\.platform\.sh\.invalid\/api\/projects\//);
      assert.equal(rebased(href), `${CHECKOUT}/backup`);
      assert.equal((await site.ask('GET', `/projects/${SHOP}/environments/none`)).status, 404);
    });
  });

  describe('backups', () => {
    it('are made by an activity, which does nothing until it is over', async () => {
      site.standIn.hold(true);
      const accepted = await site.ask('POST', `${MAIN}/backup`, { safe: false });
      assert.equal(accepted.status, 202);
      const [activity] = accepted.body._embedded.activities;
      assert.deepEqual([activity.state, activity.completion_percent], ['pending', 0]);
      const environment = await site.ask('GET', MAIN);
      assert.equal(environment.body.is_dirty, true);
      assert.equal(links(environment)['#backup'], undefined);
      assert.equal((await site.ask('POST', `${MAIN}/backup`, { safe: true })).status, 400);
      const before = ids(await site.ask('GET', `${MAIN}/backups`));
      site.standIn.hold(false);
      await site.standIn.idle();
      const end = await site.ask('GET', `/projects/${SHOP}/activities/${activity.id}`);
      assert.deepEqual([end.body.state, end.body.result], ['complete', 'success']);
      const after = ids(await site.ask('GET', `${MAIN}/backups`));
      assert.deepEqual(after, [end.body.payload.backup_name, ...before]);
      const made = site.standIn.backup(after[0] ?? '');
      assert.deepEqual([made.safe, made.automated, made.expires_at], [false, false, null]);
      assert.ok(links(await site.ask('GET', MAIN))['#backup']);
    });

    it('are not there when the activity fails, whatever was accepted', async () => {
      const before = ids(await site.ask('GET', `${MAIN}/backups`));
      site.standIn.faults.activities({ kind: 'fails', reason: 'error', log: 'E: No space left' });
      const activity = await site.done('POST', `${MAIN}/backup`, { safe: true });
      assert.deepEqual([activity.result, activity.failure_reason], ['failure', 'error']);
      assert.deepEqual(ids(await site.ask('GET', `${MAIN}/backups`)), before);
    });

    it('need an active environment, which an inactive one becomes', async () => {
      const inactive = await site.ask('GET', OLD);
      assert.equal(links(inactive)['#backup'], undefined);
      assert.ok(links(inactive)['#activate']);
      assert.equal((await site.ask('POST', `${OLD}/backup`, { safe: true })).status, 400);
      const activity = await site.done('POST', `${OLD}/activate`, {});
      assert.equal(activity.type, 'environment.activate');
      assert.equal((await site.done('POST', `${OLD}/backup`, {})).result, 'success');
    });

    it('evict the oldest that was made by hand, without a word', async () => {
      await start({ manualLimit: 2 });
      const listed = async () => (await site.ask('GET', `${MAIN}/backups`)).list;
      const before = (await listed()).filter(({ automated }) => !automated).map(({ id }) => id);
      assert.equal(before.length, 2);
      const { payload } = await site.done('POST', `${MAIN}/backup`, { safe: true });
      const after = (await listed()).filter(({ automated }) => !automated).map(({ id }) => id);
      assert.deepEqual(after, [payload['backup_name'], before[0]]);
      assert.equal((await listed()).filter(({ automated }) => automated).length, 2);
    });

    it('are deleted by an activity, and say so meanwhile', async () => {
      const [newest = ''] = ids(await site.ask('GET', `${MAIN}/backups`));
      site.standIn.hold(true);
      await site.ask('DELETE', `${MAIN}/backups/${newest}`);
      const deleting = await site.ask('GET', `${MAIN}/backups/${newest}`);
      assert.equal(deleting.body.status, 'DELETING');
      assert.equal(links(deleting)['#restore'], undefined);
      assert.equal((await site.ask('POST', `${MAIN}/backups/${newest}/restore`, {})).status, 400);
      site.standIn.hold(false);
      await site.standIn.idle();
      assert.equal((await site.ask('GET', `${MAIN}/backups/${newest}`)).status, 404);
    });

    it('are restored to their own, another or a new environment', async () => {
      const all = (await site.ask('GET', `${MAIN}/backups`)).list;
      const [good] = all.filter(({ restorable }) => restorable);
      const [bad] = all.filter(({ restorable }) => !restorable);
      const restore = `${MAIN}/backups/${good?.id ?? ''}/restore`;
      assert.equal((await site.done('POST', restore, {})).type, 'environment.restore');
      const staging = await site.done('POST', restore, {
        environment_name: 'staging',
        restore_code: false,
        resources: { init: 'parent' },
      });
      assert.deepEqual(staging.environments, ['staging']);
      assert.equal(staging.parameters['restore_code'], false);
      const drill = { environment_name: 'drill', branch_from: 'staging' };
      await site.done('POST', restore, drill);
      const made = await site.ask('GET', `/projects/${SHOP}/environments/drill`);
      assert.deepEqual([made.body.status, made.body.parent], ['active', 'staging']);
      for (const refused of [
        site.ask('POST', restore, drill),
        site.ask('POST', restore, { environment_name: 'feature/old-idea' }),
        site.ask('POST', restore, { environment_name: 'x', branch_from: 'nowhere' }),
        site.ask('POST', `${MAIN}/backups/${bad?.id ?? ''}/restore`, {}),
      ]) {
        assert.equal((await refused).status, 400);
      }
    });
  });

  describe('activities', () => {
    it('are listed by what they are, newest first', async () => {
      await site.done('POST', `${MAIN}/backup`, { safe: true });
      await site.done('POST', `${CHECKOUT}/backup`, { safe: true });
      const project = `/projects/${SHOP}/activities`;
      const all = (await site.ask('GET', project)).list;
      assert.deepEqual(
        all.map(({ environments }) => environments[0]),
        ['feature/checkout', 'main', 'main', 'main'],
      );
      const count = async (query: string): Promise<number> =>
        (await site.ask('GET', query)).list.length;
      assert.equal(await count(`${project}?count=1`), 1);
      assert.equal(await count(`${project}?result=failure&type=environment.backup`), 1);
      assert.equal(await count(`${project}?type=environment.restore&type=environment.backup`), 4);
      assert.equal(await count(`${MAIN}/activities?state=complete`), 3);
      const at = encodeURIComponent(all[1]?.created_at ?? '');
      assert.equal(await count(`${project}?starts_at=${at}`), 2);
    });

    it('are cancelled while they may be', async () => {
      site.standIn.hold(true);
      const { body } = await site.ask('POST', `${MAIN}/backup`, { safe: true });
      const [{ id }] = body._embedded.activities;
      const path = `/projects/${SHOP}/activities/${id}`;
      assert.ok(links(await site.ask('GET', path))['#cancel']);
      assert.equal((await site.ask('POST', `${path}/cancel`)).status, 202);
      site.standIn.hold(false);
      await site.standIn.idle();
      assert.equal(site.standIn.activity(id).state, 'cancelled');
      assert.equal((await site.ask('POST', `${path}/cancel`)).status, 400);
      assert.ok(links(await site.ask('GET', MAIN))['#backup']);
    });

    it('stay as they are when they are stuck, until they are cancelled', async () => {
      site.standIn.faults.activities({ kind: 'stuck', percent: 40 }, { times: 1 });
      const { body } = await site.ask('POST', `${MAIN}/backup`, { safe: true });
      const [{ id }] = body._embedded.activities;
      const path = `/projects/${SHOP}/activities/${id}`;
      await waitFor(() => Promise.resolve(site.standIn.activity(id).completion_percent === 40));
      await site.standIn.idle();
      assert.equal(site.standIn.activity(id).state, 'in_progress');
      await site.ask('POST', `${path}/cancel`);
      await waitFor(async () => links(await site.ask('GET', MAIN))['#backup'] !== undefined);
    });

    it('have a log that is missing at first, ends once unsealed, and takes no other query', async () => {
      const { id } = await site.done('POST', `${MAIN}/backup`, { safe: true });
      const { text } = await site.ask('GET', `${MAIN}/activities?count=1`);
      const [{ _links }] = JSON.parse(text) as [{ _links: { log: { href: string } } }];
      const inherited = rebased(_links.log.href);
      assert.match(inherited, /\?count=1$/);
      assert.equal((await site.ask('GET', inherited)).status, 400);
      expected = [/log\?count=1: .*additional properties.*the project's own/];
      const log = `/projects/${SHOP}/activities/${id}/log`;
      assert.equal((await site.ask('GET', log)).status, 404);
      const lines = async (path: string) =>
        (await site.ask('GET', path)).text
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as { data?: { message: string }; seal?: boolean });
      assert.equal((await lines(log)).at(-1)?.seal, undefined);
      const whole = await lines(`${log}?max_items=0&max_delay=-1`);
      assert.equal(whole.at(-1)?.seal, true);
      assert.equal(whole.at(-2)?.data?.message, 'Done\n');
      assert.equal((await lines(`${log}?start_at=2`)).length, whole.length - 2);
      site.standIn.faults.logs({ kind: 'neverSeals' });
      assert.equal((await lines(log)).at(-1)?.seal, undefined);
    });

    it('stream their log while they go on', async () => {
      await start({ logMissing: 0, logUnsealed: 0 });
      site.standIn.hold(true);
      const { body } = await site.ask('POST', `${MAIN}/backup`, { safe: true });
      const [{ id }] = body._embedded.activities;
      const reading = site.ask('GET', `/projects/${SHOP}/activities/${id}/log?max_delay=-1`);
      site.standIn.hold(false);
      const { text } = await reading;
      assert.match(text, /consistent backup of main/);
      assert.match(text, /"seal":true\}\n$/);
    });
  });

  describe('retention settings', () => {
    const path = `/projects/${SHOP}/settings`;
    const config = (manual_count: number, count: number) => ({
      default_config: { manual_count, schedule: [{ interval: '1d', count }] },
    });
    const now = async () => (await site.ask('GET', path)).body.data_retention;

    for (const [merge, kept, left] of [
      ['deep', 8, ['production', 'staging']],
      ['types', 100, ['production', 'staging']],
      ['whole', 100, ['staging']],
    ] as const) {
      it(`are merged as far as they are told to: ${merge}`, async () => {
        await start({ merge });
        assert.equal(await now(), null);
        const production = { max_backups: 8, ...config(2, 7) };
        await site.ask('PATCH', path, { data_retention: { production } });
        assert.deepEqual(await now(), { production });
        await site.ask('PATCH', path, { data_retention: { staging: config(1, 3) } });
        assert.deepEqual(Object.keys(await now()), left);
        await site.ask('PATCH', path, { data_retention: { production: config(1, 1) } });
        assert.equal((await now())['production']?.max_backups, kept);
      });
    }

    it('hold for what is made from then on', async () => {
      await site.ask('PATCH', path, { data_retention: { production: config(1, 2) } });
      await site.done('POST', `${MAIN}/backup`, { safe: true });
      const all = (await site.ask('GET', `${MAIN}/backups`)).list;
      assert.equal(all.filter(({ automated }) => !automated).length, 1);
    });

    it('are refused where they may not be changed, or are none', async () => {
      const { standIn } = site;
      const bad = {
        ...config(1, 1),
        default_config: { manual_count: 1, schedule: [{ interval: '7 days', count: 1 }] },
      };
      assert.equal(
        (await site.ask('PATCH', path, { data_retention: { production: bad } })).status,
        400,
      );
      standIn.project().capabilities.data_retention.enabled = false;
      const capabilities = await site.ask('GET', `/projects/${SHOP}/capabilities`);
      assert.equal(capabilities.body.data_retention.enabled, false);
      assert.equal(links(await site.ask('GET', path))['#edit'], undefined);
      const refused = await site.ask('PATCH', path, { data_retention: null });
      assert.equal(refused.status, 403);
    });
  });

  describe('faults', () => {
    it('are those that were asked for, as often as they were', async () => {
      const { faults } = site.standIn;
      faults.answers({ kind: 'limited', seconds: 3 }, { line: /^GET .*\/backups/, times: 1 });
      assert.equal((await site.ask('GET', MAIN)).status, 200);
      const limited = await site.ask('GET', `${MAIN}/backups`);
      assert.deepEqual([limited.status, limited.headers.get('retry-after')], [429, '3']);
      assert.equal((await site.ask('GET', `${MAIN}/backups`)).status, 200);
      faults.answers({ kind: 'html', status: 502 });
      assert.match((await site.ask('GET', MAIN)).text, /^<!DOCTYPE/);
      faults.answers({ kind: 'slow', milliseconds: 30 });
      const begun = performance.now();
      await site.ask('GET', MAIN);
      assert.ok(performance.now() - begun >= 29);
      faults.clear();
      assert.equal((await site.ask('GET', MAIN)).status, 200);
    });

    it('cut the connection before anything is done, or after all of it', async () => {
      const { standIn } = site;
      const { faults } = standIn;
      const count = () => standIn.project().activities.length;
      const before = count();
      faults.answers({ kind: 'cut', when: 'before' }, { times: 1 });
      await assert.rejects(site.ask('POST', `${MAIN}/backup`, { safe: true }));
      assert.equal(count(), before);
      faults.answers({ kind: 'cut', when: 'after' }, { times: 1 });
      await assert.rejects(site.ask('POST', `${MAIN}/backup`, { safe: true }));
      await standIn.idle();
      assert.equal(count(), before + 1);
    });
  });

  describe('against the descriptions', () => {
    it('says which it holds to', () => {
      assert.equal(site.standIn.heldTo[0], "the project's own");
    });

    it('catches requests that are wrong, and does nothing', async () => {
      const before = ids(await site.ask('GET', `${MAIN}/backups`));
      const settings = `/projects/${SHOP}/settings`;
      const wrong: [string, string, unknown, RegExp][] = [
        ['POST', `${MAIN}/backups`, { safe: true }, /backups: there is no such operation/],
        ['POST', `${MAIN}/backup`, { safe: true, live: false }, /"live"/],
        ['POST', `${MAIN}/backup`, { safe: 'yes' }, /requestBody\/safe must be boolean/],
        ['POST', `${MAIN}/backup`, undefined, /required property 'requestBody'/],
        [
          'PATCH',
          settings,
          { data_retention: { production: { max_backups: 9 } } },
          /"default_config"/,
        ],
        ['GET', `${MAIN}/activities?count=none`, undefined, /query\/count must be integer/],
        ['GET', `${MAIN}/backups?count=1`, undefined, /backups\?count=1: .*"count"/],
      ];
      expected = wrong.map(([, , , rule]) => rule);
      for (const [method, path, body, rule] of wrong) {
        const { status } = await site.ask(method, path, body);
        assert.ok(status === 400 || status === 404, `${path}: ${status}`);
        assert.ok(
          site.standIn.violations.some((one) => rule.test(one)),
          String(rule),
        );
      }
      assert.deepEqual(ids(await site.ask('GET', `${MAIN}/backups`)), before);
    });

    it('catches replies that are wrong', async () => {
      const [backup] = site.standIn.project().backups;
      Object.assign(backup ?? {}, { status: 'GONE' });
      await site.ask('GET', `${MAIN}/backups`);
      expected = [/the reply to GET .*backups: \/0\/status must be equal to one of/];
    });

    it('catches times that are none', async () => {
      const { backups } = site.standIn.project();
      backups.push(
        makeBackup({ environment: 'main', created_at: 'yesterday', updated_at: moment() }),
      );
      await site.ask('GET', `${MAIN}/backups`);
      expected = [/created_at must match format "date-time"/];
    });
  });
});

/** Asks until it is so. */
async function waitFor(isSo: () => Promise<boolean>): Promise<void> {
  const until = Date.now() + 30_000;
  while (!(await isSo())) {
    assert.ok(Date.now() < until, 'it took too long');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
