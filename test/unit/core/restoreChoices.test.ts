import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { RestoreChoices } from '../../../src/core/model';
import {
  countActions,
  countsText,
  destructiveChanges,
  isChosen,
  nameProblem,
  policyOf,
  resultsText,
  selectorOf,
  selects,
  withAccepted,
  withAnswer,
  withChosen,
  withName,
  withPolicy,
} from '../../../src/core/restoreChoices';
import { change } from '../../support/plans';

const NAMES = ['a', 'b', 'web_api', 'data'];
const changes = fc.uniqueArray(
  fc
    .record({
      kind: fc.constantFrom('service', 'volume', 'secret'),
      node: fc.constantFrom('n1', 'n2'),
      name: fc.constantFrom(...NAMES),
      group: fc.constantFrom(undefined, 'web', 'db'),
    })
    .map(({ kind, node, name, group }) =>
      change(kind === 'volume' ? `volume/${node}/${name}` : `${kind}/${name}`, {
        ...(group === undefined ? {} : { group }),
      }),
    ),
  { selector: ({ id }) => id, minLength: 1 },
);
const selector = fc.oneof(
  fc.constantFrom('web', 'db').map((name) => ({ kind: 'stack', name })),
  fc.record({ kind: fc.constantFrom('service', 'volume'), name: fc.constantFrom(...NAMES) }),
);
const choices: fc.Arbitrary<RestoreChoices> = fc.record(
  {
    only: fc.array(selector, { maxLength: 3 }),
    except: fc.array(fc.constantFrom('service/a', 'volume/n1/data', 'secret/b')),
  },
  { requiredKeys: [] },
);

describe('Choosing objects of a backup', () => {
  it('takes and leaves out exactly what was named, whatever was chosen before', () => {
    fc.assert(
      fc.property(changes, choices, fc.nat(), fc.boolean(), (all, before, seed, chosen) => {
        const named = all.filter((_, i) => ((seed >> (i % 30)) & 1) === 1);
        const after = withChosen(before, named, chosen);
        for (const one of all) {
          const expected = named.includes(one) ? chosen : isChosen(before, one);
          assert.equal(isChosen(after, one), expected, one.id);
        }
        // What was chosen of other things stands.
        assert.deepEqual({ ...after, only: 0, except: 0 }, { ...before, only: 0, except: 0 });
      }),
    );
  });

  it('comes back to what it was when it is taken back', () => {
    fc.assert(
      fc.property(changes, choices, (all, before) => {
        const out = all.filter((one) => isChosen(before, one));
        const after = withChosen(withChosen(before, out, false), out, true);
        for (const one of all) assert.equal(isChosen(after, one), isChosen(before, one));
      }),
    );
  });

  it('names an object so that nothing else is meant', () => {
    fc.assert(
      fc.property(changes, (all) => {
        for (const one of all) {
          assert.deepEqual(
            all.filter((other) => selects(selectorOf(one), other)),
            [one],
          );
        }
      }),
    );
  });

  it('knows a stack, a name on any node, and the swarm itself', () => {
    const volume = change('volume/n1/data', { group: 'web' });
    assert.ok(selects({ kind: 'stack', name: 'web' }, volume));
    assert.ok(selects({ kind: 'volume', name: 'data' }, volume));
    assert.ok(!selects({ kind: 'volume', name: 'n2/data' }, volume));
    assert.ok(!selects({ kind: 'service', name: 'data' }, volume));
    assert.deepEqual(selectorOf(change('swarm')), { kind: 'swarm', name: 'swarm' });
  });
});

describe('What a person says to a restore', () => {
  it('has one policy for all and others for single objects', () => {
    const all: RestoreChoices = { conflict: 'replace' };
    assert.equal(policyOf({}, 'a'), 'skip');
    assert.equal(policyOf(all, 'a'), 'replace');
    const own = withPolicy(all, 'a', 'rename');
    assert.deepEqual([policyOf(own, 'a'), policyOf(own, 'b')], ['rename', 'replace']);
    assert.equal(policyOf(withPolicy(own, 'a', undefined), 'a'), 'replace');
  });

  it('takes names, answers and what is accepted, and takes them back', () => {
    const named = withName({}, 'a', ' x ');
    assert.deepEqual(named.rename, { a: 'x' });
    assert.deepEqual(withName(named, 'a', '  ').rename, {});
    assert.deepEqual(withAnswer({ answers: { b: '1' } }, 'a', '2').answers, { b: '1', a: '2' });
    assert.deepEqual(withAnswer({ answers: { b: '1' } }, 'b', '').answers, {});
    const accepted = withAccepted(withAccepted({}, 'a', true), 'a', true);
    assert.deepEqual(accepted.accept, ['a']);
    assert.deepEqual(withAccepted(accepted, 'a', false).accept, []);
  });

  it('hears at once what is wrong with a name', () => {
    const all = [
      change('service/a'),
      change('service/b', { target: 'c' }),
      change('volume/n1/a'),
      change('volume/n2/d'),
    ];
    const problem = (id: string, name: string) => {
      const one = all.find((other) => other.id === id);
      assert.ok(one);
      return nameProblem(all, one, name);
    };
    assert.equal(problem('service/a', ''), undefined);
    assert.equal(problem('service/a', 'b'), undefined);
    assert.equal(problem('service/a', 'x_y.z-1'), undefined);
    assert.match(problem('service/a', 'c') ?? '', /service\/b has this name/);
    assert.match(problem('service/a', 'a') ?? '', /name in the backup/);
    // On another node the name is free.
    assert.equal(problem('volume/n1/a', 'd'), undefined);
    for (const bad of ['-a', 'a b', 'a/b', '..', 'ä', 'x'.repeat(64)]) {
      assert.ok(problem('service/a', bad), bad);
    }
  });
});

describe('A plan in figures', () => {
  const all = [
    change('service/a'),
    change('service/b', { action: 'update', destructive: true }),
    change('service/c', { action: 'conflict', destructive: true }),
    change('service/d', { action: 'update', destructive: true, chosen: false }),
  ];

  it('counts what is chosen, and tells what is not', () => {
    assert.deepEqual(countActions(all), { create: 1, update: 1, leave: 0, conflict: 1, cannot: 0 });
    assert.equal(countsText(all), '1 create, 1 update, 1 conflict; 1 not chosen');
    assert.equal(countsText([change('a', { chosen: false })]), 'nothing chosen');
  });

  it('calls destructive only what will be done', () => {
    assert.deepEqual(
      destructiveChanges(all).map(({ id }) => id),
      ['service/b'],
    );
  });

  it('tells results', () => {
    const result = (id: string, kind: 'done' | 'failed' | 'notReached') => ({ id, result: kind });
    assert.equal(
      resultsText([result('a', 'failed'), result('b', 'done'), result('c', 'notReached')]),
      '1 done, 1 failed, 1 not reached',
    );
  });
});
