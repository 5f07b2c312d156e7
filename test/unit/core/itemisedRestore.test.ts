import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { ClusterBackupError } from '../../../src/core/errors';
import type { BackupScope, RestoreChoices } from '../../../src/core/model';
import { backUp } from '../../../src/core/operations/backup';
import type { ClusterParts } from '../../../src/core/operations/context';
import { planRestore } from '../../../src/core/operations/planRestore';
import { restore } from '../../../src/core/operations/restore';
import { resumeInterrupted } from '../../../src/core/operations/resume';
import type { StoredSource } from '../../../src/core/operations/source';
import type { ChangeResult, PlannedChange, RestorePlanItem } from '../../../src/core/plan';
import type { ItemisedAdapter } from '../../../src/core/ports';
import { createEncryptor } from '../../../src/snapshots/openpgp';
import { openFolderVault } from '../../../src/vaults/folder/folderVault';
import { coreContext, fails, letters, lettersSystem } from './fakes';

const context = coreContext();

class LettersCluster implements ItemisedAdapter {
  content = 'now end';
  changes: PlannedChange[] = [change('letter/a', 'create'), change('letter/b', 'leave')];
  items: RestorePlanItem[] = [];
  safety: BackupScope | undefined = { only: [{ kind: 'letter', name: 'a' }] };
  results: ChangeResult[] = [{ id: 'letter/a', result: 'done' }];
  left: string[] = [];
  /** What was asked of it, in order. */
  readonly calls: string[] = [];
  readonly payloads: unknown[] = [];
  applied = '';

  status = () => Promise.reject(new Error('Not asked here.'));
  inventory = () => Promise.resolve({ counts: { Letter: 1 } });
  close = () => Promise.resolve();
  interrupted = () => Promise.resolve(this.left);
  resume = () => {
    this.calls.push('resume');
    this.left = [];
    return Promise.resolve(['Brought back.']);
  };
  backup: ItemisedAdapter['backup'] = ({ scope }) => {
    this.calls.push(`backup ${JSON.stringify(scope)}`);
    return Promise.resolve({ stream: Readable.from([Buffer.from(this.content)]), notes: [] });
  };
  planChanges: ItemisedAdapter['planChanges'] = async ({ choices, payloads, open }) => {
    const head = await open();
    const first = (await head.toArray()) as Buffer[];
    this.calls.push(`plan ${Buffer.concat(first).toString()} ${JSON.stringify(choices)}`);
    this.payloads.push(payloads);
    const { items, changes, safety } = this;
    return { items, changes, ...(safety === undefined ? {} : { safety }) };
  };
  applyChanges: ItemisedAdapter['applyChanges'] = async ({ stream, changes }) => {
    this.calls.push(`apply ${changes.map(({ id }) => id).join()}`);
    this.applied = Buffer.concat((await stream.toArray()) as Buffer[]).toString();
    return this.results;
  };
}

function change(id: string, action: PlannedChange['action']): PlannedChange {
  return { id, kind: 'letter', name: id, action, chosen: true };
}

const definition = lettersSystem({
  parts: [{ id: 'vowels', title: 'Vowels', description: '', byDefault: true }],
  contents: { scopes: ['letter'], groups: [], compares: [] },
});

