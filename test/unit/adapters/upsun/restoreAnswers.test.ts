import assert from 'node:assert/strict';
import {
  badAnswers,
  codeLines,
  restoreBody,
  targetLines,
  targetOf,
} from '../../../../src/adapters/upsun/restoreAnswers';
import type { Answers } from '../../../../src/adapters/upsun/restoreAnswers';
import { backupSchema, environmentsSchema } from '../../../../src/adapters/upsun/wire';

const all = environmentsSchema.parse([
  { id: 'main', type: 'production', status: 'active' },
  { id: 'feature/x', type: 'development', status: 'inactive' },
]);
const body = (answers: Answers) => {
  const target = targetOf(answers, 'main', all);
  assert.ok(target.id !== undefined);
  return restoreBody({ ...target, id: target.id }, answers);
};
const lines = (answers: Answers) =>
  targetLines(targetOf(answers, 'main', all), answers, 'main', all);
const questions = (answers: Answers) =>
  lines(answers).flatMap(({ questions: asked = [] }) => asked.map(({ answer }) => answer));
const codes = (answers: Answers) => lines(answers).map(({ code }) => code);

describe('Upsun: what a restore asks for', () => {
  it('says only what was chosen', () => {
    assert.deepEqual(body({}), { environment_name: 'main' });
    assert.deepEqual(body({ code: 'yes' }), { environment_name: 'main' });
    assert.deepEqual(body({ code: 'no' }), { environment_name: 'main', restore_code: false });
    assert.deepEqual(body({ resources: 'no' }), {
      environment_name: 'main',
      restore_resources: false,
    });
    for (const init of ['backup', 'parent', 'default', 'minimum']) {
      assert.deepEqual(body({ resources: init }), {
        environment_name: 'main',
        resources: { init },
      });
    }
  });

  it('names a parent only for a new environment', () => {
    assert.deepEqual(body({ target: 'feature/x', branchFrom: 'main' }), {
      environment_name: 'feature/x',
    });
    const fresh = { environment_name: 'drill', branch_from: 'main' };
    assert.deepEqual(body({ target: 'drill', branchFrom: 'main' }), fresh);
    assert.deepEqual(body({ target: ':new', name: 'drill', branchFrom: 'main' }), fresh);
    assert.deepEqual(body({ target: 'drill' }), { environment_name: 'drill' });
  });

  it('asks for name and parent where they matter', () => {
    assert.deepEqual(questions({}), ['target']);
    assert.deepEqual(questions({ target: 'feature/x' }), ['target']);
    assert.deepEqual(questions({ target: ':new' }), ['target', 'name', 'branchFrom']);
    assert.deepEqual(questions({ target: 'drill' }), ['target', 'branchFrom']);
  });

  it('refuses a name that is none, and a parent that is not there', () => {
    assert.deepEqual(codes({ target: ':new' }), ['upsun.target', 'upsun.needsName']);
    assert.deepEqual(codes({ target: ':new', name: '' }), ['upsun.target', 'upsun.needsName']);
    for (const bad of ['a b', 'a..b', '-a', 'a/', '/a', 'a~1', 'x:y', 'a.lock', 'a\u0001']) {
      assert.deepEqual(
        codes({ target: ':new', name: bad }),
        ['upsun.target', 'upsun.badName'],
        bad,
      );
    }
    assert.deepEqual(codes({ target: ':new', name: 'drill/one-2' }), ['upsun.target']);
    assert.deepEqual(codes({ target: 'drill', branchFrom: 'nowhere' }), [
      'upsun.target',
      'upsun.noParent',
    ]);
  });

  it('says that Git does not change', () => {
    const backup = backupSchema.parse({ id: 'b', commit_id: 'abc123' });
    const [withCode] = codeLines(backup, {});
    assert.match(withCode?.title ?? '', /commit abc123.*Git does not change/);
    assert.match(withCode?.detail ?? '', /next push/);
    const [without] = codeLines(backup, { code: 'no' });
    assert.match(without?.title ?? '', /Only the data/);
    assert.equal(without?.questions?.[0]?.value, 'no');
  });

  it('takes no other answers', () => {
    assert.deepEqual(badAnswers({ code: 'yes', resources: 'minimum' }), []);
    const found = badAnswers({ code: 'maybe', resources: 'more' });
    assert.deepEqual(
      found.map(({ severity, code }) => [severity, code]),
      [
        ['blocker', 'upsun.badAnswer'],
        ['blocker', 'upsun.badAnswer'],
      ],
    );
  });
});
