import assert from 'node:assert/strict';
import { SwarmConnections } from '../../../src/adapters/swarm/connections';
import { swarmConnectionSchema } from '../../../src/adapters/swarm/definition';
import { Journal } from '../../../src/adapters/swarm/journal';
import { HELD_LABEL } from '../../../src/adapters/swarm/held';
import type { ItemisedAdapter } from '../../../src/core/ports';
import { startEngine } from '../../../src/sandbox/parts/dockerEngine';
import type { RunningEngine } from '../../../src/sandbox/parts/dockerEngine';
import { waitFor } from '../../../src/sandbox/parts/wait';
import { context, inVolume, refused, save, specOf, Station, traces, untilRunning } from './support';

const REQUEST = {
  mode: 'consistent',
  scope: { only: [{ kind: 'volume', name: 'data' }] },
};
/** Bytes of the archive after which the volume is being read. */
const READING = 6_000_000;

describe('Docker Swarm: several backups of one cluster at once', function () {
  this.timeout(300_000);
  let engine: RunningEngine;
  /** Of two users, or two machines: neither sees the other's journal. */
  let one: Station;
  let other: Station;

  before(async () => {
    [one, other] = await Promise.all([Station.make(), Station.make()]);
    engine = await startEngine({ hostname: 'node1' });
    await engine.importBusybox('shell:1');
    await engine.docker('swarm', 'init', '--advertise-addr', engine.address);
    await engine.docker('volume', 'create', 'data');
    await inVolume(engine, 'data', 'dd if=/dev/zero of=/v/file bs=1M count=24');
    const common = ['--stop-grace-period', '1s', '--mount', 'type=volume,source=data,target=/data'];
    const command = ['shell:1', 'sleep', '100000'];
    await engine.docker(
      ...[
        'service',
        'create',
        '--quiet',
        '--name',
        'web',
        '--replicas',
        '2',
        ...common,
        ...command,
      ],
    );
    await engine.docker(
      ...['service', 'create', '--quiet', '--name', 'all', '--mode', 'global', ...common],
      ...command,
    );
  });
  after(async () => {
    await Promise.all([one.remove(), other.remove()]);
    await engine.stop();
  });
  afterEach(async () => {
    await Promise.all([one.close(), other.close()]);
    assert.equal(await traces(engine), '');
  });

  const specs = () => Promise.all(['web', 'all'].map((name) => specOf(engine, name)));
  const adapterOf = (station: Station) => station.adapter({ host: engine.host });

  /** Takes a backup, and does something while the volume is read. */
  async function during(adapter: ItemisedAdapter, action: () => Promise<void>): Promise<void> {
    const { stream } = await adapter.backup(REQUEST, context());
    let seen = 0;
    let begun = false;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      seen += chunk.length;
      if (seen < READING || begun) continue;
      begun = true;
      await action();
    }
    assert.ok(begun);
    await adapter.close();
  }

  it('another machine refuses to hold what is held, and leaves it as it is', async () => {
    const before = await specs();
    await during(adapterOf(one), async () => {
      const held = await specs();
      assert.ok(held.every(({ Labels }) => HELD_LABEL in (Labels as object)));
      const busy = await refused(adapterOf(other).backup(REQUEST, context()), 'swarm.busy');
      assert.match(busy.message, /(web|all) is held at zero by another/);
      assert.deepEqual(await specs(), held);
    });
    assert.deepEqual(await specs(), before);
    await untilRunning(engine, 'web', 2);
  });

  it('one that had looked before the other held them does not touch them either', async () => {
    const before = await specs();
    const late = adapterOf(other);
    // It has planned; nothing is held before somebody reads.
    const { stream } = await late.backup(REQUEST, context());
    const outcome = refused(stream.toArray(), 'swarm.busy');
    const first = save(adapterOf(one), REQUEST).then(
      () => 'done',
      (error: unknown) => (error as { code?: string }).code,
    );
    // Whoever came second gives way, and never takes the services from the first.
    const codes = await Promise.all([
      outcome.then(
        () => 'swarm.busy',
        () => 'done',
      ),
      first,
    ]);
    assert.deepEqual(codes.sort(), ['done', 'swarm.busy']);
    await late.close();
    assert.deepEqual(await specs(), before);
    await untilRunning(engine, 'web', 2);
  });

  it('a run that was cut off does not take back what another one holds by now', async () => {
    const before = await specs();
    const cut = adapterOf(one);
    await during(adapterOf(other), async () => {
      const held = await specs();
      const connection = swarmConnectionSchema.parse({ host: engine.host });
      const cluster = { name: 'prod', system: 'swarm', connection, secrets: {} };
      const journal = await Journal.begin(new SwarmConnections(cluster, {}, one.state).journals);
      const id = await engine.docker('service', 'inspect', '--format', '{{.ID}}', 'web');
      await journal.add({ id: id.trim(), name: 'web', replicas: 7 });
      journal.leave();
      await waitFor(
        'the journal to count as left',
        async () => ((await cut.interrupted?.()) ?? []).length > 0 || undefined,
        { timeoutMs: 60_000 },
      );
      assert.match((await cut.resume?.(context()))?.join() ?? '', /not held any more/);
      assert.deepEqual(await specs(), held);
    });
    assert.deepEqual(await cut.interrupted?.(), []);
    assert.deepEqual(await specs(), before);
  });

  it('live ones do not wait for each other', async () => {
    const live = { mode: 'live', scope: { only: [{ kind: 'volume', name: 'data' }] } };
    const results = await Promise.all([save(adapterOf(one), live), save(adapterOf(one), live)]);
    assert.ok(results.every(({ bytes }) => bytes.length > 24 << 20));
  });

  it('of the same user, the second waits until the first has brought its services back', async () => {
    const before = await specs();
    const phases = context();
    let second: Promise<unknown> | undefined;
    await during(adapterOf(one), () => {
      second = save(adapterOf(one), { mode: 'live', scope: { parts: ['definitions'] } }, phases);
      const waits = () => phases.phases.includes('Waiting for another backup of this cluster');
      return waitFor('the second one to wait', () => waits() || undefined, {
        timeoutMs: 60_000,
      }).then(() => undefined);
    });
    const saved = (await second) as Awaited<ReturnType<typeof save>>;
    assert.ok(!saved.bytes.includes(HELD_LABEL), 'no service was backed up as held');
    assert.deepEqual(await specs(), before);
  });

  it('a rollback after a held backup changes nothing', async () => {
    await engine.docker('service', 'update', '--quiet', '--label-add', 'color=red', 'web');
    const before = await specs();
    await save(adapterOf(one), REQUEST);
    assert.deepEqual(await specs(), before);
    await engine.docker('service', 'rollback', '--quiet', 'web');
    assert.deepEqual(await specs(), before);
    await untilRunning(engine, 'web', 2);
  });

  it('refuses a service with a volume that goes with its tasks', async () => {
    await engine.docker(
      ...['service', 'create', '--quiet', '--name', 'careless', '--mount'],
      ...['type=volume,source=data,target=/data', '--mount', 'type=volume,target=/lost'],
      ...['shell:1', 'sleep', '100000'],
    );
    const before = await specs();
    const error = await refused(adapterOf(one).backup(REQUEST, context()), 'swarm.cannotHold');
    assert.match(error.message, /careless.*\/lost/);
    assert.match(error.next, /name/);
    assert.deepEqual(await specs(), before);
    await engine.docker('service', 'rm', 'careless');
  });
});
