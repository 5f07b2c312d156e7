import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { ClusterParts } from '../../../src/core/operations/context';
import { planRestore } from '../../../src/core/operations/planRestore';
import { restore } from '../../../src/core/operations/restore';
import type { RestoreOptions } from '../../../src/core/operations/restore';
import type { StoredSource } from '../../../src/core/operations/source';
import type { PlanLine, RestorePlan } from '../../../src/core/plan';
import type { WholeAdapter, WholePlan, WholeRequest } from '../../../src/core/ports';
import { createEncryptor } from '../../../src/snapshots/openpgp';
import { openFolderVault } from '../../../src/vaults/folder/folderVault';
import { coreContext, fails, letters, lettersSystem } from './fakes';

const context = coreContext();

/** Takes a text in place of all it holds. */
class WholeCluster implements WholeAdapter {
  content = 'now end';
  plan: WholePlan = { items: [] };
  /** What was asked of it, in order. */
  readonly calls: string[] = [];
  readonly requests: WholeRequest[] = [];
  taken = '';

  status = () => Promise.reject(new Error('Not asked here.'));
  inventory = () => Promise.resolve({ counts: { Letter: 7 } });
  close = () => Promise.resolve();
  backup: WholeAdapter['backup'] = () => {
    this.calls.push('backup');
    return Promise.resolve({ stream: Readable.from([Buffer.from(this.content)]), notes: [] });
  };
  planRestore: WholeAdapter['planRestore'] = (request) => {
    this.calls.push('plan');
    this.requests.push(request);
    return Promise.resolve(this.plan);
  };
  restore: WholeAdapter['restore'] = async ({ stream, ...request }) => {
    this.calls.push('restore');
    this.requests.push(request);
    this.taken = Buffer.concat((await stream.toArray()) as Buffer[]).toString();
  };
  checkRestored: WholeAdapter['checkRestored'] = (request, secrets) => {
    this.calls.push(`check ${Object.keys(secrets).join()}`);
    this.requests.push(request);
    const found = this.taken.length;
    return Promise.resolve([{ name: 'Letter', expected: request.content.totalSize, found }]);
  };
}

const told: PlanLine = { severity: 'info', code: 'letters.gap', title: 'There is a gap' };
const warned: PlanLine = { ...told, severity: 'warning' };

