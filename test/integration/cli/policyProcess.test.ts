import assert from 'node:assert/strict';
import { join } from 'node:path';
import { z } from 'zod';
import { startConsul } from '../../../src/sandbox/parts/consulServer';
import type { RunningConsul } from '../../../src/sandbox/parts/consulServer';
import { temporaryFolder } from '../../../src/sandbox/parts/folders';
import { shapes } from './shapes';
import { Workplace } from './support';

const pruned = z.object({
  prunes: z.tuple([
    z.object({
      plan: z.object({ items: z.array(z.object({ id: z.string(), keep: z.boolean() })) }),
      removed: z.array(z.object({ id: z.string() })).optional(),
    }),
  ]),
});

const LONG = { every: '30d' };

describe('Policies by the command line as a process', function () {
  this.timeout(400_000);
  let consul: RunningConsul;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;

  before(async () => {
    consul = await startConsul();
    folder = await temporaryFolder('cli-policy');
  });
  after(async () => {
    await consul.stop();
    await folder.remove();
  });

  it('pin, prune and check what is due, seen in the vault and by their exit codes', async () => {
    const at = new Workplace(join(folder.path, 'one'));
    const policy = { manualCount: 1, verify: { every: '1s' } };
    await at.configure({ prod: { system: 'consul', address: consul.address, policy } });
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) {
      ids.push(shapes.create.parse(await at.json(['create', 'prod'])).backup.manifest.id);
    }
    const [oldest = '', middle = ''] = ids;
    assert.equal((await at.run(['pin', oldest])).code, 0);

    const dry = pruned.parse(await at.json(['prune', 'prod', '--dry-run'])).prunes[0];
    assert.deepEqual(
      dry.plan.items.flatMap(({ id, keep }) => (keep ? [] : [id])),
      [middle],
    );
    const unasked = await at.run(['prune', 'prod']);
    assert.equal(unasked.code, 2, 'nobody is there to be asked');
    assert.equal((await at.vaultFiles()).length, 6);

    const done = pruned.parse(await at.json(['prune', 'prod', '--yes'])).prunes[0];
    assert.deepEqual(
      done.removed?.map(({ id }) => id),
      [middle],
    );
    assert.equal((await at.vaultFiles()).length, 4);
    assert.equal((await at.run(['unpin', oldest])).code, 0);
    const again = pruned.parse(await at.json(['prune', 'prod', '--yes'])).prunes[0];
    assert.deepEqual(
      again.removed?.map(({ id }) => id),
      [oldest],
    );

    const due = await at.run(['verify', 'prod', '--due']);
    assert.equal(due.code, 0, due.err);
    await at.configure({
      prod: { system: 'consul', address: consul.address, policy: { ...policy, verify: LONG } },
    });
    const none = await at.run(['verify', 'prod', '--due']);
    assert.deepEqual([none.code, /No check is due/.test(none.err)], [0, true], none.err);
    const { activities } = shapes.activities.parse(await at.json(['activities']));
    const kinds = activities.map(({ kind, state }) => `${kind} ${state}`);
    assert.equal(kinds.filter((kind) => kind === 'prune done').length, 2);
    assert.equal(kinds.filter((kind) => kind === 'verify done').length, 1, 'what was due, once');
  });
});
