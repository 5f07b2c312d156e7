import assert from 'node:assert/strict';
import type { HostedBackup } from '../../../src/core/model';
import { temporaryFolder } from '../../../src/sandbox/parts/folders';
import { dcosStandIn, upsunStandIn } from '../../../src/sandbox/standIns';
import type { StandInCluster } from '../../../src/sandbox/standIns';
import { Workplace } from '../cli/support';

interface Listed {
  hosted: HostedBackup[];
  warnings: unknown[];
}

describe('The stand-ins that the try-out offers', function () {
  this.timeout(120_000);
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let clusters: StandInCluster[];
  let at: Workplace;

  before(async () => {
    folder = await temporaryFolder('try-out-stand-ins');
    clusters = [await dcosStandIn(), await upsunStandIn(100)];
    const env = Object.assign(
      {},
      ...clusters.map((cluster) => cluster.env),
    ) as StandInCluster['env'];
    at = new Workplace(folder.path, env);
    await at.configure(Object.fromEntries(clusters.map(({ name, entry }) => [name, entry])));
  });
  after(async () => {
    await Promise.all(clusters.map(({ stop }) => stop()));
    await folder.remove();
    const [, upsun] = clusters;
    assert.deepEqual(upsun?.violations, []);
  });

  const listed = async (name: string): Promise<Listed> =>
    (await at.json(['hosted', 'list', name])) as Listed;

  it('are named as what they are, and no secret of theirs is in the configuration', () => {
    for (const { name, entry, env } of clusters) {
      assert.match(name, /stand-in$/);
      for (const [variable, secret] of Object.entries(env)) {
        assert.ok(!JSON.stringify(entry).includes(secret));
        assert.ok(JSON.stringify(entry).includes(variable));
      }
    }
  });

  it('show backups of different kinds without anything typed: DC/OS', async () => {
    const { hosted, warnings } = await listed('dcos-stand-in');
    assert.deepEqual(warnings, []);
    assert.deepEqual(new Set(hosted.map(({ state }) => state)), new Set(['ready', 'failed']));
  });

  it('show backups of different kinds without anything typed: Upsun', async () => {
    const { hosted, warnings } = await listed('upsun-stand-in');
    assert.deepEqual(warnings, []);
    assert.deepEqual([...new Set(hosted.map(({ group }) => group))].sort(), [
      'feature/checkout',
      'feature/old-idea',
      'main',
      'main-eu',
      'staging',
    ]);
    assert.ok(hosted.some(({ restore }) => restore === true));
    assert.ok(hosted.some(({ restore }) => typeof restore === 'string'));
    const retention = await at.run(['retention', 'show', 'upsun-stand-in']);
    assert.equal(retention.code, 0, retention.err);
    assert.match(retention.out, /production/i);
  });

  it('make a backup, and let the oldest go of which the plan told', async () => {
    const before = (await listed('upsun-stand-in')).hosted.filter(({ group }) => group === 'main');
    const plan = await at.run(['create', 'upsun-stand-in', '--on', 'main', '--dry-run']);
    assert.equal(plan.code, 0, plan.err);
    // It takes one away: nobody is there to agree to that.
    const unasked = await at.run(['create', 'upsun-stand-in', '--on', 'main']);
    assert.notEqual(unasked.code, 0);
    assert.match(unasked.err, /cli\.confirmationNeeded/);
    assert.deepEqual(
      (await listed('upsun-stand-in')).hosted.filter(({ group }) => group === 'main'),
      before,
    );
    const made = await at.run(['create', 'upsun-stand-in', '--on', 'main', '--yes']);
    assert.equal(made.code, 0, made.err);
    const after = (await listed('upsun-stand-in')).hosted.filter(({ group }) => group === 'main');
    assert.equal(after.length, before.length);
    const gone = before.filter(({ id }) => !after.some((one) => one.id === id));
    assert.equal(gone.length, 1);
    assert.ok(plan.out.includes(gone[0]?.id ?? '?'), plan.out);
  });
});
