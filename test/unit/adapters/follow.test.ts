import assert from 'node:assert/strict';
import { follow } from '../../../src/adapters/follow';
import type { Followed } from '../../../src/adapters/follow';
import { coreErrors } from '../../../src/core/errors';
import { fails } from '../core/fakes';

/** Something is seen, or it fails. */
type Look = string | Error;

describe('following what a platform does by itself', () => {
  let now: number;
  let pauses: number[];
  let told: { seen: string | undefined; trouble: unknown; elapsed: number }[];

  beforeEach(() => {
    now = 5000;
    pauses = [];
    told = [];
  });

  /** Time goes by only while it pauses. */
  function run(looks: Look[], more: Partial<Followed<string>> = {}): Promise<string> {
    let next = 0;
    return follow<string>({
      look: () => {
        const look = looks[Math.min(next++, looks.length - 1)] ?? '';
        return look instanceof Error ? Promise.reject(look) : Promise.resolve(look);
      },
      isOver: (seen) => seen === 'done',
      passes: (error) => error instanceof Error && error.message === 'passing',
      pauses: { first: 100, longest: 400 },
      silence: 2000,
      told: (each) => void told.push(each),
      silent: ({ seen, trouble }) =>
        new Error(`silent after ${seen ?? 'nothing'}, ${String(trouble)}`),
      cancelled: (error) => error,
      signal: new AbortController().signal,
      now: () => now,
      pause: (milliseconds) => {
        pauses.push(milliseconds);
        now += milliseconds;
        return Promise.resolve();
      },
      ...more,
    });
  }

  it('ends with what was seen last', async () => {
    assert.equal(await run(['begun', 'half', 'done']), 'done');
    assert.deepEqual(
      told.map(({ seen }) => seen),
      ['begun', 'half', 'done'],
    );
    assert.deepEqual(
      told.map(({ elapsed }) => elapsed),
      [0, 100, 200],
    );
  });

  it('does not pause at all where it is over at once', async () => {
    await run(['done']);
    assert.deepEqual(pauses, []);
  });

  it('looks less and less often while nothing changes, and starts over when it does', async () => {
    await run(['a', 'a', 'a', 'a', 'a', 'a', 'b', 'done']);
    assert.deepEqual(pauses, [100, 150, 225, 337.5, 400, 400, 100]);
  });

  it('ends where nothing changes for too long, and not later', async () => {
    await assert.rejects(run(['stuck']), /^Error: silent after stuck, undefined$/);
    const waited = pauses.reduce((sum, pause) => sum + pause, 0);
    assert.ok(waited > 2000 && waited <= 2010, String(waited));
  });

  it('goes on for as long as something changes', async () => {
    const looks = Array.from({ length: 100 }, (_, n) => [`${n}`, `${n}`, `${n}`]).flat();
    assert.equal(await run([...looks, 'done']), 'done');
    assert.ok(now - 5000 > 10 * 2000);
  });

  it('waits lost connections out, and tells them beside what was seen last', async () => {
    const lost = new Error('passing');
    assert.equal(await run(['half', lost, lost, 'done']), 'done');
    assert.deepEqual(
      told.map(({ seen, trouble }) => [seen, trouble]),
      [
        ['half', undefined],
        ['half', lost],
        ['half', lost],
        ['done', undefined],
      ],
    );
  });

  it('waits them out at the very beginning, too, but not for ever', async () => {
    const lost = new Error('passing');
    assert.equal(await run([lost, 'done']), 'done');
    await assert.rejects(run([lost]), /silent after nothing, Error: passing/);
  });

  it('does not take the end that was seen before a failure for one', async () => {
    let looks = 0;
    const seen = await run(['half'], {
      look: () => Promise.resolve(++looks < 3 ? 'half' : 'done'),
    });
    assert.equal(seen, 'done');
    assert.equal(looks, 3);
  });

  it('ends at once at a failure that does not pass', async () => {
    await assert.rejects(run(['half', new Error('denied'), 'done']), /denied/);
    assert.equal(told.length, 1);
  });

  it('says in its own words that it was cancelled: while it pauses, and while it looks', async () => {
    const cancelled = (cause: unknown) =>
      coreErrors.cancelled({ message: 'Left alone.', next: 'It goes on by itself.', cause });
    const stop = new AbortController();
    const pausing = run(['half'], {
      cancelled,
      signal: stop.signal,
      told: () => setImmediate(() => stop.abort()),
      pause: undefined as never,
      pauses: { first: 60_000, longest: 60_000 },
      silence: 600_000,
    });
    const error = await fails(pausing, 'core.cancelled', /Left alone/);
    assert.equal(error.next, 'It goes on by itself.');
    const looking = run([coreErrors.cancelled({ message: 'Cancelled.' })], {
      cancelled,
      // Whoever takes every failure for one that passes does not take this one for it.
      passes: () => true,
    });
    await fails(looking, 'core.cancelled', /Left alone/);
  });
});
