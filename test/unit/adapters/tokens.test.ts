import assert from 'node:assert/strict';
import { sharedTokens, TokenKeeper } from '../../../src/adapters/tokens';
import type { Token } from '../../../src/adapters/tokens';
import { fails } from '../core/fakes';

const forever = new AbortController().signal;

describe('a token that is renewed', () => {
  let now: number;
  let asked: number;
  /** What the next question gives; counted. */
  let give: () => Promise<Token>;
  const keeper = (margin = 60) =>
    new TokenKeeper(
      () => {
        asked++;
        return give();
      },
      margin,
      () => now,
    );

  beforeEach(() => {
    now = 1000;
    asked = 0;
    give = () => Promise.resolve({ value: `t${asked}`, expires: now + 900 });
  });

  it('is got when it is first needed, and kept', async () => {
    const tokens = keeper();
    assert.equal(asked, 0);
    assert.equal(await tokens.get(forever), 't1');
    assert.equal(await tokens.get(forever), 't1');
    assert.equal(asked, 1);
  });

  it('is got anew just before it runs out', async () => {
    const tokens = keeper();
    await tokens.get(forever);
    now += 839;
    assert.equal(await tokens.get(forever), 't1');
    now += 1;
    assert.equal(await tokens.get(forever), 't2');
    assert.equal(await tokens.get(forever), 't2');
  });

  it('is kept for ever where it does not say when it ends', async () => {
    give = () => Promise.resolve({ value: 'lasting' });
    const tokens = keeper();
    await tokens.get(forever);
    now += 1e12;
    assert.equal(await tokens.get(forever), 'lasting');
    assert.equal(asked, 1);
  });

  it('is used as it comes where it is too short-lived for the margin', async () => {
    give = () => Promise.resolve({ value: `t${asked}`, expires: now + 10 });
    assert.match(await keeper().get(forever), /^t\d$/);
    assert.ok(asked <= 2);
  });

  it('is asked for once by many at the same time', async () => {
    const tokens = keeper();
    const got = await Promise.all(
      Array.from({ length: 20 }, () => tokens.get(new AbortController().signal)),
    );
    assert.deepEqual([...new Set(got)], ['t1']);
    now += 900;
    const anew = await Promise.all(
      Array.from({ length: 20 }, () => tokens.get(new AbortController().signal)),
    );
    assert.deepEqual([...new Set(anew)], ['t2']);
    assert.equal(asked, 2);
  });

  it('is got by the others where one of them cancels', async () => {
    let arrive: (token: Token) => void = () => undefined;
    give = () => new Promise((resolve) => (arrive = resolve));
    const tokens = keeper();
    const stop = new AbortController();
    const first = tokens.get(stop.signal);
    const second = tokens.get(forever);
    stop.abort();
    await fails(first, 'core.cancelled');
    arrive({ value: 'late', expires: now + 900 });
    assert.equal(await second, 'late');
    assert.equal(asked, 1);
    await fails(tokens.get(stop.signal), 'core.cancelled');
  });

  it('is asked for again after a failure', async () => {
    const good = give;
    give = () => Promise.reject(new Error('not now'));
    const tokens = keeper();
    const both = [tokens.get(forever), tokens.get(forever)];
    for (const each of both) await assert.rejects(each, /not now/);
    assert.equal(asked, 1);
    give = good;
    assert.equal(await tokens.get(forever), 't2');
  });

  it('is asked for again after a renewal that failed, by the very next one', async () => {
    const tokens = keeper();
    await tokens.get(forever);
    now += 900;
    const good = give;
    give = () => Promise.reject(new Error('not now'));
    await assert.rejects(tokens.get(forever), /not now/);
    give = good;
    assert.equal(await tokens.get(forever), 't3');
    assert.equal(asked, 3);
  });

  it('is dropped when it was refused, but not the one that came after it', async () => {
    const tokens = keeper();
    await tokens.get(forever);
    await tokens.drop('t1');
    assert.equal(await tokens.get(forever), 't2');
    // Another caller was refused with the first one, and says so late.
    await tokens.drop('t1');
    assert.equal(await tokens.get(forever), 't2');
    assert.equal(asked, 2);
  });

  it('is shared by who has the same credentials, and by nobody else', () => {
    const make = () => keeper();
    const mine = sharedTokens(['test', 'https://a', 'user', 'secret'], make);
    assert.equal(sharedTokens(['test', 'https://a', 'user', 'secret'], make), mine);
    for (const other of [
      ['test', 'https://b', 'user', 'secret'],
      ['test', 'https://a', 'user', 'other'],
      ['test', 'https://a', 'users', 'ecret'],
    ]) {
      assert.notEqual(sharedTokens(other, make), mine);
    }
  });
});
