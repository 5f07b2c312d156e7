import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { commands } from '../../../src/ids';
import type { Services } from '../../../src/vscode/services';
import type { ClusterEntry } from '../../../src/vscode/store/clusterStore';
import { ClusterTree } from '../../../src/vscode/tree/clusterTree';
import { editorUi } from '../../../src/vscode/ui';
import {
  activatedServices,
  answering,
  configure,
  unconfigure,
  until,
  workspaceFolder,
} from '../../support/host/services';
import { layDown } from '../../support/host/vaultBackups';
import type { LaidDown } from '../../support/host/vaultBackups';

const HOUR = 3_600_000;
const schedule = { kind: 'schedule', schedule: '1h' } as const;

describe('A policy in the editor', () => {
  let services: Services;
  let tree: ClusterTree;
  const vault = () => join(workspaceFolder(), 'vault');
  const ago = (hours: number) => new Date(Date.now() - hours * HOUR);
  const lay = (of: Partial<LaidDown> & { hours: number }) =>
    layDown(vault(), 'prod', { created: ago(of.hours), check: 'ok', ...of });
  // Nothing listens there: what is told of the backups does not hang on the cluster.
  const cluster = (policy?: unknown) => ({
    system: 'consul',
    address: 'http://127.0.0.1:9',
    vault: './vault',
    ...(policy === undefined ? {} : { policy }),
  });
  const entry = (): ClusterEntry => {
    const [first] = services.store.entries;
    assert.ok(first);
    return first;
  };
  const text = () => services.statusBar.item.text;
  const tooltip = (item: { tooltip?: unknown }) => (item.tooltip as vscode.MarkdownString).value;
  const row = (id: string) => {
    const backup = entry().backups.find((b) => b.manifest.id === id);
    assert.ok(backup);
    return { kind: 'backup', entry: entry(), backup } as const;
  };

  before(async () => {
    services = await activatedServices();
    tree = new ClusterTree(services.store, services.contents, services.hosted, services.standings);
  });
  after(() => tree.dispose());
  afterEach(async () => {
    services.ui = editorUi;
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await unconfigure(services);
    await rm(vault(), { recursive: true, force: true });
  });

  describe('The item in the status bar', () => {
    it('is hidden without clusters', async () => {
      await unconfigure(services);
      assert.equal(services.statusBar.shown, false);
    });

    it('tells of a missed backup, in words, in its tooltip and to screen readers', async () => {
      await lay({ hours: 5, origin: schedule });
      await configure(services, {
        clusters: {
          prod_1: cluster(),
          prod: cluster({ schedules: [{ interval: '1h', count: 3 }] }),
        },
      });
      await until('both are told of', () => text() === '$(error) 2 clusters need a look');
      const { item } = services.statusBar;
      assert.equal(
        (item.backgroundColor as vscode.ThemeColor & { id: string }).id,
        'statusBarItem.errorBackground',
      );
      const shown = tooltip(item);
      // The worst one first, and names are no markup.
      assert.match(shown, /prod \| backup missed[^]*prod\\_1 \| not reachable/);
      assert.match(shown, /5 h ago/);
      assert.match(
        item.accessibilityInformation?.label ?? '',
        /prod: backup missed.*newest good backup 5 h ago/,
      );
    });

    it('is well again with the next backup', async () => {
      await lay({ hours: 5, origin: schedule });
      const policy = { schedules: [{ interval: '1h', count: 3 }] };
      await configure(services, { clusters: { prod: cluster(policy) } });
      const codes = () => services.standings.of(entry()).lines.map(({ code }) => code);
      await until('it is missed', () => codes().includes('missed'));
      await lay({ hours: 0, origin: schedule });
      await until('it is well', () => !codes().includes('missed'));
    });

    it('leads to the view, and to the cluster that stands worst', async () => {
      await lay({ hours: 5, origin: schedule });
      await configure(services, {
        clusters: {
          other: cluster(),
          prod: cluster({ schedules: [{ interval: '1h', count: 3 }] }),
        },
      });
      await until('it is told', () => text().startsWith('$(error)'));
      assert.equal(services.statusBar.item.command, commands.showState);
      const { reveal } = services;
      const revealed: string[] = [];
      services.reveal = async (one) => {
        // The view itself says so where it does not know the row.
        await reveal(one);
        revealed.push(one.config.name);
      };
      try {
        await vscode.commands.executeCommand(commands.showState);
      } finally {
        services.reveal = reveal;
      }
      assert.deepEqual(revealed, ['prod']);
    });
  });

  describe('Pins', () => {
    it('are set and taken back, and held against the policy', async () => {
      const old = await lay({ hours: 30 });
      await lay({ hours: 1 });
      await configure(services, { clusters: { prod: cluster({ manualCount: 1 }) } });
      const item = () => tree.getTreeItem(row(old.id));
      assert.match(String(item().description), /goes with the next pruning/);
      assert.match(item().contextValue ?? '', /\+unpinned/);

      let ui = answering({});
      services.ui = ui;
      await vscode.commands.executeCommand(commands.pinBackup, row(old.id));
      assert.match(ui.told.join(), /is pinned: no policy deletes it/);
      // The file was written just now: it may be read once more meanwhile, and the list after it.
      await until('its row says so', () => /pinned/.test(String(item().description)));
      assert.match(item().contextValue ?? '', /\+pinned/);
      assert.equal((item().iconPath as vscode.ThemeIcon).id, 'pinned');
      assert.match(tooltip(item()), /Held/);

      ui = answering({});
      services.ui = ui;
      await vscode.commands.executeCommand(commands.unpinBackup, row(old.id));
      assert.match(ui.told.join(), /pinned no longer. The policy lets go of it now/);
      await until('it is no more', () => row(old.id).backup.manifest.pin === undefined);
    });
  });

  describe('Prune…', () => {
    const ids = () => entry().backups.map(({ manifest }) => manifest.id);

    it('shows what goes with its reasons, and deletes just that once it is confirmed', async () => {
      const [a, b, c] = [
        await lay({ hours: 50, label: 'first' }),
        await lay({ hours: 40 }),
        await lay({ hours: 1 }),
      ];
      await configure(services, { clusters: { prod: cluster({ manualCount: 1 }) } });
      // Nothing goes unasked.
      let ui = answering({ ticks: [undefined], decisions: [undefined] });
      services.ui = ui;
      await vscode.commands.executeCommand(commands.pruneCluster, { entry: entry() });
      assert.match(ui.asked.join(), /Delete 2 backups of cluster "prod"\?[^]*bytes?|B become free/);
      assert.deepEqual(ids(), [c.id, b.id, a.id]);
      // What is unticked stays.
      ui = answering({ ticks: [['first']], decisions: ['Delete 1 Backup'] });
      services.ui = ui;
      await vscode.commands.executeCommand(commands.pruneCluster, { entry: entry() });
      assert.match(ui.told.join(), /Deleted 1 backup of cluster "prod"/);
      assert.deepEqual(ids(), [c.id, b.id]);
      const [activity] = await services.journal.list();
      assert.equal(activity?.kind, 'prune');
      assert.equal(activity.scheduled, undefined);
    });

    it('shows the whole plan as a document', async () => {
      await lay({ hours: 50, label: 'first' });
      await lay({ hours: 1 });
      await configure(services, { clusters: { prod: cluster({ manualCount: 1 }) } });
      services.ui = answering({ ticks: [undefined], decisions: ['Show Plan'] });
      await vscode.commands.executeCommand(commands.pruneCluster, { entry: entry() });
      const shown = vscode.window.activeTextEditor?.document.getText() ?? '';
      assert.match(shown, /1 backup of 2 go/);
      assert.match(shown, /goes .*first/);
      assert.match(shown, /stays /);
      assert.equal(ids().length, 2);
    });

    it('says why nothing goes, and what to do', async () => {
      await lay({ hours: 50 });
      await lay({ hours: 49 });
      await lay({ hours: 1, check: 'damaged' });
      await configure(services, { clusters: { prod: cluster({ manualCount: 0 }) } });
      const ui = answering({});
      services.ui = ui;
      await vscode.commands.executeCommand(commands.pruneCluster, { entry: entry() });
      assert.match(
        ui.told.join(),
        /Nothing of cluster "prod" is pruned for now.*damaged.*\[Show Plan\]/,
      );
      assert.equal(ids().length, 3);
    });

    it('tells where there is no policy', async () => {
      await configure(services, { clusters: { prod: cluster() } });
      const ui = answering({});
      services.ui = ui;
      await vscode.commands.executeCommand(commands.pruneCluster, { entry: entry() });
      assert.match(ui.told.join(), /no policy/);
    });
  });

  describe('Rows', () => {
    it('say who made a backup, what holds it, and that its check is overdue', async () => {
      const made = await lay({ hours: 48, origin: schedule });
      const policy = {
        schedules: [{ interval: '1h', count: 3 }],
        verify: { every: '1d' },
      };
      await configure(services, { clusters: { prod: cluster(policy) } });
      const item = tree.getTreeItem(row(made.id));
      assert.match(String(item.description), /check overdue.*schedule 1h/);
      assert.match(tooltip(item), /Made by \| schedule 1h/);
      assert.match(tooltip(item), /Held \| /);
      assert.match(item.contextValue ?? '', /\+overdue/);
      const head = tree.getTreeItem({ kind: 'cluster', entry: entry() });
      assert.match(
        String(head.description),
        /backup missed, check overdue|backup missed · check overdue/,
      );
      assert.match(tooltip(head), /Policy \| every hour, the newest 3[^]*Next backup/);
      assert.match(head.contextValue ?? '', /\+prunes/);
    });
  });
});
