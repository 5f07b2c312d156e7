import assert from 'node:assert/strict';
import type { ResolvedCluster } from '../../../src/compose/resolvedCluster';
import { refused } from '../../support/refused';
import { CREATE, DcosSite, LOGIN, LOOK, RESTORE } from './site';

describe('DC/OS: tokens that run out while something is followed', function () {
  this.timeout(120_000);
  let site: DcosSite;
  let id: string;

  const count = (line: RegExp) => site.asked(line).length;

  beforeEach(async () => {
    site = await DcosSite.make();
    id = site.server.keep('good-day');
  });
  afterEach(() => site.remove());

  for (const [name, line, begin] of [
    ['create', CREATE, (of: ResolvedCluster) => site.create('made-now', of)],
    ['restore', RESTORE, (of: ResolvedCluster) => site.restore(id, of)],
  ] as const) {
    it(`${name}: says that the service goes on where a token runs out that can't be renewed`, async () => {
      const { server } = site;
      server.settings.backup = server.settings.restore = { looks: 30, milliseconds: 0 };
      const token = await server.token(server.admin.user);
      const of = await site.cluster({ token: { secret: 'token' } }, { token });
      server.spoil({ kind: 'tokensRunOut' }, { line: LOOK, times: 1, after: 2 });
      const error = await refused(begin(of), 'dcos.tokenExpired');
      assert.match(error.message, /can't be followed any more; the service goes on with it/);
      assert.match(error.next, /dcos auth login.*list the backups to see what became of it/);
      assert.equal(count(line), 1);
      assert.ok(!(await site.traces()).includes(token));
    });
  }

  it('a token that holds for a moment only is renewed as often as it takes', async () => {
    const { server } = site;
    server.revokeTokens();
    server.settings.tokenSeconds = 2;
    server.settings.backup = { looks: 3, milliseconds: 5000 };
    const logins = count(LOGIN);
    assert.equal((await site.create('made-now')).state, 'ready');
    assert.ok(count(LOGIN) - logins >= 2);
    assert.equal(count(CREATE), 1);
  });
});
