import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { coreErrors } from '../../../src/core/errors';
import type { HostedBackup } from '../../../src/core/model';
import { recorded } from '../../../src/core/operations/activity';
import { backUp } from '../../../src/core/operations/backup';
import type { ClusterParts } from '../../../src/core/operations/context';
import { createHosted, fetchHosted, listHosted } from '../../../src/core/operations/hosted';
import {
  planHostedRemove,
  planHostedRestore,
  removeHosted,
  restoreHosted,
} from '../../../src/core/operations/hostedRestore';
import { planBackup } from '../../../src/core/operations/planBackup';
import { planRestore } from '../../../src/core/operations/planRestore';
import { restore } from '../../../src/core/operations/restore';
import {
  planRetention,
  readRetention,
  writeRetention,
} from '../../../src/core/operations/retention';
import type { HostedRestorePlan, PlanLine, RestorePlan } from '../../../src/core/plan';
import type {
  HostedAdapter,
  HostedBackups,
  HostedRestoreLines,
  HostedRetention,
} from '../../../src/core/ports';
import type { RetentionPlan, RetentionSettings } from '../../../src/core/retention/settings';
import { createEncryptor } from '../../../src/snapshots/openpgp';
import { openActivityFolder } from '../../../src/stores/activityFolder';
import { openFolderVault } from '../../../src/vaults/folder/folderVault';
import { coreContext, fails, letters, lettersSystem } from './fakes';

const kept: HostedBackup = {
  id: 'one',
  name: 'nightly',
  group: 'main',
  state: 'ready',
  stateText: 'READY',
  restore: true,
  created: '2026-11-20T12:00:00Z',
  facts: [],
};
const told: PlanLine = { severity: 'info', code: 'p.restarts', title: 'It restarts' };
const warned: PlanLine = { ...told, severity: 'warning' };
const blocker: PlanLine = {
  severity: 'blocker',
  code: 'p.busy',
  title: 'It is busy',
  detail: 'Wait for it.',
};

const settings: RetentionSettings = { kinds: [], editable: true };
const retentionPlan: RetentionPlan = {
  change: { kind: 'production', policy: { schedules: [] } },
  before: 'a',
  after: 'b',
  request: 'PATCH /settings',
  items: [],
  fingerprint: 'f',
};

/** A platform that keeps its backups itself. */
class Platform implements HostedAdapter {
  held: HostedBackup = kept;
  lines: Partial<HostedRestoreLines> = { items: [told] };
  removal: PlanLine[] = [];
  policy: Partial<RetentionPlan> = {};
  left: string[] = [];
  /** What was asked of it, in order. */
  readonly calls: string[] = [];
  readonly asked: unknown[] = [];
  /** Done in the middle of a restore. */
  during: () => Promise<void> | void = () => undefined;
  missing: readonly (keyof HostedBackups)[] = [];

  status = () => Promise.reject(new Error('Not asked here.'));
  inventory = () => Promise.resolve({ counts: {} });
  close = () => Promise.resolve();
  interrupted = () => Promise.resolve(this.left);
  resume = () => {
    this.calls.push('resume');
    this.left = [];
    return Promise.resolve(['Looked after.']);
  };
  planBackup: NonNullable<HostedAdapter['planBackup']> = (request) => {
    this.note('planBackup', request);
    return Promise.resolve({ items: [told] });
  };
  retention = (): HostedRetention => ({
    read: () => Promise.resolve(settings),
    plan: (change) => Promise.resolve({ ...retentionPlan, change, ...this.policy }),
    write: (plan) => {
      this.note('write', plan);
      return Promise.resolve(settings);
    },
  });
  hosted = (): HostedBackups => {
    const all: HostedBackups = {
      list: () => Promise.resolve({ backups: [this.held], warnings: ['One was not reached.'] }),
      create: (request, { progress }) => {
        this.note('create', request);
        progress({ phase: 'Making it', done: 50, unit: 'percent' });
        return Promise.resolve({ ...kept, id: 'made', name: 'made' });
      },
      planRestore: (request) => {
        this.note('planRestore', request);
        return Promise.resolve({ backup: this.held, items: [], ...this.lines });
      },
      restore: async (request) => {
        this.note('restore', request);
        await this.during();
        return { ...this.held, stateText: 'RESTORED' };
      },
      planRemove: (ref) => {
        this.note('planRemove', ref);
        return Promise.resolve({ backup: this.held, items: this.removal });
      },
      remove: (ref) => {
        this.note('remove', ref);
        return Promise.resolve();
      },
    };
    return Object.fromEntries(
      Object.entries(all).filter(([name]) => !this.missing.includes(name as keyof HostedBackups)),
    ) as unknown as HostedBackups;
  };

