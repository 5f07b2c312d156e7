import assert from 'node:assert/strict';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { commands } from '../../../src/ids';
import { startConsul } from '../../../src/sandbox/parts/consulServer';
import type { RunningConsul } from '../../../src/sandbox/parts/consulServer';
import type { Services } from '../../../src/vscode/services';
import { ClusterTree, PAGE_SIZE } from '../../../src/vscode/tree/clusterTree';
import type { Manifest } from '../../../src/core/model';
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

describe('Clusters in the editor', function () {
  this.timeout(180_000);
  let services: Services;
  let consul: RunningConsul;
  let tree: ClusterTree;
  const vault = () => join(workspaceFolder(), 'vault');
  const entry = (fields: Record<string, unknown> = {}) => ({
    system: 'consul',
    address: consul.address,
    vault: './vault',
    ...fields,
  });
  const labels = (nodes: ReturnType<ClusterTree['getChildren']>) =>
    nodes.map((n) => {
      const { label } = tree.getTreeItem(n);
      return typeof label === 'string' ? label : (label?.label ?? '');
    });

  before(async () => {
    services = await activatedServices();
    consul = await startConsul();
    await consul.request('PUT', '/v1/kv/app/a', { body: 'value' });
    tree = new ClusterTree(services.store, services.contents, services.hosted, services.standings);
  });
  after(async () => {
    tree.dispose();
    await consul.stop();
  });
  afterEach(async () => {
    services.ui = editorUi;
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await unconfigure(services);
    await rm(vault(), { recursive: true, force: true });
  });

  const backUp = async (label: string): Promise<Manifest> => {
    const ui = answering({ picks: ['Consistent'], inputs: [label] });
    services.ui = ui;
    const [cluster] = services.store.entries;
    assert.ok(cluster);
    await vscode.commands.executeCommand(commands.createBackup, { entry: cluster });
    assert.match(ui.told.join(), /Backed up/);
    const manifest = services.store.entries[0]?.backups[0]?.manifest;
    assert.ok(manifest);
    return manifest;
  };

  it('are added with a token that goes to the secret storage and never to the file', async () => {
    const ui = answering({
      picks: ['Consul', 'Enter a token', 'None', /workspace/],
      inputs: [consul.address, 'the-token-itself', 'added'],
    });
    services.ui = ui;
    await vscode.commands.executeCommand(commands.addCluster);
    const text = await readFile(join(workspaceFolder(), 'cluster-backup.jsonc'), 'utf8');
    assert.doesNotMatch(text, /the-token-itself/);
    assert.match(text, /"secret": "added\.token"/);
    assert.match(ui.told.join(), /Added added: version .*leader .*datacenter dc1/);
    const [cluster] = services.store.entries;
    assert.ok(cluster);
    const resolved = await services.store.resolve(cluster, services.secrets.stored);
    assert.equal(resolved.connected.secrets.token, 'the-token-itself');

    // The same name at another address finds nothing: a file can't walk off with the token.
    await configure(services, {
      clusters: {
        added: entry({ address: 'http://127.0.0.1:9', token: { secret: 'added.token' } }),
      },
    });
    const [moved] = services.store.entries;
    assert.ok(moved);
    await assert.rejects(
      services.store.resolve(moved, services.secrets.stored),
      /"added.token" is not there/,
    );
  });

  it('say why one is not reachable, as a node that can be tried again', async () => {
    await configure(services, { clusters: { gone: entry({ address: 'http://127.0.0.1:9' }) } });
    const [gone] = services.store.entries;
    assert.ok(gone);
    await services.store.refreshHealth(gone);
    const [root] = tree.getChildren();
    assert.ok(root);
    const [error] = tree.getChildren(root);
    assert.equal(error?.kind, 'error');
    const item = tree.getTreeItem(error);
    assert.match(String(item.description), /127\.0\.0\.1:9/);
    assert.match(item.contextValue ?? '', /^error/);
  });

  it('show what is wrong in the file beside what is right', async () => {
    await configure(services, {
      clusters: { good: entry(), bad: { system: 'consul', adress: 1 } },
    });
    const roots = tree.getChildren();
    assert.deepEqual(
      roots.map((n) => n.kind),
      ['problem', 'cluster'],
    );
    assert.match(labels(roots)[0] ?? '', /adress/);
  });

  it('warn where a certificate is not verified', async () => {
    await configure(services, { clusters: { open: entry({ insecureSkipVerify: true }) } });
    const [root] = tree.getChildren();
    assert.ok(root);
    await until('the warning', () =>
      labels(tree.getChildren(root)).some((label) => label.includes('not verified')),
    );
  });

  it('are backed up, verified, labelled, planned, restored and deleted', async () => {
    await configure(services, { clusters: { prod: entry() } });
    const manifest = await backUp('first-one');
    assert.equal(manifest.verification?.result, 'ok');
    const node = () => {
      const [cluster] = services.store.entries;
      assert.ok(cluster);
      return { entry: cluster, backup: cluster.backups.find((b) => b.manifest.id === manifest.id) };
    };

    let ui = answering({});
    services.ui = ui;
    await vscode.commands.executeCommand(commands.verifyBackup, node());
    assert.match(ui.told.join(), /is whole: checksums match/);

    services.ui = answering({ inputs: ['renamed'] });
    await vscode.commands.executeCommand(commands.labelBackup, node());
    assert.equal(node().backup?.manifest.label, 'renamed');

    // A dry run ends after the plan: nobody is asked, nothing is changed.
    await consul.request('PUT', '/v1/kv/late', { body: 'x' });
    services.ui = answering({});
    await vscode.commands.executeCommand(commands.planRestore, node());
    assert.equal((await consul.request('GET', '/v1/kv/late')).status, 200);
    assert.equal(node().entry.backups.length, 1);

    services.ui = answering({ confirm: false });
    await vscode.commands.executeCommand(commands.deleteBackup, node());
    assert.ok(node().backup);
    ui = answering({ confirm: true });
    services.ui = ui;
    await vscode.commands.executeCommand(commands.deleteBackup, node());
    assert.match(ui.asked.join(), /Delete backup "renamed" of cluster "prod"\?/);
    assert.deepEqual(node().entry.backups, []);
  });

  it('see a file dropped into the vault, and one that another program wrote or deleted', async () => {
    await configure(services, { clusters: { prod: entry() } });
    const manifest = await backUp('to-copy');
    const folder = join(vault(), 'prod');
    await copyFile(join(folder, manifest.file), join(folder, 'dropped.snap'));
    const dropped = () =>
      services.store.entries[0]?.backups.find((b) => b.manifest.file === 'dropped.snap');
    await until('the dropped file is adopted', () => dropped() !== undefined);
    assert.equal(dropped()?.manifest.verification?.result, 'ok');
    await rm(join(folder, 'dropped.snap'));
    await until('its absence is seen', () => dropped()?.state === 'missing');
  });

  describe('whose vault answers late', () => {
    let looks: number;
    let letCome: () => void;
    let undo: () => void;

    /** Holds back what the first looks at the vault have found. */
    async function holdBack(held: number): Promise<void> {
      await configure(services, { clusters: { prod: entry() } });
      const [cluster] = services.store.entries;
      assert.ok(cluster);
      const open = await services.store.vaultOf(cluster);
      const list = open.list.bind(open);
      const late = new Promise<void>((resolve) => (letCome = resolve));
      looks = 0;
      open.list = async (name) => {
        const found = await list(name);
        looks += 1;
        if (looks <= held) await late;
        return found;
      };
      undo = () => (open.list = list);
    }
    afterEach(() => {
      letCome();
      undo();
    });

    const lay = () => layDown(vault(), 'prod', { created: new Date(), check: 'ok' });
    const shown = () => services.store.entries[0]?.backups.map(({ manifest }) => manifest.id);

    it('keep what the newest look found where an older one comes late', async () => {
      await holdBack(1);
      const older = services.store.refreshBackups();
      await until('the older one has looked', () => looks === 1);
      const { id } = await lay();
      await services.store.refreshBackups();
      letCome();
      await older;
      assert.deepEqual(shown(), [id]);
    });

    it('are listed again where their configuration was read meanwhile', async () => {
      await holdBack(2);
      let isListed = false;
      const asked = services.store.refreshBackups().then(() => (isListed = true));
      await until('it has looked', () => looks === 1);
      const reading = services.store.reload();
      await until('the configuration is read, and the vault with it', () => looks === 2);
      const { id } = await lay();
      assert.equal(isListed, false);
      letCome();
      await asked;
      assert.deepEqual(shown(), [id]);
      await reading;
      assert.deepEqual(shown(), [id]);
    });
  });

  it('show backups newest first, 200 at once and the older ones in pages', async () => {
    await configure(services, { clusters: { prod: entry() } });
    const { file, ...manifest } = await backUp('template');
    const folder = join(vault(), 'prod');
    await mkdir(folder, { recursive: true });
    for (let i = 0; i < 450; i++) {
      const id = `01ARZ3NDEKTSV4RRFFQ69G${String(i).padStart(4, '0')}`;
      const name = `many-${i}.snap`;
      const created = new Date(Date.UTC(2020, 0, 1) + i * 3_600_000).toISOString();
      await copyFile(join(folder, file), join(folder, name));
      const copy = { ...manifest, id, file: name, created, finished: created, label: `many-${i}` };
      await writeFile(join(folder, `${name}.manifest.json`), JSON.stringify(copy));
    }
    await services.store.refreshBackups();
    const [root] = tree.getChildren();
    assert.ok(root);
    const children = tree.getChildren(root);
    const backups = children.filter((n) => n.kind === 'backup');
    const pages = children.filter((n) => n.kind === 'backupPage');
    assert.equal(backups.length, PAGE_SIZE);
    assert.deepEqual(labels(backups).slice(0, 3), ['template', 'many-449', 'many-448']);
    assert.deepEqual(labels(pages), ['Backups 201 to 400', 'Backups 401 to 451']);
    const last = pages.at(-1);
    assert.ok(last);
    assert.equal(labels(tree.getChildren(last)).at(-1), 'many-0');
  });

  it('encrypt with a passphrase that is asked once, and open what it encrypted', async () => {
    const encryption = { passphrase: { secret: 'prod.passphrase' } };
    await configure(services, { clusters: { prod: entry({ encryption }) } });
    const ui = answering({
      picks: ['Consistent', 'Stale'],
      inputs: ['secret-one', 'correct horse battery', 'secret-two'],
    });
    services.ui = ui;
    const cluster = () => ({ entry: services.store.entries[0] });
    await vscode.commands.executeCommand(commands.createBackup, cluster());
    await vscode.commands.executeCommand(commands.createBackup, cluster());
    const backups = services.store.entries[0]?.backups ?? [];
    assert.equal(backups.length, 2, ui.told.join());
    for (const backup of backups) {
      assert.match(backup.path, /\.snap\.gpg$/);
      const bytes = await readFile(backup.path);
      assert.notEqual(bytes[0], 0x1f, 'gzip stands on disk in clear');
    }
    const told = answering({});
    services.ui = told;
    await vscode.commands.executeCommand(commands.verifyBackup, {
      ...cluster(),
      backup: backups[0],
    });
    assert.match(told.told.join(), /is whole/);
  });

  it('refuse a label that is none, before anything is asked of the cluster', async () => {
    await configure(services, { clusters: { prod: entry() } });
    const [cluster] = services.store.entries;
    assert.ok(cluster);
    const resolved = await services.store.resolve(cluster, services.secrets.stored);
    await assert.rejects(
      services.client.call('backup', {
        cluster: resolved,
        label: '..bad',
        origin: { kind: 'manual' },
      }),
      /\.\.bad/,
    );
  });
});