describe('a restore object by object', () => {
  let folder: string;
  let cluster: LettersCluster;
  let parts: ClusterParts;
  const choices: RestoreChoices = { conflict: 'rename' };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cluster-backup-items-'));
    cluster = new LettersCluster();
    parts = {
      name: 'prod',
      definition,
      adapter: cluster,
      vault: openFolderVault({ folder, clock: context.clock, log: context.log }),
      format: letters,
      encryptor: createEncryptor(),
      encryption: { kind: 'none' },
      decryption: {},
    };
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const source = (text: string): StoredSource => ({
    name: 'some.letters',
    size: text.length,
    open: () => Promise.resolve(Readable.from([Buffer.from(text)])),
  });
  const plan = (text = 'then end') =>
    planRestore(source(text), parts, { safetyBackup: true, choices }, context);

  it('plans changes in place of a comparison, and keeps what was chosen', async () => {
    const made = await plan();
    assert.deepEqual(made.changes, cluster.changes);
    assert.deepEqual(made.choices, choices);
    assert.deepEqual(made.comparison, []);
    assert.deepEqual(made.safetyScope, cluster.safety);
    assert.equal(made.possible, true);
    assert.deepEqual(cluster.calls, [`plan then end ${JSON.stringify(choices)}`]);
  });

  it('is not possible where nothing chosen has anything to do', async () => {
    cluster.changes = [change('letter/a', 'leave'), change('letter/b', 'conflict')];
    assert.equal((await plan()).possible, false);
    cluster.changes = [{ ...change('letter/a', 'create'), chosen: false }];
    assert.equal((await plan()).possible, false);
  });

  it('does not look into a damaged backup', async () => {
    const made = await plan('cut off');
    assert.equal(made.possible, false);
    assert.equal(made.items[0]?.code, 'snapshot.truncated');
    assert.deepEqual(cluster.calls, []);
  });

  it('reads the source once for several plans, but a damaged one again', async () => {
    let opened = 0;
    const counting: StoredSource = {
      ...source('then end'),
      open: () => {
        opened++;
        return Promise.resolve(Readable.from([Buffer.from('then end')]));
      },
    };
    // Each plan looks at the head.
    const first = await planRestore(counting, parts, { safetyBackup: true }, context);
    assert.equal(opened, 2);
    const known = { safetyBackup: true, known: first };
    const second = await planRestore(counting, parts, known, context);
    assert.equal(opened, 3);
    assert.equal(second.fingerprint, first.fingerprint);
    const damaged = await plan('cut off');
    await planRestore(counting, parts, { safetyBackup: true, known: damaged }, context);
    assert.equal(opened, 5);
  });

  it('makes a safety backup of what is touched, then applies what was checked', async () => {
    const made = await plan();
    const payloads = { 'secret/x': 'eA==' };
    const result = await restore(source('then end'), parts, { plan: made, payloads }, context);
    assert.deepEqual(cluster.calls.slice(1), [
      `plan then end ${JSON.stringify(choices)}`,
      'backup {"only":[{"kind":"letter","name":"a"}]}',
      'apply letter/a,letter/b',
    ]);
    assert.equal(cluster.applied, 'then end');
    assert.deepEqual(cluster.payloads.at(-1), payloads);
    assert.deepEqual(result.changes, cluster.results);
    const safety = (await parts.vault.list('prod')).at(0)?.manifest;
    assert.equal(safety?.id, result.safetyBackup);
    assert.equal(safety?.origin.kind, 'safety');
    assert.deepEqual(safety.scope, cluster.safety);
  });

  it('refuses when something chosen would now be done otherwise', async () => {
    const made = await plan();
    cluster.changes = [change('letter/a', 'update'), change('letter/b', 'leave')];
    const run = restore(source('then end'), parts, { plan: made }, context);
    await fails(run, 'core.planChanged', /letter\/a/);
    assert.ok(!cluster.calls.some((call) => call.startsWith('apply')));
    assert.deepEqual(await parts.vault.list('prod'), []);
  });

  it('takes no notice of what was not chosen', async () => {
    const made = await plan();
    cluster.changes.push({ ...change('letter/c', 'conflict'), chosen: false });
    await restore(source('then end'), parts, { plan: made }, context);
  });

  it('refuses what blocks since the plan was made', async () => {
    const made = await plan();
    cluster.items = [{ severity: 'blocker', code: 'letters.gone', title: 'It is gone' }];
    const run = restore(source('then end'), parts, { plan: made }, context);
    await fails(run, 'core.notRestorable', /It is gone/);
  });

  it('never ends the stream of another backup than the planned one', async () => {
    const made = await plan();
    const run = restore(source('else end'), parts, { plan: made }, context);
    await fails(run, 'core.planChanged', /not what it was/);
    assert.equal(cluster.applied, '');
  });

  it('says what was done, what failed and what was not reached', async () => {
    const made = await plan();
    cluster.results = [
      { id: 'letter/a', result: 'done' },
      { id: 'letter/b', result: 'failed', message: 'no ink' },
      { id: 'letter/c', result: 'notReached' },
    ];
    await assert.rejects(
      restore(source('then end'), parts, { plan: made }, context),
      (error: ClusterBackupError) => {
        assert.equal(error.code, 'core.restoreIncomplete');
        assert.match(error.message, /1 of 3 done.*letter\/b \(no ink\).*not reached: letter\/c/);
        assert.match(error.next, /safety backup \w{26}\.$/);
        return true;
      },
    );
    // The lock is free again.
    await (await parts.vault.lock('prod', 'test')).release();
  });

  it('finishes what an interrupted run left before a backup and a restore', async () => {
    cluster.left = ['service x'];
    await backUp(parts, { origin: { kind: 'manual' } }, context);
    assert.deepEqual(cluster.calls, ['resume', 'backup undefined']);
    cluster.left = ['service x'];
    const made = await plan();
    await restore(source('then end'), parts, { plan: made }, context);
    assert.equal(cluster.calls[3], 'resume');
  });

  it('finishes by itself only while nobody works on the cluster', async () => {
    assert.deepEqual(await resumeInterrupted(parts, context), []);
    cluster.left = ['service x'];
    const held = await parts.vault.lock('prod', 'backup');
    await fails(resumeInterrupted(parts, context), 'vault.locked', /prod/);
    assert.deepEqual(cluster.calls, []);
    await held.release();
    assert.deepEqual(await resumeInterrupted(parts, context), ['Brought back.']);
    assert.deepEqual(await resumeInterrupted(parts, context), []);
  });

  it('refuses parts and objects that a backup does not have, and a backup of nothing', async () => {
    const ask = (scope: BackupScope) =>
      backUp(parts, { scope, origin: { kind: 'manual' } }, context);
    await fails(ask({ parts: ['consonants'] }), 'core.unsupported', /part "consonants"/);
    await fails(ask({ only: [{ kind: 'word', name: 'a' }] }), 'core.unsupported', /kind "word"/);
    await fails(ask({ parts: [] }), 'core.unsupported', /of nothing/);
    assert.deepEqual(cluster.calls, []);
    const scope = { parts: ['vowels'], only: [{ kind: 'letter', name: 'a' }] };
    const { manifest } = await ask(scope);
    assert.deepEqual(manifest.scope, scope);
    assert.ok((await readdir(join(folder, 'prod'))).length > 0);
  });
});
