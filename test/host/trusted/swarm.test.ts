import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { commands } from '../../../src/ids';
import type { RunningEngine } from '../../../src/sandbox/parts/dockerEngine';
import { ArchiveDocument } from '../../../src/vscode/editors/archiveDocument';
import { showDefinition } from '../../../src/vscode/editors/archivePanel';
import type { FileActions } from '../../../src/vscode/editors/fileActions';
import type { Services } from '../../../src/vscode/services';
import { ClusterTree } from '../../../src/vscode/tree/clusterTree';
import type { ClusterTreeNode, GroupNode, ItemNode } from '../../../src/vscode/tree/nodes';
import { editorUi } from '../../../src/vscode/ui';
import {
  activatedServices,
  answering,
  configure,
  unconfigure,
  until,
  workspaceFolder,
} from '../../support/host/services';
import { startShop } from '../../support/swarm/shopWindow';

const actions: FileActions = {
  decryptionFor: () => Promise.resolve(undefined),
  askDecryption: () => Promise.resolve(undefined),
  verify: () => Promise.resolve(undefined),
  restoreFrom: () => Promise.resolve(),
};

describe('A swarm in the editor', function () {
  this.timeout(120_000);
  let services: Services;
  let shop: Awaited<ReturnType<typeof startShop>>;
  let engine: RunningEngine;
  let tree: ClusterTree;
  const vault = () => join(workspaceFolder(), 'vault');

  before(async () => {
    services = await activatedServices();
    shop = await startShop();
    ({ engine } = shop);
  });
  after(() => shop.stop());

  beforeEach(async () => {
    tree = new ClusterTree(services.store, services.contents, services.hosted, services.standings);
    await configure(services, {
      clusters: { prod: { system: 'swarm', host: engine.host, vault: './vault' } },
    });
  });
  afterEach(async () => {
    tree.dispose();
    services.ui = editorUi;
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await unconfigure(services);
    await rm(vault(), { recursive: true, force: true });
  });

  const entry = () => {
    const [cluster] = services.store.entries;
    assert.ok(cluster);
    return cluster;
  };
  const cluster = (): ClusterTreeNode => {
    const node = tree.getChildren().find(({ kind }) => kind === 'cluster');
    assert.ok(node);
    return node;
  };
  const groups = (): GroupNode[] =>
    tree.getChildren(cluster()).filter((node) => node.kind === 'group');
  /** Opens a group as a person does, and waits for its objects. */
  const opened = async (id: string): Promise<ItemNode[]> => {
    const group = groups().find((one) => one.group.id === id);
    assert.ok(group, `no group ${id}`);
    const items = () => tree.getChildren(group).filter((node) => node.kind === 'item');
    await until(`objects of ${id}`, () => items().length > 0);
    return items();
  };
  const item = async (group: string, name: string): Promise<ItemNode> => {
    const found = (await opened(group)).find((node) => node.item.name === name);
    assert.ok(found, `no ${name} in ${group}`);
    return found;
  };
  const backUpStack = async (): Promise<string> => {
    const ui = answering({ picks: ['Live'], inputs: ['the-shop'] });
    services.ui = ui;
    await vscode.commands.executeCommand(commands.backUpItem, await item('stacks', 'shop'));
    assert.match(ui.told.join(), /Backed up stack shop of prod: .*checked/);
    const path = entry().backups[0]?.path;
    assert.ok(path);
    return path;
  };

  it('shows its groups before anything is asked, and asks when one is opened', async () => {
    const shown = tree.getChildren(cluster()).filter((n) => n.kind !== 'note');
    assert.deepEqual(
      shown.map((node) => tree.getTreeItem(node).label),
      ['Nodes', 'Stacks and Services', 'Volumes', 'Backups'],
    );
    assert.deepEqual(services.contents.of(entry()), {
      ...services.contents.of(entry()),
      asking: false,
    });
    assert.equal(services.contents.of(entry()).groups, undefined, 'nobody opened a group');
    const [nodes] = groups();
    assert.ok(nodes);
    const [loading] = tree.getChildren(nodes);
    assert.ok(loading?.kind === 'note' && loading.tone === 'loading');
    const [node] = await opened('nodes');
    assert.ok(node);
    const shownNode = tree.getTreeItem(node);
    assert.equal(shownNode.label, 'node1');
    assert.match(String(shownNode.description), /leader/);
    assert.match(shownNode.accessibilityInformation?.label ?? '', /^node node1, leader/);
    assert.match((shownNode.tooltip as vscode.MarkdownString).value, /Engine/);
  });

  it('asks again with each look at its health, while a group is open', async () => {
    await opened('volumes');
    await engine.docker('volume', 'create', 'late');
    await services.store.refreshHealth(entry());
    await until('the new volume', async () =>
      (await opened('volumes')).some(({ item: { name } }) => name === 'late'),
    );
    for (const group of groups()) tree.closed(group);
    // What was asked while one was open is answered first.
    await services.contents.refresh(entry());
    await engine.docker('volume', 'rm', 'late');
    await services.store.refreshHealth(entry());
    assert.equal(services.contents.of(entry()).asking, false);
    const volumes = services.contents.of(entry()).groups?.find(({ id }) => id === 'volumes');
    assert.ok(
      volumes?.items.some(({ name }) => name === 'late'),
      'a closed group is not asked for',
    );
  });

  it('offers menus by what an object is', async () => {
    const stack = await item('stacks', 'shop');
    const value = (node: ClusterTreeNode) => tree.getTreeItem(node).contextValue ?? '';
    assert.match(value(stack), /^item\+(.*\+)?scope(\+|$)/);
    const children = tree.getChildren(stack);
    const web = children.find((n) => n.kind === 'item' && n.item.name === 'shop_web');
    assert.ok(web);
    assert.match(String(tree.getTreeItem(web).description), /2 of 2/);
    assert.match(value(web), /^item\+(.*\+)?compare(\+|$)/);
    assert.ok(web.kind === 'item');
    const lost = value({ ...web, item: { ...web.item, outOfReach: true } });
    assert.doesNotMatch(lost, /scope|compare/);
  });

  it('says why it can’t be asked, and keeps nothing it does not know', async () => {
    await configure(services, {
      clusters: { prod: { system: 'swarm', host: 'unix:///nowhere.sock', vault: './vault' } },
    });
    const [nodes] = groups();
    assert.ok(nodes);
    tree.getChildren(nodes);
    await until('the error', () => services.contents.of(entry()).error !== undefined);
    const children = tree.getChildren(nodes);
    assert.deepEqual(
      children.map(({ kind }) => kind),
      ['error'],
    );
  });

  it('is backed up one stack at a time, and the backup opens in its own editor', async () => {
    const path = await backUpStack();
    assert.match(path, /\.swarm\.tar$/);
    assert.deepEqual(entry().backups[0]?.manifest.scope?.only, [{ kind: 'stack', name: 'shop' }]);
    await vscode.commands.executeCommand(commands.openBackup, {
      entry: entry(),
      backup: entry().backups[0],
    });
    const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
    assert.ok(input instanceof vscode.TabInputCustom, 'another editor opened it');
    assert.equal(input.viewType, 'clusterBackup.swarmArchive');
  });

  it('asks which parts of it, with the usual ones ticked', async () => {
    const ui = answering({ picks: ['Live'], ticks: [['Definitions']], inputs: [''] });
    services.ui = ui;
    await vscode.commands.executeCommand(commands.createBackup, { entry: entry() });
    assert.deepEqual(entry().backups[0]?.manifest.scope?.parts, ['definitions']);
    assert.match(ui.told.join(), /Backed up prod/);
    assert.match(ui.told.join(), /payload/, 'what is not in it is told at once');

    services.ui = answering({ picks: ['Live'], ticks: [undefined], inputs: [''] });
    await vscode.commands.executeCommand(commands.createBackup, { entry: entry() });
    assert.equal(entry().backups[0]?.manifest.scope?.parts, undefined);
  });

  it('has encrypted backups, which open with what is asked for once', async () => {
    const encryption = { passphrase: { secret: 'swarm.passphrase' } };
    await configure(services, {
      clusters: { prod: { system: 'swarm', host: engine.host, vault: './vault', encryption } },
    });
    const ui = answering({ picks: ['Live'], inputs: ['', 'correct horse battery'] });
    services.ui = ui;
    await vscode.commands.executeCommand(commands.backUpItem, await item('volumes', 'shop_data'));
    const path = entry().backups[0]?.path ?? '';
    assert.match(path, /\.swarm\.tar\.gpg$/, ui.told.join());
    const asked: boolean[] = [];
    const document = new ArchiveDocument(vscode.Uri.file(path), services, {
      ...actions,
      askDecryption: (_source, _kind, again) => {
        asked.push(again);
        return Promise.resolve({ passphrase: again ? 'correct horse battery' : 'wrong' });
      },
    });
    await document.read();
    assert.equal(document.state.kind, 'locked');
    await document.unlock();
    assert.deepEqual(asked, [false, true]);
    const state = document.state as ArchiveDocument['state'];
    assert.ok(state.kind === 'shown');
    assert.deepEqual(
      state.shown.contents.map(({ name, whole }) => [name, whole]),
      [['shop_data', true]],
    );
    document.dispose();
    const told = answering({});
    services.ui = told;
    await vscode.commands.executeCommand(commands.verifyFile, vscode.Uri.file(path));
    assert.match(told.told.join(), /is whole: checksums match, .* 453 files read to the end/);
  });

  describe('has backups that', () => {
    let document: ArchiveDocument;
    beforeEach(async () => {
      const path = await backUpStack();
      document = new ArchiveDocument(vscode.Uri.file(path), services, actions);
      await document.read();
    });
    afterEach(() => document.dispose());

    it('show what is in them, and a volume’s files page by page', async () => {
      assert.ok(document.state.kind === 'shown', JSON.stringify(document.state));
      const { shown } = document.state;
      assert.equal(shown.verification.result, 'ok');
      const web = shown.definitions.find(({ id }) => id === 'service/shop_web');
      assert.equal(web?.service?.image, 'shell:1');
      assert.equal(web.service.replicas, 2);
      assert.deepEqual(shown.stacks, ['shop']);
      const [data] = shown.contents;
      assert.equal(data?.files, 453);
      const { folder } = data;
      const top = await document.files({ folder, path: '', from: 0, limit: 10 });
      assert.deepEqual(
        top.rows.map(({ name }) => name),
        ['logs', 'orders', 'readme.txt', 'start-here'],
      );
      const page = await document.files({ folder, path: 'logs', from: 200, limit: 2 });
      assert.deepEqual([page.total, page.rows[0]?.name], [450, 'line-200.log']);
      const found = await document.files({ folder, path: '', from: 0, limit: 9, filter: 'first' });
      assert.deepEqual(
        found.rows.map(({ name }) => name),
        ['orders/2026/first.json'],
      );
    });

    it('open a definition as JSON and a stack as Compose, in documents of their own', async () => {
      await showDefinition(document, 'service/shop_web', 'json');
      const json = vscode.window.activeTextEditor?.document;
      assert.equal(json?.languageId, 'json');
      assert.match(json.fileName, /shop_web \(backup of \d+ \w+ \d\d:\d\d\)\.json$/);
      assert.equal(
        (JSON.parse(json.getText()) as { Spec: { Name: string } }).Spec.Name,
        'shop_web',
      );
      await showDefinition(document, 'shop', 'compose');
      const yaml = vscode.window.activeTextEditor?.document;
      assert.equal(yaml?.languageId, 'yaml');
      assert.match(yaml.getText(), /image: "?shell:1"?$/m);
      assert.ok(
        !yaml.isDirty && vscode.workspace.fs.isWritableFileSystem('cluster-backup') !== true,
      );
    });

    it('read a definition’s document anew when the window was opened again', async () => {
      await showDefinition(document, 'config/shop_site', 'json');
      const uri = vscode.window.activeTextEditor?.document.uri;
      assert.ok(uri);
      const text = vscode.window.activeTextEditor?.document.getText();
      const { definitionText, forgetText } = await import('../../../src/vscode/definitionTexts');
      forgetText(uri);
      document.dispose();
      assert.equal(await definitionText(services, uri), text);
    });

    it('compare with what the cluster has now', async () => {
      const sides = async (): Promise<string[]> => {
        const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
        assert.ok(input instanceof vscode.TabInputTextDiff, 'no diff was opened');
        const texts = [input.original, input.modified].map(async (uri) =>
          (await vscode.workspace.openTextDocument(uri)).getText(),
        );
        return Promise.all(texts);
      };
      const compare = async (name: string): Promise<string[]> => {
        const stack = await item('stacks', 'shop');
        const one = tree.getChildren(stack).find((n) => n.kind === 'item' && n.item.name === name);
        assert.ok(one?.kind === 'item', name);
        services.ui = answering({ picks: ['the-shop'] });
        await vscode.commands.executeCommand(commands.compareDefinition, one);
        return sides();
      };
      for (const name of ['shop_web', 'shop_front', 'shop_site']) {
        const [before, now] = await compare(name);
        assert.equal(before, now, `${name} differs though nothing was changed`);
        assert.ok((before ?? '').length > 20, name);
      }

      const { docker } = engine;
      await docker('service', 'update', '--detach', '--env-add', 'NEW=1', 'shop_web');
      const [before] = await compare('shop_web');
      assert.doesNotMatch(before ?? '', /NEW=1/);
      // The editor reads a document that was open already anew a moment later.
      await until('the change on the right', async () => /NEW=1/.test((await sides())[1] ?? ''));
      const { label } = vscode.window.tabGroups.activeTabGroup.activeTab ?? {};
      assert.match(label ?? '', /^shop_web: backup of .* ↔ prod now$/);

      await docker('service', 'rm', 'shop_queue');
      const { compareArchived } = await import('../../../src/vscode/commands/compareDefinition');
      await compareArchived(services, document, 'service/shop_queue');
      const [was, gone] = await sides();
      assert.match(was ?? '', /shell:1/);
      assert.equal(gone, '');
      const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
      assert.match(tab?.label ?? '', /not on prod now/);
    });
  });
});
