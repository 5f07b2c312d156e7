import assert from 'node:assert/strict';
import { setTimeout as after } from 'node:timers/promises';
import { coreErrors } from '../../../src/core/errors';
import type { RestoreChoices } from '../../../src/core/model';
import type { RestorePlan } from '../../../src/core/plan';
import type { ShownPlan } from '../../../src/protocol/planMessages';
import { PlanSession } from '../../../src/vscode/panels/planSession';
import type { Replan } from '../../../src/vscode/panels/planSession';
import { change, itemisedPlan } from '../../support/plans';

type Wish = Parameters<Replan>[0];

interface Call {
  wish: Wish;
  signal: AbortSignal;
  resolve: (plan: RestorePlan) => void;
  reject: (error: Error) => void;
}

/** A session whose plans are made when the test says so. */
function world(options: { dryRun?: boolean; plan?: RestorePlan } = {}) {
  const calls: Call[] = [];
  const posted: ShownPlan[] = [];
  const session: PlanSession = new PlanSession({
    plan: options.plan ?? itemisedPlan([change('service/a')]),
    dryRun: options.dryRun ?? false,
    series: 1,
    debounceMs: 5,
    replan: (wish, signal) =>
      new Promise((resolve, reject) => calls.push({ wish, signal, resolve, reject })),
    onChange: () => posted.push(session.shown),
  });
  const call = async (index: number): Promise<Call> => {
    for (let i = 0; i < 200 && calls.length <= index; i++) await after(2);
    const found = calls[index];
    assert.ok(found, 'nothing was planned');
    return found;
  };
  return { session, calls, posted, call };
}

const planned = (choices: RestoreChoices) => itemisedPlan([change('service/a')], { choices });
const LEAVE_OUT: RestoreChoices = { except: ['service/a'] };

describe('A plan while its choices change', () => {
  it('plans once they have come to rest, with what is known', async () => {
    const { session, calls, call, posted } = world();
    session.choose({ conflict: 'rename' }, 1);
    session.choose(LEAVE_OUT, 2);
    const { wish, resolve } = await call(0);
    assert.deepEqual(wish.choices, LEAVE_OUT);
    assert.equal(wish.known.fingerprint, 'x');
    assert.equal(session.shown.state, 'busy');
    resolve(planned(LEAVE_OUT));
    await after(1);
    assert.equal(calls.length, 1);
    const last = posted.at(-1);
    assert.deepEqual([last?.state, last?.edit, last?.plan.choices], ['planned', 2, LEAVE_OUT]);
  });

  it('drops an answer that another choice has overtaken', async () => {
    const { session, call } = world();
    session.choose({ conflict: 'replace' }, 1);
    const first = await call(0);
    session.choose(LEAVE_OUT, 2);
    assert.ok(first.signal.aborted);
    first.resolve(planned({ conflict: 'replace' }));
    const second = await call(1);
    await after(1);
    assert.equal(session.shown.state, 'busy');
    second.resolve(planned(LEAVE_OUT));
    await after(1);
    assert.deepEqual(session.shown.plan.choices, LEAVE_OUT);
    first.reject(new Error('late'));
    await after(1);
    assert.equal(session.shown.state, 'planned');
  });

  it('hands out for a restore only what the page showed', async () => {
    const { session, call } = world();
    assert.equal(session.confirm(0)?.plan, session.shown.plan);
    session.choose(LEAVE_OUT, 1);
    assert.equal(session.confirm(0), undefined);
    assert.equal(session.confirm(1), undefined);
    const result = planned(LEAVE_OUT);
    (await call(0)).resolve(result);
    await after(1);
    // A page that still shows the former plan.
    assert.equal(session.confirm(0), undefined);
    assert.equal(session.confirm(1)?.plan, result);
    session.tell({ kind: 'asked' });
    assert.equal(session.confirm(1), undefined);
  });

  it('never hands out what is not possible, a dry run, or what could not be planned', async () => {
    const impossible = itemisedPlan([change('service/a', { action: 'leave' })]);
    assert.equal(world({ plan: impossible }).session.confirm(0), undefined);
    assert.equal(world({ dryRun: true }).session.confirm(0), undefined);
    const { session, call } = world();
    session.choose(LEAVE_OUT, 1);
    (await call(0)).reject(coreErrors.unexpected({ message: 'No answer.' }));
    await after(1);
    assert.deepEqual(
      [session.shown.state, session.shown.error?.code],
      ['failed', 'core.unexpected'],
    );
    assert.equal(session.confirm(1), undefined);
    session.replan();
    (await call(1)).resolve(planned(LEAVE_OUT));
    await after(1);
    assert.equal(session.confirm(session.shown.edit)?.plan.choices, LEAVE_OUT);
  });

  it('keeps payloads to itself, and restores with those that were planned', async () => {
    const { session, call, posted } = world();
    session.give('secret/key', 'c2VjcmV0');
    const { wish, resolve } = await call(0);
    assert.deepEqual(wish.payloads, { 'secret/key': 'c2VjcmV0' });
    assert.equal(session.confirm(1), undefined);
    resolve(planned({}));
    await after(1);
    assert.deepEqual(session.confirm(1)?.payloads, { 'secret/key': 'c2VjcmV0' });
    assert.ok(!JSON.stringify(posted).includes('c2VjcmV0'));
    session.give('secret/key', undefined);
    (await call(1)).resolve(planned({}));
    await after(1);
    assert.deepEqual(session.confirm(session.shown.edit)?.payloads, {});
  });

  it('counts on from whichever of page and editor is ahead', () => {
    const { session } = world();
    session.choose({}, 7);
    assert.equal(session.shown.edit, 7);
    session.give('secret/key', 'eA==');
    assert.equal(session.shown.edit, 8);
    // The page had not heard of it yet.
    session.choose(LEAVE_OUT, 8);
    assert.equal(session.shown.edit, 9);
  });

  it('plans again after a restore that is not complete, and after none that is done', async () => {
    const { session, call, calls } = world();
    session.tell({ kind: 'failed', changes: [{ id: 'service/a', result: 'failed' }] });
    session.choose(LEAVE_OUT, 1);
    assert.equal(session.shown.state, 'planned');
    session.replan();
    assert.equal(session.shown.state, 'busy');
    (await call(0)).resolve(planned({}));
    await after(1);
    assert.ok(session.confirm(session.shown.edit));
    session.tell({ kind: 'done' });
    session.replan();
    await after(20);
    assert.equal(calls.length, 1);
    assert.equal(session.shown.outcome?.kind, 'done');
  });

  it('lets the person choose on who did not confirm', () => {
    const { session } = world();
    session.tell({ kind: 'asked' });
    session.reopen();
    assert.ok(session.confirm(0));
  });

  it('ends: plans no more, forgets what was given', async () => {
    const { session, calls } = world();
    session.give('secret/key', 'c2VjcmV0');
    const given = session.confirm(1);
    session.end();
    session.choose(LEAVE_OUT, 2);
    await after(20);
    assert.equal(calls.length, 0);
    assert.equal(given, undefined);
    assert.equal(session.confirm(session.shown.edit), undefined);
  });
});