describe('a restore as a whole', () => {
  let folder: string;
  let cluster: WholeCluster;
  let parts: ClusterParts;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cluster-backup-whole-'));
    cluster = new WholeCluster();
    parts = {
      name: 'prod',
      definition: lettersSystem(),
      adapter: cluster,
      vault: openFolderVault({ folder, clock: context.clock, log: context.log }),
      format: letters,
      encryptor: createEncryptor(),
      encryption: { kind: 'none' },
      decryption: {},
    };
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** What it gives each time it is opened; the last one again and again. */
  const source = (...texts: string[]): StoredSource & { opened: number } => ({
    name: 'some.letters',
    size: texts[0]?.length ?? 0,
    opened: 0,
    open() {
      const text = texts[Math.min(this.opened++, texts.length - 1)] ?? '';
      return Promise.resolve(Readable.from([Buffer.from(text)]));
    },
  });
  const plan = (from = source('then end'), safetyBackup = true) =>
    planRestore(from, parts, { safetyBackup }, context);
  const run = (made: RestorePlan, more: Partial<RestoreOptions> = {}, from = source('then end')) =>
    restore(from, parts, { plan: made, ...more }, context);
  const kept = async () => (await parts.vault.list('prod')).map(({ manifest }) => manifest);

  it('backs the present state up, then restores, then checks', async () => {
    const made = await plan();
    const result = await run(made, { checkSecrets: { token: 'old' } });
    assert.deepEqual(cluster.calls, ['plan', 'plan', 'backup', 'restore', 'check token']);
    assert.equal(cluster.taken, 'then end');
    assert.deepEqual(result.checks, [{ name: 'Letter', expected: 8, found: 8 }]);
    const [safety, ...more] = await kept();
    assert.deepEqual(more, []);
    assert.equal(safety?.id, result.safetyBackup);
    assert.equal(safety?.origin.kind, 'safety');
  });

  it('makes no safety backup where none is wanted', async () => {
    const made = await plan(source('then end'), false);
    assert.equal(made.safetyBackup, false);
    assert.equal((await run(made)).safetyBackup, undefined);
    assert.ok(!cluster.calls.includes('backup'));
    assert.deepEqual(await kept(), []);
  });

  it('makes none where there can be none, and says why', async () => {
    cluster.plan = { items: [], noSafetyBackup: 'Nothing is there yet.' };
    const made = await plan();
    assert.equal(made.safetyBackup, false);
    assert.equal(made.noSafetyBackup, 'Nothing is there yet.');
    await run(made);
    assert.deepEqual(cluster.calls, ['plan', 'plan', 'restore', 'check ']);
    assert.deepEqual(await kept(), []);
  });

  it('hands choices and payloads through to plan, restore and check', async () => {
    const choices = { answers: { a: 'b' }, accept: ['letters.gap'] };
    const payloads = { 'secret/x': 'eA==' };
    const options = { safetyBackup: false, choices, payloads };
    const made = await planRestore(source('then end'), parts, options, context);
    assert.deepEqual(made.choices, choices);
    assert.ok(!JSON.stringify(made).includes('eA=='));
    await run(made, { payloads });
    assert.equal(cluster.requests.length, 4);
    for (const request of cluster.requests) {
      assert.deepEqual(request.choices, choices);
      assert.deepEqual(request.payloads, payloads);
      assert.equal(request.content.identity.id, 'then end');
    }
  });

  const refusals: [what: string, before: PlanLine[], now: PlanLine[]][] = [
    ['a warning that was not in the plan', [], [warned]],
    ['a line that was none of worry and became a warning', [told], [warned]],
    ['a second warning of the same code', [warned], [warned, { ...warned, title: 'Two gaps' }]],
  ];
  for (const [what, before, now] of refusals) {
    it(`refuses ${what}: nothing is sent`, async () => {
      cluster.plan = { items: before };
      const made = await plan();
      cluster.plan = { items: now };
      await fails(run(made), 'core.planChanged', /(There is a gap|Two gaps)\. Nothing was changed/);
      assert.deepEqual(cluster.calls, ['plan', 'plan']);
      assert.deepEqual(await kept(), []);
      // The lock is free again.
      await (await parts.vault.lock('prod', 'test')).release();
    });
  }

  it('goes on where a warning is gone, or something is told that is no warning', async () => {
    cluster.plan = { items: [warned] };
    const made = await plan();
    cluster.plan = { items: [{ ...told, title: 'Another' }] };
    await run(made);
    assert.equal(cluster.taken, 'then end');
  });

  it('refuses what blocks since the plan was made', async () => {
    const made = await plan();
    cluster.plan = { items: [{ severity: 'blocker', code: 'letters.gone', title: 'It is gone' }] };
    await fails(run(made), 'core.notRestorable', /It is gone/);
    assert.deepEqual(cluster.calls, ['plan', 'plan']);
  });

  it('reads the backup whole once more before anything is taken away', async () => {
    cluster.plan = { items: [], removesFirst: true };
    const made = await plan();
    const from = source('then end');
    await run(made, {}, from);
    assert.equal(from.opened, 2);
    assert.equal(cluster.taken, 'then end');
    cluster.plan = { items: [] };
    const once = source('then end');
    await run(await plan(), {}, once);
    assert.equal(once.opened, 1);
  });

  it('takes nothing away for a backup that was changed or damaged meanwhile', async () => {
    cluster.plan = { items: [], removesFirst: true };
    const made = await plan();
    for (const text of ['else end', 'then is cut off']) {
      await fails(run(made, {}, source(text)), 'core.planChanged', /nothing was changed/);
    }
    assert.ok(!cluster.calls.includes('restore'));
  });

  it('never ends the stream of another backup than the planned one', async () => {
    const made = await plan();
    await fails(run(made, {}, source('else end')), 'core.planChanged', /not what it was/);
    assert.equal(cluster.taken, '');
    cluster.plan = { items: [], removesFirst: true };
    // Sound when it was read once more, and changed between that and the sending.
    const late = source('then end', 'else end');
    await fails(run(made, {}, late), 'core.planChanged', /the restore was stopped/);
    assert.equal(cluster.taken, '');
  });

  it('refuses the plan of another cluster', async () => {
    const made = { ...(await plan()), cluster: 'stage' };
    await fails(run(made), 'core.planChanged', /for cluster "stage"/);
    assert.deepEqual(cluster.calls, ['plan']);
  });
});
