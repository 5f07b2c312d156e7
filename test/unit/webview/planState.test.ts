import assert from 'node:assert/strict';
import type { PlannedChange } from '../../../src/core/plan';
import type { PlanRequest, ShownPlan } from '../../../src/protocol/planMessages';
import { withName } from '../../../src/core/restoreChoices';
import { nameKey, PlanState } from '../../../src/webview/plan/planState';
import { change, itemisedPlan } from '../../support/plans';

const CHANGES = [change('service/a'), change('service/b')];

function shown(changes: Partial<ShownPlan> = {}): ShownPlan {
  const plan = itemisedPlan(CHANGES);
  const first = { series: 1, edit: 0, choices: {}, safetyBackup: true, state: 'planned' } as const;
  return { plan, system: 'Docker Swarm', dryRun: false, ...first, ...changes };
}

function page(first = shown()) {
  const sent: PlanRequest[] = [];
  const state = new PlanState(
    first,
    (request) => sent.push(request),
    () => undefined,
  );
  return { state, sent };
}

const [A = change('service/a')] = CHANGES;

describe('The page of a plan', () => {
  it('offers to restore only what it shows now', () => {
    const { state, sent } = page();
    assert.ok(state.restorable);
    state.choose([A], false);
    assert.deepEqual([state.restorable, state.busy], [false, true]);
    state.restore();
    assert.deepEqual(sent, [{ type: 'choose', edit: 1, choices: { except: ['service/a'] } }]);
    // What comes now is still of before.
    state.receive(shown());
    assert.deepEqual([state.isChosen(A), state.hindrance], [false, 'The plan is being made anew']);
    state.receive(shown({ edit: 1, state: 'busy', choices: state.choices }));
    assert.ok(!state.restorable);
    state.receive(shown({ edit: 1 }));
    assert.ok(state.restorable);
    state.restore();
    assert.deepEqual(sent.at(-1), { type: 'restore', edit: 1 });
  });

  it('shows a box as it was clicked until the plan says otherwise', () => {
    const { state } = page();
    state.choose([A], false);
    assert.equal(state.isChosen(A), false);
    // Something else needs it: the adapter has the last word.
    state.receive(shown({ edit: 1 }));
    assert.equal(state.isChosen(A), true);
  });

  it('sends no name that can not be used, and offers nothing meanwhile', () => {
    const { state, sent } = page();
    const type = (text: string, problem?: string) =>
      state.type('name:service/a', text, problem, () => withName(state.choices, A.id, text));
    type('-', 'no');
    assert.deepEqual([sent.length, state.restorable, state.firstProblem], [0, false, 'no']);
    assert.match(state.hindrance ?? '', /typed/);
    type('c');
    assert.deepEqual(sent, [
      { type: 'choose', edit: 1, choices: { rename: { 'service/a': 'c' } } },
    ]);
    assert.equal(state.draft('name:service/a', undefined), 'c');
    type('-', 'no');
    // The field went away with its row.
    state.keepFields(() => false);
    assert.deepEqual([state.firstProblem, state.draft('name:service/a', 'c')], [undefined, 'c']);
  });

  it('counts on where the editor has counted, e.g. a secret that was given', () => {
    const { state, sent } = page();
    state.receive(shown({ edit: 4 }));
    state.choose([A], false);
    assert.equal((sent[0] as { edit: number }).edit, 5);
  });

  it('offers nothing once it was decided, and is not the page of another plan', () => {
    const { state } = page(shown({ outcome: { kind: 'asked' } }));
    assert.deepEqual([state.open, state.restorable], [false, false]);
    assert.equal(state.receive(shown({ series: 2 })), false);
    const impossible: PlannedChange[] = [change('service/a', { action: 'leave' })];
    assert.equal(page(shown({ plan: itemisedPlan(impossible) })).state.restorable, false);
  });

  it('puts a name back to what it was, or keeps it, and keeps none that can not be', () => {
    const { state, sent } = page(shown({ choices: { rename: { [A.id]: 'before' } } }));
    const type = (text: string, problem?: string) =>
      state.type(nameKey(A.id), text, problem, () => withName(state.choices, A.id, text));
    const name = () => state.choices.rename?.[A.id];
    state.beginRename(A.id);
    type('other');
    assert.ok(state.endRename(A.id, true));
    assert.deepEqual([name(), state.isRenaming(A.id)], ['other', false]);
    state.beginRename(A.id);
    type('-', 'no');
    assert.deepEqual([state.endRename(A.id, true), state.isRenaming(A.id)], [false, true]);
    type('third');
    state.endRename(A.id, false);
    assert.deepEqual([name(), state.firstProblem], ['other', undefined]);
    assert.deepEqual(sent.at(-1), {
      type: 'choose',
      edit: 3,
      choices: { rename: { [A.id]: 'other' } },
    });
  });
});
