import assert from 'node:assert/strict';
import { dcos } from '../../../../src/adapters/dcos/definition';
import { labelProblem } from '../../../../src/core/model';

describe('DC/OS: labels', () => {
  it('follow the stricter of the two rules that the vendor states', () => {
    for (const good of ['', 'abc', 'ab.', '__a', 'a1-b.c', 'before-upgrade_1.2', 'x'.repeat(25)]) {
      assert.equal(labelProblem(good, dcos), undefined, good);
    }
    for (const bad of ['..a', '.ab', 'a.b', 'a-b', '-ab', 'a..', '...']) {
      assert.notEqual(labelProblem(bad, dcos), undefined, bad);
    }
    // The words beside the description would take these.
    for (const only of ['.ab', 'a.b', '-ab']) assert.equal(labelProblem(only), undefined, only);
  });

  it('are told what all systems have in common first', () => {
    assert.equal(labelProblem('ab', dcos), labelProblem('ab'));
    assert.equal(labelProblem('x'.repeat(26), dcos), labelProblem('x'.repeat(26)));
    assert.match(labelProblem('.ab', dcos) ?? '', /first two characters/);
  });
});