  private note(name: string, request: unknown): void {
    this.calls.push(name);
    this.asked.push(request);
  }
}

describe('backups that a platform keeps', () => {
  let folder: string;
  let platform: Platform;
  let parts: ClusterParts;
  let context: ReturnType<typeof coreContext>;
  const ref = { id: 'one', group: 'main' };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cluster-backup-hosted-'));
    platform = new Platform();
    context = coreContext();
    parts = {
      name: 'prod',
      definition: lettersSystem({
        storage: 'hosted',
        modes: [
          { id: 'consistent', title: '', description: '', hosted: true },
          { id: 'live', title: '', description: '', hosted: true },
          { id: 'export', title: '', description: '' },
        ],
        exports: { title: 'Export', plural: 'Exports' },
      }),
      adapter: platform,
      vault: openFolderVault({ folder, clock: context.clock, log: context.log }),
      format: letters,
      encryptor: createEncryptor(),
      encryption: { kind: 'none' },
      decryption: {},
    };
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const plan = (safetyBackup = true) =>
    planHostedRestore(parts, { ref, choices: { answers: { a: 'b' } }, safetyBackup }, context);
  const run = (made: HostedRestorePlan) => restoreHosted(parts, { plan: made }, context);
  const isFree = async () => (await parts.vault.lock('prod', 'test')).release();
  /** Everything that changes something, while somebody else works on the cluster. */
  const refusedWhileLocked = async (attempt: () => Promise<unknown>) => {
    const before = [...platform.calls];
    const held = await parts.vault.lock('prod', 'backup');
    await fails(attempt(), 'vault.locked', /prod/);
    assert.deepEqual(platform.calls, before);
    await held.release();
  };

  describe('made', () => {
    it('in the first mode that stays there, with what was asked for', async () => {
      const made = await createHosted(
        parts,
        { label: 'abc', on: 'main', answers: { a: 'b' } },
        context,
      );
      assert.equal(made.id, 'made');
      assert.deepEqual(platform.asked, [
        {
          mode: 'consistent',
          label: 'abc',
          scope: undefined,
          on: 'main',
          encryption: { kind: 'none' },
          answers: { a: 'b' },
        },
      ]);
      await isFree();
    });

    it('not in a mode that comes into the vault, nor with a label that is none', async () => {
      await fails(
        createHosted(parts, { mode: 'export' }, context),
        'core.unsupported',
        /comes into the vault/,
      );
      await fails(createHosted(parts, { label: 'a b' }, context), 'core.badLabel');
      await fails(
        backUp(parts, { mode: 'live', origin: { kind: 'manual' } }, context),
        'core.unsupported',
        /stays on the platform's side/,
      );
      assert.deepEqual(platform.calls, []);
    });

    it('by nobody while somebody works on the cluster', () =>
      refusedWhileLocked(() => createHosted(parts, {}, context)));

    it('after what an interrupted run left is finished', async () => {
      platform.left = ['something'];
      await createHosted(parts, {}, context);
      assert.deepEqual(platform.calls, ['resume', 'create']);
    });

    it('as its plan said, with the same answers', async () => {
      const { items } = await planBackup(parts, { on: 'main', answers: { a: 'b' } }, context);
      assert.deepEqual(items, [told]);
      const { mode, on, answers } = platform.asked[0] as Record<string, unknown>;
      assert.deepEqual(
        { mode, on, answers },
        { mode: 'consistent', on: 'main', answers: { a: 'b' } },
      );
    });
  });

  it('are listed with what may be missing', async () => {
    const { backups, warnings } = await listHosted(parts, context);
    assert.deepEqual(backups, [kept]);
    assert.deepEqual(warnings, ['One was not reached.']);
  });

  describe('restored', () => {
    it('after a backup of the present state, and by what was asked for', async () => {
      platform.lines.safety = { mode: 'live', on: 'main', label: 'before-restore' };
      const made = await plan();
      assert.equal(made.possible, true);
      assert.equal(made.safetyBackup, true);
      assert.deepEqual(made.backup, kept);
      const result = await run(made);
      assert.deepEqual(platform.calls, ['planRestore', 'planRestore', 'create', 'restore']);
      assert.deepEqual(platform.asked[2], platform.lines.safety);
      const asked = { ref, choices: { answers: { a: 'b' } }, safetyBackup: true };
      assert.deepEqual(platform.asked[3], asked);
      assert.equal(result.safetyBackup, 'made');
      assert.equal(result.backup.stateText, 'RESTORED');
      assert.ok(
        context.updates.some(
          ({ phase, done }) => phase === 'Safety backup: Making it' && done === 50,
        ),
      );
      assert.deepEqual(await parts.vault.list('prod'), []);
      await isFree();
    });

    it('with a safety backup in the first mode that stays there, where no other is named', async () => {
      await run(await plan());
      assert.deepEqual(platform.asked[2], { mode: 'consistent' });
    });

    it('without one where none is wanted', async () => {
      const made = await plan(false);
      assert.equal(made.safetyBackup, false);
      assert.equal((await run(made)).safetyBackup, undefined);
      assert.deepEqual(platform.calls, ['planRestore', 'planRestore', 'restore']);
    });

    it('without one where there can be none, and the plan says why', async () => {
      platform.lines.noSafetyBackup = 'The environment is off.';
      const made = await plan();
      assert.equal(made.safetyBackup, false);
      assert.equal(made.noSafetyBackup, 'The environment is off.');
      await run(made);
      assert.ok(!platform.calls.includes('create'));
    });

    it('not where the plan promised a safety backup and none can be made any more', async () => {
      const made = await plan();
      platform.lines.noSafetyBackup = 'It would take the place of the one to be restored.';
      await fails(run(made), 'core.planChanged', /would take the place/);
      assert.ok(!platform.calls.includes('restore'));
    });

    it('not once the safety backup failed', async () => {
      const made = await plan();
      const hosted = platform.hosted;
      platform.hosted = () => ({
        ...hosted(),
        create: () => Promise.reject(coreErrors.unsupported({ message: 'No room.' })),
      });
      await fails(run(made), 'core.unsupported', /No room/);
      assert.ok(!platform.calls.includes('restore'));
      await isFree();
    });

    it('by nobody while somebody works on the cluster', async () => {
      const made = await plan();
      await refusedWhileLocked(() => run(made));
    });

    it('while nobody else can work on the cluster', async () => {
      let locked = false;
      platform.during = async () => {
        await fails(parts.vault.lock('prod', 'another'), 'vault.locked');
        locked = true;
      };
      await run(await plan());
      assert.ok(locked);
    });

    const changes: [what: string, change: (platform: Platform) => void][] = [
      ['it is another backup', (p) => (p.held = { ...kept, created: '2026-11-21T12:00:00Z' })],
      ['it has another size', (p) => (p.held = { ...kept, bytes: 12 })],
      ['there is a new warning', (p) => (p.lines.items = [told, { ...warned, code: 'p.new' }])],
      ['what was told became a warning', (p) => (p.lines.items = [warned])],
      ['something blocks', (p) => (p.lines.items = [told, blocker])],
    ];
    for (const [what, change] of changes) {
      it(`not where ${what} since the plan was made`, async () => {
        const made = await plan();
        change(platform);
        await fails(run(made), 'core.planChanged', /[Nn]othing was changed/);
        assert.deepEqual(platform.calls, ['planRestore', 'planRestore']);
        await isFree();
      });
    }

    it('also where only its state is told otherwise, or a warning is gone', async () => {
      platform.lines.items = [warned];
      const made = await plan();
      platform.held = { ...kept, facts: [['Deployment', 'x']] };
      platform.lines.items = [];
      await run(made);
      assert.ok(platform.calls.includes('restore'));
    });

    it('not where the plan is blocked, or another cluster’s', async () => {
      platform.lines.items = [blocker];
      const made = await plan();
      assert.equal(made.possible, false);
      const error = await fails(run(made), 'core.notRestorable', /nightly: It is busy/);
      assert.equal(error.next, 'Wait for it.');
      await fails(run({ ...made, cluster: 'stage' }), 'core.planChanged', /"stage"/);
      assert.deepEqual(platform.calls, ['planRestore']);
    });

    it('names the backup of the state before where it fails', async () => {
      const made = await plan();
      platform.during = () => {
        throw coreErrors.unexpected({ message: 'It broke.', next: 'Look there.' });
      };
      const error = await fails(run(made), 'core.unexpected', /It broke/);
      assert.equal(
        error.next,
        "Look there. The state before is backup made, on the platform's side.",
      );
      await isFree();
      const bare = await fails(run(await plan(false)), 'core.unexpected');
      assert.equal(bare.next, 'Look there.');
    });

    it('ends when the person cancels, and says so', async () => {
      const made = await plan();
      const stop = new AbortController();
      platform.during = () => {
        stop.abort();
        throw coreErrors.cancelled({ message: 'Cancelled.', next: 'It goes on by itself.' });
      };
      const attempt = restoreHosted(parts, { plan: made }, { ...context, signal: stop.signal });
      const error = await fails(attempt, 'core.cancelled');
      assert.match(error.next, /^It goes on by itself\. The state before is backup made/);
      await isFree();
    });

    it('not at all once cancelled during the safety backup', async () => {
      const made = await plan();
      const stop = new AbortController();
      const hosted = platform.hosted;
      platform.hosted = () => ({
        ...hosted(),
        create: () => {
          stop.abort();
          return Promise.resolve({ ...kept, id: 'made' });
        },
      });
      const attempt = restoreHosted(parts, { plan: made }, { ...context, signal: stop.signal });
      await fails(attempt, 'core.cancelled');
      assert.ok(!platform.calls.includes('restore'));
    });

    it('and told of in the journal, whatever becomes of it', async () => {
      const journal = openActivityFolder({ folder: join(folder, 'journal'), clock: context.clock });
      const activity = {
        kind: 'restore',
        cluster: 'prod',
        by: 'test',
        subject: kept.name,
      } as const;
      const told = (made: HostedRestorePlan) =>
        recorded(journal, activity, ['hush'], context, (c) =>
          restoreHosted(parts, { plan: made }, c),
        );
      await told(await plan());
      const made = await plan();
      platform.lines.items = [warned];
      await fails(told(made), 'core.planChanged');
      const [second, first] = await journal.list();
      assert.equal(first?.state, 'done');
      assert.equal(first.subject, 'nightly');
      assert.match(await journal.log(first.id), /The state before is backup made/);
      assert.equal(second?.state, 'refused');
      assert.equal(second.error?.code, 'core.planChanged');
    });
  });

  describe('deleted', () => {
    it('by its id and group, after another look', async () => {
      const made = await planHostedRemove(parts, ref, context);
      await removeHosted(parts, { plan: made }, context);
      assert.deepEqual(platform.calls, ['planRemove', 'planRemove', 'remove']);
      assert.deepEqual(platform.asked[2], ref);
      await isFree();
    });

    it('not where there is a warning that nobody has read', async () => {
      platform.removal = [told];
      const made = await planHostedRemove(parts, ref, context);
      platform.removal = [warned];
      await fails(removeHosted(parts, { plan: made }, context), 'core.planChanged');
      assert.ok(!platform.calls.includes('remove'));
      await isFree();
    });

    it('not where something blocks', async () => {
      platform.removal = [blocker];
      const made = await planHostedRemove(parts, ref, context);
      const error = await fails(
        removeHosted(parts, { plan: made }, context),
        'core.notRemovable',
        /nightly can't be deleted: It is busy/,
      );
      assert.equal(error.next, 'Wait for it.');
      assert.deepEqual(platform.calls, ['planRemove']);
    });

    it('by nobody while somebody works on the cluster', async () => {
      const made = await planHostedRemove(parts, ref, context);
      await refusedWhileLocked(() => removeHosted(parts, { plan: made }, context));
    });
  });

  describe('kept as long as the platform says', () => {
    it('is read and planned while others work, and written while nobody does', async () => {
      const held = await parts.vault.lock('prod', 'backup');
      assert.deepEqual(await readRetention(parts, context), settings);
      const change = { kind: 'staging', policy: { schedules: [] } };
      const made = await planRetention(parts, change, context);
      assert.deepEqual(made.change, change);
      await held.release();
      await refusedWhileLocked(() => writeRetention(parts, made, context));
      assert.deepEqual(await writeRetention(parts, made, context), settings);
      assert.deepEqual(platform.asked, [made]);
      await isFree();
    });

    const changes: [what: string, now: Partial<RetentionPlan>][] = [
      ['the settings are others', { fingerprint: 'g' }],
      ['another request would be sent', { request: 'PATCH /other' }],
      ['a backup would go that nobody knew of', { items: [warned] }],
    ];
    for (const [what, now] of changes) {
      it(`is not written where ${what} since the plan was made`, async () => {
        platform.policy = { items: [told] };
        const made = await planRetention(parts, retentionPlan.change, context);
        platform.policy = { items: [told], ...now };
        await fails(writeRetention(parts, made, context), 'core.planChanged');
        assert.deepEqual(platform.calls, []);
        await isFree();
      });
    }

    it('is not written where the plan is blocked', async () => {
      platform.policy = { items: [blocker] };
      const made = await planRetention(parts, retentionPlan.change, context);
      await fails(writeRetention(parts, made, context), 'core.badRetention', /It is busy/);
      assert.deepEqual(platform.calls, []);
      await isFree();
    });
  });

  describe('of a platform that can’t do it', () => {
    it('are refused as unsupported, before anything is changed', async () => {
      const made = await plan();
      const removal = await planHostedRemove(parts, ref, context);
      platform.calls.length = 0;
      platform.missing = ['restore', 'remove'];
      await fails(run(made), 'core.unsupported');
      await fails(removeHosted(parts, { plan: removal }, context), 'core.unsupported');
      assert.deepEqual(platform.calls, ['planRestore', 'planRemove']);
      platform.missing = ['planRestore', 'planRemove'];
      await fails(plan(), 'core.unsupported', /Letters/);
      await fails(planHostedRemove(parts, ref, context), 'core.unsupported');
      await fails(
        fetchHosted(parts, { id: 'one', origin: { kind: 'manual' } }, context),
        'core.unsupported',
      );
      await isFree();
    });

    it('are refused where the system keeps none, and has no retention', async () => {
      const { status, inventory, close } = platform;
      parts = { ...parts, adapter: { status, inventory, close } as unknown as HostedAdapter };
      await fails(
        Promise.resolve().then(() => listHosted(parts, context)),
        'core.unsupported',
      );
      await fails(createHosted(parts, {}, context), 'core.unsupported');
      await fails(writeRetention(parts, retentionPlan, context), 'core.unsupported', /how long/);
      await isFree();
    });
  });

  it('leave nothing in the vault that could be restored: exports are for looking', async () => {
    const source = {
      name: 'x.letters',
      size: 3,
      open: () => Promise.reject(new Error('Not read.')),
    };
    const attempt = planRestore(source, parts, { safetyBackup: false }, context);
    await fails(attempt, 'core.unsupported', /^Exports of Letters .* nothing restores them/);
    const made = { cluster: 'prod', possible: true, items: [] } as unknown as RestorePlan;
    await fails(restore(source, parts, { plan: made }, context), 'core.unsupported');
    await isFree();
  });
});
