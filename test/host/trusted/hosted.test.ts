import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Operations } from '../../../src/compose/operations';
import { coreErrors } from '../../../src/core/errors';
import type { ContentsItem, HostedBackup } from '../../../src/core/model';
import type { HostedRestorePlan } from '../../../src/core/plan';
import type { BackupPlan } from '../../../src/core/ports';
import { commands } from '../../../src/ids';
import { openHosted } from '../../../src/vscode/commands/openHosted';
import { restoreHosted } from '../../../src/vscode/commands/restoreHosted';
import { receiveFromHostedPage, shownOnHostedPage } from '../../../src/vscode/panels/hostedPanel';
import { receiveFromPage, shownOnPage } from '../../../src/vscode/panels/restorePlanPanel';
import type { Services } from '../../../src/vscode/services';
import { timeText } from '../../../src/vscode/text';
import { ClusterTree } from '../../../src/vscode/tree/clusterTree';
import type { ClusterTreeNode } from '../../../src/vscode/tree/nodes';
import { editorUi } from '../../../src/vscode/ui';
import type { Answers } from '../../support/host/services';
import {
  activatedServices,
  answering,
  configure,
  unconfigure,
  until,
  workspaceFolder,
} from '../../support/host/services';

type Fakes = { [M in keyof Operations]?: (params: Parameters<Operations[M]>[0]) => unknown };

const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();

function kept(id: string, more: Partial<HostedBackup> = {}): HostedBackup {
  return {
    id,
    name: id,
    group: 'main',
    state: 'ready',
    stateText: 'CREATED',
    restore: true,
    automated: false,
    created: hoursAgo(2),
    where: 'main',
    facts: [['Commit', 'c0ffee']],
    ...more,
  };
}

const newest = kept('newest');
const going = kept('going', {
  created: hoursAgo(1),
  state: 'deleting',
  stateText: 'DELETING',
  restore: 'It is being deleted.',
  automated: true,
});
const feature = kept('feature-1', { group: 'feature/x', created: hoursAgo(30) });

const broken = kept('nightly-1', {
  group: undefined as never,
  state: 'failed',
  stateText: 'STATUS_ERROR',
  restore: 'It failed.',
  error: 'no leader',
  parts: [
    { name: 'marathon', state: 'failed', stateText: 'STATUS_ERROR', error: 'no leader' },
    { name: 'mesos', state: 'ready', stateText: 'STATUS_READY' },
  ],
  restores: [
    {
      state: 'ready',
      stateText: 'STATUS_READY',
      at: hoursAgo(5),
      parts: [{ name: 'marathon', state: 'ready', stateText: 'STATUS_READY' }],
    },
  ],
});

const target = (value: string) => ({
  answer: 'target',
  title: 'Restore to which environment?',
  value,
  options: ['main', 'feature/x'].map((id) => ({ value: id, label: id })),
});

function planned(more: Partial<HostedRestorePlan> = {}): HostedRestorePlan {
  const { choices = {} } = more;
  const to = choices.answers?.['target'] ?? 'main';
  return {
    cluster: 'shop',
    system: 'upsun',
    backup: newest,
    items: [
      { severity: 'info', code: 'x.target', title: `It goes to ${to}`, questions: [target(to)] },
      {
        severity: 'warning',
        code: 'x.replaces',
        title: `All of ${to} is replaced`,
        destructive: true,
      },
    ],
    choices,
    possible: true,
    safetyBackup: true,
    fingerprint: 'x',
    ...more,
  };
}

