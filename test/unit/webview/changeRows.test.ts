import assert from 'node:assert/strict';
import {
  ALL_CHANGES,
  groupsOf,
  hindrances,
  kindTitle,
  offersName,
  offersPolicy,
} from '../../../src/webview/plan/changeRows';
import type { ChangesView } from '../../../src/webview/plan/changeRows';
import { verdict } from '../../../src/webview/plan/words';
import { change, itemisedPlan } from '../../support/plans';

const CHANGES = [
  change('network/web_net', { group: 'web', action: 'leave' }),
  change('secret/key', { action: 'cannot', code: 'payloadMissing', reason: 'Never in a backup' }),
  change('service/web_api', {
    group: 'web',
    action: 'cannot',
    code: 'imageMissing',
    acceptable: true,
    reason: 'The image nginx:1 is not on this engine',
  }),
  change('service/app_db', { group: 'app' }),
  change('volume/n1/data', { action: 'conflict', differences: ['driver'] }),
];
const ids = (view = ALL_CHANGES) =>
  groupsOf(CHANGES, view).map(({ title, changes }) => [title, ...changes.map(({ id }) => id)]);

describe('The rows of a plan object by object', () => {
  it('stand under their stack, those in none last, or under their kind in the order of the plan', () => {
    assert.deepEqual(ids(), [
      ['app', 'service/app_db'],
      ['web', 'network/web_net', 'service/web_api'],
      ['In no stack', 'secret/key', 'volume/n1/data'],
    ]);
    assert.deepEqual(
      ids({ ...ALL_CHANGES, by: 'kind' }).map(([title]) => title),
      ['Networks', 'Secrets', 'Services', 'Volumes'],
    );
    assert.equal(kindTitle('policy'), 'Policies');
  });

  it('are filtered by any words and by what happens, with the counts of the whole group', () => {
    assert.deepEqual(ids({ ...ALL_CHANGES, filter: 'NGINX engine' }), [['web', 'service/web_api']]);
    assert.deepEqual(ids({ ...ALL_CHANGES, actions: ['conflict', 'create'] }), [
      ['app', 'service/app_db'],
      ['In no stack', 'volume/n1/data'],
    ]);
    assert.deepEqual(ids({ ...ALL_CHANGES, filter: 'nothing' }), []);
    const [group] = groupsOf(CHANGES, { ...ALL_CHANGES, filter: 'nginx' });
    assert.equal(group?.counts, '1 leave, 1 cannot');
  });

  it('offer a policy where something is in the way, also when it is told otherwise for all', () => {
    const conflict = change('volume/n1/data', { action: 'conflict', differences: ['driver'] });
    const replaced = { ...conflict, action: 'update' as const };
    assert.ok(offersPolicy(conflict, {}));
    assert.ok(!offersPolicy({ ...conflict, chosen: false }, {}));
    assert.ok(offersPolicy(replaced, { conflict: 'replace' }));
    assert.ok(!offersPolicy(replaced, {}));
    assert.ok(offersPolicy(replaced, { conflicts: { 'volume/n1/data': 'replace' } }));
    assert.ok(!offersPolicy(change('service/a'), { conflict: 'replace' }));
  });

  it('offer a new name where one may be given', () => {
    const conflict = change('service/a', { action: 'conflict' });
    assert.ok(!offersName(conflict, {}));
    assert.ok(offersName(conflict, { conflict: 'rename' }));
    assert.ok(offersName(conflict, { conflicts: { 'service/a': 'rename' } }));
    assert.ok(!offersName(conflict, { conflict: 'rename', conflicts: { 'service/a': 'skip' } }));
    assert.ok(offersName(change('volume/n1/a', { renamable: true }), {}));
    assert.ok(!offersName(change('volume/n1/a', { renamable: true, action: 'leave' }), {}));
  });

  it('tell what may be accepted, also when it was', () => {
    const expected = { code: 'imageMissing', text: CHANGES[2]?.reason, count: 1 };
    assert.deepEqual(hindrances(CHANGES, {}), [{ ...expected, accepted: false }]);
    assert.deepEqual(hindrances(CHANGES, { accept: ['imageMissing'] }), [
      { ...expected, accepted: true },
    ]);
    const gone = hindrances([], { accept: ['imageMissing'] });
    assert.deepEqual(gone, [
      { code: 'imageMissing', text: 'imageMissing', count: 0, accepted: true },
    ]);
  });

  it('are summed up in a sentence', () => {
    const told = verdict(itemisedPlan(CHANGES));
    assert.match(told.text, /^1 object created by this\. 3 chosen objects can’t be restored/);
    const title = (...changes: ReturnType<typeof change>[]) => verdict(itemisedPlan(changes)).title;
    assert.equal(title(change('service/a', { action: 'leave' })), 'Nothing to do');
    assert.equal(title(change('service/a', { chosen: false })), 'Nothing is chosen');
    assert.match(title(change('service/a', { action: 'cannot' })), /^Nothing that is chosen can/);
  });

  it('are counted and filtered by what became of them, once that is known', () => {
    const results = new Map([
      ['service/app_db', { id: 'service/app_db', result: 'failed' as const }],
      ['network/web_net', { id: 'network/web_net', result: 'left' as const }],
    ]);
    const told = (view: Partial<ChangesView>) =>
      groupsOf(CHANGES, { ...ALL_CHANGES, ...view }, results).map(({ title, counts, changes }) => [
        title,
        counts,
        changes.length,
      ]);
    // What was filtered by before is void: it would hide a failure.
    assert.deepEqual(told({ actions: ['conflict'] }), [
      ['app', '1 failed', 1],
      ['web', '1 left as it is', 2],
      ['In no stack', 'not touched', 2],
    ]);
    assert.deepEqual(told({ results: ['failed'] }), [['app', '1 failed', 1]]);
  });
});