describe('Backups on a platform’s own side, in the editor', function () {
  this.timeout(180_000);
  let services: Services;
  let tree: ClusterTree;
  let call: Services['client']['call'];
  let fakes: Fakes;
  let clusters = 0;
  let called: { method: string; params: Record<string, unknown> }[];

  before(async () => {
    services = await activatedServices();
    call = services.client.call.bind(services.client);
  });

  beforeEach(async () => {
    called = [];
    fakes = {
      status: () => ({ health: 'healthy', servers: [], warnings: [] }),
      resume: () => [],
      listHosted: () => ({ backups: [going, newest, feature], warnings: [] }),
      planBackup: () => ({ items: [] }),
      createHosted: () => newest,
      planHostedRestore: ({ choices, safetyBackup }) =>
        planned({ choices: choices ?? {}, safetyBackup }),
      restoreHosted: () => ({ backup: newest, safetyBackup: 'before-1' }),
      planHostedRemove: () => ({
        backup: newest,
        items: [{ severity: 'warning', code: 'x.last', title: 'It is the newest of main' }],
      }),
      removeHosted: () => undefined,
    };
    services.client.call = ((method: keyof Operations, params: never, ...rest: never[]) => {
      const fake = fakes[method] as ((params: unknown) => unknown) | undefined;
      if (fake === undefined) return call(method, params, ...rest);
      called.push({ method, params });
      return new Promise<never>((resolve) => resolve(fake(params) as never));
    }) as Services['client']['call'];
    tree = new ClusterTree(services.store, services.contents, services.hosted, services.standings);
    // What was known of one before is not known of this one.
    const which = ++clusters;
    process.env['UPSUN_CLI_TOKEN'] = 'of the test';
    await configure(services, {
      clusters: {
        shop: {
          system: 'upsun',
          token: { env: 'UPSUN_CLI_TOKEN' },
          project: `project${which}`,
          apiAddress: 'http://127.0.0.1:1',
          authAddress: 'http://127.0.0.1:1',
        },
        masters: {
          system: 'dcos',
          address: `http://127.0.0.1:1/${which}`,
          vault: './vault',
        },
      },
    });
  });
  afterEach(async () => {
    tree.dispose();
    services.ui = editorUi;
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await unconfigure(services);
    services.client.call = call;
    await rm(join(workspaceFolder(), 'vault'), { recursive: true, force: true });
  });

  const entry = (name = 'shop') => {
    const found = services.store.entries.find(({ config }) => config.name === name);
    assert.ok(found, `no cluster ${name}: ${JSON.stringify(services.store.problems)}`);
    return found;
  };
  const clusterNode = (name = 'shop'): ClusterTreeNode => {
    const node = tree
      .getChildren()
      .find((n) => n.kind === 'cluster' && n.entry.config.name === name);
    assert.ok(node);
    return node;
  };
  const group = (name = 'shop') => {
    const node = tree.getChildren(clusterNode(name)).find(({ kind }) => kind === 'hostedGroup');
    assert.ok(node);
    return node;
  };
  const listed = async (name = 'shop') => {
    tree.getChildren(group(name));
    await until('the list', () => services.hosted.of(entry(name)).backups !== undefined);
    return tree.getChildren(group(name));
  };
  const item = (node: ClusterTreeNode | undefined) => {
    assert.ok(node);
    return tree.getTreeItem(node);
  };
  const label = (node: ClusterTreeNode | undefined) => item(node).label as string;
  const ran = (method: string) => called.filter((one) => one.method === method);
  const run = async (command: string, answers: Answers, argument?: unknown) => {
    const ui = answering(answers);
    services.ui = ui;
    await vscode.commands.executeCommand(command, argument);
    return ui;
  };

  describe('in the tree', () => {
    it('stand under what they are of, with the age of the newest that can be restored', async () => {
      const rows = await listed();
      assert.deepEqual(
        rows.map(({ kind }) => kind),
        ['note', 'hostedHeading', 'hostedHeading'],
      );
      const [about, x, main] = rows;
      assert.match(label(about), /Git does not change/);
      assert.deepEqual([item(x).label, item(main).label], ['feature/x', 'main']);
      assert.match(String(item(main).description), /^2 · newest restorable 2 h ago$/);
      assert.match(
        item(main).accessibilityInformation?.label ?? '',
        /^Environment main, 2, newest/,
      );
      assert.ok(main);
      const backups = tree.getChildren(main).map((node) => item(node));
      assert.deepEqual(
        backups.map(({ description }) => description),
        ['being deleted · 1 h ago · automated · going', 'ready · 2 h ago · manual · newest'],
      );
      assert.deepEqual(
        backups.map(({ contextValue }) => contextValue),
        ['hosted+deleting', 'hosted+ready+removable+restorable'],
      );
      assert.equal(backups[1]?.command?.command, commands.openHosted);
      const { value } = backups[0]?.tooltip as vscode.MarkdownString;
      assert.match(value, /It is being deleted/);
      assert.match(value, /c0ffee/);
    });

    it('have no vault where nothing comes into one, and tell of the newest in the cluster’s row', async () => {
      assert.deepEqual(
        tree.getChildren(clusterNode()).filter(({ kind }) => kind === 'backups'),
        [],
      );
      await listed();
      const row = item(clusterNode());
      assert.match(String(row.description), / · backup 2 h ago · /);
      assert.match(row.contextValue ?? '', /restoresHosted/);
      assert.doesNotMatch(row.contextValue ?? '', /restores(\+|$)/);
      assert.doesNotMatch((row.tooltip as vscode.MarkdownString).value, /Vault/);
    });

    it('call what only is an export so, and offer no restore of it', () => {
      const node = tree.getChildren(clusterNode('masters')).find(({ kind }) => kind === 'backups');
      const heading = item(node);
      assert.equal(heading.label, 'Exports in the Vault');
      assert.equal(heading.contextValue, 'backups');
      assert.match(label(tree.getChildren(node)[0]), /^No export yet$/);
      const manifest = { id: 'e1', label: 'weekly', cluster: 'masters', bytes: 10, file: 'e.gz' };
      const rest = {
        created: hoursAgo(1),
        encryption: { kind: 'none' },
        origin: { kind: 'manual' },
        system: {},
      };
      const backup = { manifest: { ...manifest, ...rest }, path: '/e.gz', state: 'present' };
      const row = item({ kind: 'backup', entry: entry('masters'), backup: backup as never });
      assert.equal(row.contextValue, 'backup+present');
      assert.match(row.accessibilityInformation?.label ?? '', /^Export weekly/);
      assert.match((row.tooltip as vscode.MarkdownString).value, /^\*\*Export weekly/);
    });

    it('show components and restores with their state in words', async () => {
      fakes.listHosted = () => ({ backups: [broken], warnings: ['staging could not be asked.'] });
      const rows = await listed('masters');
      assert.deepEqual(
        rows.map((node) => (node.kind === 'note' ? node.tone : node.kind)),
        ['info', 'warning', 'hosted'],
      );
      const node = rows[2];
      const children = tree.getChildren(node).map((child) => item(child));
      assert.deepEqual(
        children.map((child) => `${child.label as string}: ${String(child.description)}`),
        ['marathon: failed · no leader', 'mesos: ready', 'Restore of it: done · 5 h ago'],
      );
      const restore = tree.getChildren(node)[2];
      assert.deepEqual(
        tree.getChildren(restore).map((child) => item(child).label),
        ['marathon'],
      );
      const ids = [...children, ...tree.getChildren(restore).map((c) => item(c))].map((i) => i.id);
      assert.equal(new Set(ids).size, ids.length, ids.join());
    });

    it('come in pages where there are very many', async () => {
      const many = Array.from({ length: 450 }, (_, i) => kept(`b${i}`, { created: hoursAgo(i) }));
      fakes.listHosted = () => ({ backups: many, warnings: [] });
      const [, main] = await listed();
      const rows = tree.getChildren(main);
      assert.equal(rows.length, 202);
      assert.equal(item(rows[200]).label, 'Backups 201 to 400');
      assert.equal(tree.getChildren(rows[201]).length, 50);
    });
  });

  describe('are made', () => {
    const inactive = (agreed: boolean): BackupPlan => ({
      on: 'main',
      candidates: [
        { name: 'main', description: 'active' },
        { name: 'feature/x', description: 'inactive' },
      ],
      items: [
        {
          severity: agreed ? 'warning' : 'blocker',
          code: 'x.inactive',
          title: 'feature/x is inactive',
          questions: [
            {
              answer: 'activate',
              title: 'Activate it first?',
              options: [
                { value: 'yes', label: 'Yes' },
                { value: 'no', label: 'No' },
              ],
              action: 'Activate feature/x first',
            },
          ],
        },
      ],
    });

    it('of what was picked, after what the plan asks was answered, without a label where none is kept', async () => {
      fakes.planBackup = ({ on, answers }) =>
        on === 'feature/x'
          ? { ...inactive(answers?.['activate'] === 'yes'), on }
          : { ...inactive(true), items: [] };
      const ui = await run(
        commands.createBackup,
        { picks: ['Live', 'feature/x'], decisions: ['Activate feature/x first', 'Back Up'] },
        { entry: entry() },
      );
      assert.ok(ui.asked.includes('Which environment?'), ui.asked.join());
      const [made] = ran('createHosted');
      assert.deepEqual(
        [made?.params['mode'], made?.params['on'], made?.params['answers'], made?.params['label']],
        ['live', 'feature/x', { activate: 'yes' }, undefined],
      );
      assert.match(ui.told.join(), /Backed up shop as newest.*It lies on main, not in the vault/);
    });

    it('not where the answer is none', async () => {
      fakes.planBackup = () => ({ ...inactive(false), candidates: [] });
      const answers = { picks: ['Live'], decisions: [undefined] };
      await run(commands.createBackup, answers, { entry: entry() });
      assert.deepEqual(ran('createHosted'), []);
    });

    it('of the environment it was called on', async () => {
      const environment: ContentsItem = {
        id: 'environment/feature/x',
        kind: 'environment',
        name: 'feature/x',
        state: 'good',
        facts: [],
      };
      const node: ClusterTreeNode = {
        kind: 'item',
        entry: entry(),
        under: ['environments'],
        item: environment,
      };
      assert.match(item(node).contextValue ?? '', /takesBackup/);
      const ui = await run(commands.backUpHere, { picks: ['Consistent'] }, node);
      assert.equal(ran('createHosted')[0]?.params['on'], 'feature/x');
      assert.match(ui.told.join(), /Backed up feature\/x of shop/);
    });
  });

  describe('are restored', () => {
    // Not by the editor's command: the packaged code has pages of its own, which a test can't reach.
    const begin = (answers: Answers, dryRun = false) => {
      const ui = answering(answers);
      services.ui = ui;
      const done = restoreHosted(services, { entry: entry(), hosted: newest }, { dryRun });
      return { ui, done };
    };
    const page = () => shownOnPage('shop');

    it('by the plan that the page shows, with its answers, after one more question', async () => {
      const { ui, done } = begin({ confirm: true });
      await until('the page', () => page()?.state === 'planned');
      assert.equal(page()?.system, 'Upsun / Platform.sh');
      assert.match(page()?.covers ?? '', /Git does not change/);
      const choices = { answers: { target: 'feature/x' } };
      receiveFromPage('shop', { type: 'choose', edit: 1, choices, safetyBackup: false });
      await until('the other plan', () => page()?.state === 'planned' && page()?.edit === 1);
      const { params: wish } = ran('planHostedRestore').at(-1) ?? {};
      assert.deepEqual([wish?.['choices'], wish?.['safetyBackup']], [choices, false]);
      receiveFromPage('shop', { type: 'restore', edit: 1 });
      await done;
      const asked = ui.asked.join('\n');
      assert.match(asked, /Restore newest on the platform of cluster "shop"\?/);
      const [restored] = ran('restoreHosted');
      const plan = restored?.params['plan'] as HostedRestorePlan;
      assert.deepEqual([plan.choices, plan.safetyBackup], [choices, false]);
      assert.equal(page()?.outcome?.kind, 'done');
      assert.match(ui.told.join(), /Restored newest .* kept on the platform’s side as before-1/);
      await until('another look at the list', () => ran('listHosted').length > 0);
    });

    it('not where it is not confirmed, and can be chosen on', async () => {
      const { done } = begin({ confirm: false });
      await until('the page', () => page()?.state === 'planned');
      receiveFromPage('shop', { type: 'restore', edit: 0 });
      await until('the page again', () => page()?.outcome === undefined);
      assert.deepEqual(ran('restoreHosted'), []);
      receiveFromPage('shop', { type: 'close' });
      await done;
    });

    it('tell what failed on the page, which can plan again', async () => {
      fakes.restoreHosted = () => Promise.reject(coreErrors.unexpected({ message: 'It broke.' }));
      const { ui, done } = begin({ confirm: true });
      await until('the page', () => page()?.state === 'planned');
      receiveFromPage('shop', { type: 'restore', edit: 0 });
      await until('the failure', () => page()?.outcome?.kind === 'failed');
      assert.match(page()?.outcome?.message ?? '', /It broke\./);
      assert.match(ui.told.join(), /It broke\./);
      receiveFromPage('shop', { type: 'replan' });
      await until('the plan anew', () => page()?.outcome === undefined && page()?.edit === 1);
      receiveFromPage('shop', { type: 'close' });
      await done;
    });

    it('only in words for a dry run', async () => {
      await begin({}, true).done;
      assert.equal(page()?.dryRun, true);
      receiveFromPage('shop', { type: 'restore', edit: 0 });
      assert.deepEqual(ran('restoreHosted'), []);
    });

    it('from the palette, where only those are offered that can be', async () => {
      // Without names they are told apart by their time.
      const time = (backup: HostedBackup) => timeText(backup.created ?? '').slice(0, 16);
      await run(commands.planHosted, { picks: ['shop', time(newest)] });
      assert.deepEqual(ran('planHostedRestore')[0]?.params['ref'], { id: 'newest', group: 'main' });
      services.ui = answering({ picks: ['shop', time(going)] });
      const chosen = restoreHosted(services, undefined, { dryRun: true });
      await assert.rejects(chosen, new RegExp(`${time(going)} is not among .*${time(newest)}`));
    });
  });

  describe('are deleted', () => {
    it('after what has to be known was read, for good', async () => {
      const ui = await run(
        commands.deleteHosted,
        { decisions: [], confirm: true },
        { entry: entry(), hosted: newest },
      );
      assert.match(ui.asked.join(), /Delete newest on the platform of cluster "shop"\?/);
      assert.equal(ran('removeHosted').length, 1);
      assert.match(ui.told.join(), /Deleted newest/);
      await until('the list anew', () => ran('listHosted').length > 0);
    });

    it('not without a yes, and not where the platform does not let them be', async () => {
      const argument = { entry: entry(), hosted: newest };
      await run(commands.deleteHosted, { confirm: false }, argument);
      fakes.planHostedRemove = () => ({
        backup: newest,
        items: [{ severity: 'blocker', code: 'x.busy', title: 'It is being restored' }],
      });
      const ui = await run(commands.deleteHosted, {}, argument);
      assert.match(ui.told.join(), /It is being restored\..*editor\.deleteBlocked/);
      assert.deepEqual(ran('removeHosted'), []);
    });
  });

  describe('have a page each', () => {
    it('that follows the store, and says when it is gone', async () => {
      await listed();
      const { key } = entry();
      const shown = () => shownOnHostedPage(key, 'newest');
      await openHosted(services, { entry: entry(), hosted: newest });
      assert.deepEqual(shown()?.backup.facts, newest.facts);
      assert.deepEqual(shown()?.can, { restore: true, remove: true, fetch: false });
      assert.equal(shown()?.group, 'Environment');
      fakes.listHosted = () => ({ backups: [{ ...newest, state: 'restoring' }], warnings: [] });
      receiveFromHostedPage(key, 'newest', { type: 'refresh' });
      await until('the new state', () => shown()?.backup.state === 'restoring');
      fakes.listHosted = () => ({ backups: [feature], warnings: [] });
      receiveFromHostedPage(key, 'newest', { type: 'refresh' });
      await until('that it is gone', () => shown()?.gone === true);
      assert.equal(shown()?.backup.id, 'newest');
      services.ui = answering({});
      receiveFromHostedPage(key, 'newest', { type: 'copyId' });
      await until('the id', async () => (await vscode.env.clipboard.readText()) === 'newest');
    });
  });

  describe('Add Cluster', () => {
    const steps = { picks: ['Upsun', 'Upsun', 'variable UPSUN_CLI_TOKEN'] };

    it('offers what the platform has, with the answers so far, and no vault’s questions', async () => {
      fakes.setupOptions = ({ field }) => {
        const of: Record<string, string[]> = {
          organization: ['acme', 'globex'],
          project: ['p1', 'p2'],
          environments: ['main', 'staging', 'dev'],
        };
        return (of[field] ?? []).map((value) => ({ value, label: `The ${value}` }));
      };
      const ui = await run(commands.addCluster, {
        picks: [...steps.picks, 'The globex', 'The p2', /^\$\(folder\)/],
        ticks: [['The main', 'The dev']],
        inputs: ['added'],
      });
      assert.ok(!ui.asked.some((asked) => asked.includes('Encryption')), ui.asked.join());
      const asked = ran('setupOptions').map(({ params }) => {
        const { connected } = params['cluster'] as { connected: Record<string, unknown> };
        const { organization, project } = connected['connection'] as Record<string, unknown>;
        return [params['field'], organization, project, connected['secrets']];
      });
      const secrets = { token: 'of the test' };
      assert.deepEqual(asked, [
        ['organization', undefined, undefined, secrets],
        ['project', 'globex', undefined, secrets],
        ['environments', 'globex', 'p2', secrets],
      ]);
      const text = await readFile(join(workspaceFolder(), 'cluster-backup.jsonc'), 'utf8');
      const { clusters: written } = JSON.parse(text) as { clusters: Record<string, unknown> };
      assert.deepEqual(written['added'], {
        system: 'upsun',
        token: { env: 'UPSUN_CLI_TOKEN' },
        organization: 'globex',
        project: 'p2',
        environments: ['main', 'dev'],
      });
    });

    it('tries again, lets it be typed, and says where there is nothing', async () => {
      let tries = 0;
      fakes.setupOptions = ({ field }) => {
        if (field !== 'organization') return [];
        if (++tries === 1) throw coreErrors.unexpected({ message: 'No way through.' });
        return [];
      };
      const ui = await run(commands.addCluster, {
        picks: [
          ...steps.picks,
          'Try Again',
          'Leave It Out',
          'Type It by Hand',
          'Type It by Hand',
          /^\$\(folder\)/,
        ],
        inputs: ['p9', 'main, dev', 'typed'],
      });
      assert.equal(tries, 2);
      assert.match(ui.told.join(), /Added typed/);
      const text = await readFile(join(workspaceFolder(), 'cluster-backup.jsonc'), 'utf8');
      const { clusters: written } = JSON.parse(text) as { clusters: Record<string, unknown> };
      assert.deepEqual(written['typed'], {
        system: 'upsun',
        token: { env: 'UPSUN_CLI_TOKEN' },
        project: 'p9',
        environments: ['main', 'dev'],
      });
    });
  });
});
