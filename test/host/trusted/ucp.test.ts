import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Operations } from '../../../src/compose/operations';
import { coreErrors } from '../../../src/core/errors';
import type { Backup, ContentsItem, HostedBackup } from '../../../src/core/model';
import type { BackupPlan } from '../../../src/core/ports';
import { commands } from '../../../src/ids';
import { UcpDocument } from '../../../src/vscode/editors/ucpDocument';
import type { Services } from '../../../src/vscode/services';
import { ClusterTree } from '../../../src/vscode/tree/clusterTree';
import type { ClusterTreeNode } from '../../../src/vscode/tree/nodes';
import { editorUi } from '../../../src/vscode/ui';
import {
  activatedServices,
  answering,
  configure,
  unconfigure,
  until,
  workspaceFolder,
} from '../../support/host/services';
import { ucpArchive } from '../../support/snapshots/ucp';

type Fakes = { [M in keyof Operations]?: (params: Parameters<Operations[M]>[0]) => unknown };

const ready: HostedBackup = {
  id: 'b7e1',
  name: 'nightly.tar',
  state: 'ready',
  stateText: 'SUCCESS',
  created: '2026-05-03T10:00:00Z',
  finished: '2026-05-03T10:05:00Z',
  where: 'manager1:/var/backups',
  fetch: true,
  facts: [],
};
const failed: HostedBackup = {
  ...ready,
  id: 'b7e2',
  name: 'broken.tar',
  state: 'failed',
  stateText: 'FAILED',
  error: 'no space left on device',
  fetch: 'It failed.',
};
const calm: BackupPlan = {
  items: [{ severity: 'info', code: 'ucp.keepsRunning', title: 'Nothing stops' }],
  on: 'manager1',
};
const stops: BackupPlan = {
  ...calm,
  items: [{ severity: 'warning', code: 'ucp.stops', title: 'UCP stops on manager1' }],
};
const backup = (cluster: string): Backup =>
  ({
    manifest: { id: '1', cluster, bytes: 2048, notes: [] },
    path: '/x',
    state: 'present',
  }) as never;

describe('UCP and MKE in the editor', function () {
  this.timeout(180_000);
  let services: Services;
  let tree: ClusterTree;
  let call: Services['client']['call'];
  let fakes: Fakes;
  let clusters = 0;
  /** Methods that were called, with the cluster they were called on. */
  let called: { method: string; cluster: string; params: Record<string, unknown> }[];

  before(async () => {
    services = await activatedServices();
    call = services.client.call.bind(services.client);
  });

  beforeEach(async () => {
    called = [];
    fakes = {
      status: () => ({ health: 'healthy', servers: [], warnings: [], version: '3.2.4' }),
      listHosted: () => ({ backups: [ready, failed], warnings: [] }),
      planBackup: () => calm,
      backup: ({ cluster }) => backup(cluster.connected.name),
      createHosted: () => ready,
      fetchHosted: ({ cluster }) => backup(cluster.connected.name),
    };
    services.client.call = ((method: keyof Operations, params: never, ...rest: never[]) => {
      const fake = fakes[method] as ((params: unknown) => unknown) | undefined;
      if (fake === undefined) return call(method, params, ...rest);
      const { cluster } = params as { cluster: { connected: { name: string } } };
      called.push({ method, cluster: cluster.connected.name, params });
      return new Promise<never>((resolve) => resolve(fake(params) as never));
    }) as Services['client']['call'];
    tree = new ClusterTree(services.store, services.contents, services.hosted, services.standings);
    await configure(services, {
      clusters: {
        prod: {
          system: 'ucp',
          host: 'unix:///nowhere.sock',
          // What was known of one before is not known of this one.
          apiAddress: `https://ucp${++clusters}.example.com`,
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

  const entry = (name = 'prod') => {
    const found = services.store.entries.find(({ config }) => config.name === name);
    assert.ok(found, `no cluster ${name}`);
    return found;
  };
  const group = (): ClusterTreeNode => {
    const [cluster] = tree.getChildren().filter(({ kind }) => kind === 'cluster');
    assert.ok(cluster);
    const node = tree.getChildren(cluster).find(({ kind }) => kind === 'hostedGroup');
    assert.ok(node, 'no group for what lies on the managers');
    return node;
  };
  const ran = (method: string) =>
    called.filter((one) => one.method === method).map(({ cluster }) => cluster);
  const backUp = async (ui: ReturnType<typeof answering>): Promise<void> => {
    services.ui = ui;
    await vscode.commands.executeCommand(commands.createBackup, { entry: entry() });
  };

  describe('what lies on the managers', () => {
    it('is asked for when it is opened, and told in words', async () => {
      const node = group();
      assert.equal(tree.getTreeItem(node).label, 'On the Managers');
      assert.deepEqual(ran('listHosted'), [], 'nobody opened it');
      const [loading] = tree.getChildren(node);
      assert.ok(loading?.kind === 'note' && loading.tone === 'loading');
      await until('the list', () => services.hosted.of(entry()).backups !== undefined);
      const items = tree.getChildren(node).map((child) => tree.getTreeItem(child));
      assert.deepEqual(
        items.map(({ label }) => label),
        ['nightly.tar', 'broken.tar'],
      );
      const [good, bad] = items;
      assert.match(String(good?.description), /^ready · .* · manager1:\/var\/backups$/);
      assert.equal(good?.contextValue, 'hosted+fetch+ready');
      assert.match(String(bad?.description), /^failed/);
      assert.equal(bad?.contextValue, 'hosted+failed');
      assert.match((bad.tooltip as vscode.MarkdownString).value, /no space left on device/);
      assert.match(bad.accessibilityInformation?.label ?? '', /^Backup broken\.tar, failed/);
      assert.match(String(tree.getTreeItem(node).description), /^2 · 1 failed$/);
    });

    it('is an error to try again where it can’t be asked, and words where nothing was set up', async () => {
      fakes.listHosted = () => Promise.reject(coreErrors.unexpected({ message: 'It broke.' }));
      const node = group();
      tree.getChildren(node);
      await until('the error', () => services.hosted.of(entry()).error !== undefined);
      assert.deepEqual(
        tree.getChildren(node).map(({ kind }) => kind),
        ['error'],
      );
      fakes.listHosted = () => Promise.reject(coreErrors.unsupported({ message: 'No address.' }));
      await vscode.commands.executeCommand(commands.refreshClusters, { entry: entry() });
      await until('the words', () => tree.getChildren(node)[0]?.kind === 'note');
      const [note] = tree.getChildren(node);
      assert.ok(note?.kind === 'note' && note.tone === 'empty');
      assert.match(note.text, /^No address\./);
    });

    it('is fetched into the vault, and what can’t be is refused with the reason', async () => {
      const ui = answering({ inputs: ['from-manager'] });
      services.ui = ui;
      await vscode.commands.executeCommand(commands.fetchHosted, { entry: entry(), hosted: ready });
      assert.match(ui.told.join(), /Fetched nightly\.tar into the vault of prod: 2 KB, checked/);
      const [run] = called.filter((c) => c.method === 'fetchHosted');
      assert.equal(run?.params['id'], 'b7e1');
      assert.equal(run.params['label'], 'from-manager');

      const no = answering({});
      services.ui = no;
      await vscode.commands.executeCommand(commands.fetchHosted, {
        entry: entry(),
        hosted: failed,
      });
      assert.match(no.told.join(), /It failed\..*editor\.notFetchable/);
      assert.equal(ran('fetchHosted').length, 1);
    });

    it('is asked for its passphrase where the cluster’s own does not open it', async () => {
      fakes.fetchHosted = ({ cluster, decryption }) => {
        if (decryption?.passphrase === 'of the product') return backup(cluster.connected.name);
        throw coreErrors.needsPassphrase({ message: 'Encrypted.' });
      };
      const ui = answering({ inputs: ['', 'of the product'] });
      services.ui = ui;
      await vscode.commands.executeCommand(commands.fetchHosted, { entry: entry(), hosted: ready });
      assert.match(ui.told.join(), /Fetched nightly\.tar/);
      assert.equal(ran('fetchHosted').length, 2);
    });

    it('gives its id from the palette as well', async () => {
      services.ui = answering({ picks: ['prod', 'broken.tar'] });
      await vscode.commands.executeCommand(commands.copyHostedId);
      assert.equal(await vscode.env.clipboard.readText(), 'b7e2');
    });
  });

  describe('its backup', () => {
    it('starts without a question where nothing is warned of, and offers the swarm afterwards', async () => {
      const ui = answering({ picks: ['own container'], inputs: [''] });
      await backUp(ui);
      assert.deepEqual(ran('backup'), ['prod']);
      assert.match(ui.told.join(), /Backed up prod: .* \[Open\] \[Back Up the Swarm Too\]/);
    });

    it('warns first, and is left alone when the person says no', async () => {
      fakes.planBackup = () => stops;
      const ui = answering({ picks: ['own container'], inputs: [''], decisions: [undefined] });
      await backUp(ui);
      assert.deepEqual(ran('backup'), []);
      assert.match(ui.asked.join(), /Back Up prod\?\nWarning: UCP stops on manager1\./);
      const again = answering({ picks: ['own container'], inputs: [''], decisions: ['Back Up'] });
      await backUp(again);
      assert.deepEqual(ran('backup'), ['prod']);
      assert.doesNotMatch(again.told.join(), /\[Back Up the Swarm Too\]/, 'it was offered before');
    });

    it('is stopped by what stands in its way, with words', async () => {
      const busy = { severity: 'blocker', code: 'ucp.busy', title: 'Another one runs' } as const;
      fakes.planBackup = () => ({ items: [busy] });
      const ui = answering({ picks: ['own container'], inputs: [''] });
      await backUp(ui);
      assert.deepEqual(ran('backup'), []);
      assert.match(ui.told.join(), /Another one runs\..*editor\.backupBlocked/);
    });

    it('asks which manager where there are several, and plans anew for another', async () => {
      const candidates = [
        { name: 'manager1', description: 'healthy, not the leader' },
        { name: 'manager2', description: 'leader' },
      ];
      fakes.planBackup = ({ on = 'manager1' }) => ({ ...calm, on, candidates });
      await backUp(
        answering({ picks: ['own container', /^Automatic: manager1 — /], inputs: [''] }),
      );
      await backUp(answering({ picks: ['own container', /^manager2$/], inputs: [''] }));
      const on = (method: string) =>
        called.filter((c) => c.method === method).map(({ params }) => params['on']);
      assert.deepEqual(on('backup'), ['manager1', 'manager2']);
      assert.deepEqual(on('planBackup'), [undefined, undefined, 'manager2']);
    });

    it('is taken on the manager it was called on', async () => {
      const item: ContentsItem = {
        id: 'manager/manager2',
        kind: 'manager',
        name: 'manager2',
        state: 'good',
        facts: [],
      };
      const node: ClusterTreeNode = { kind: 'item', entry: entry(), under: ['managers'], item };
      assert.match(tree.getTreeItem(node).contextValue ?? '', /^item\+(.*\+)?takesBackup(\+|$)/);
      services.ui = answering({ inputs: [''] });
      await vscode.commands.executeCommand(commands.backUpHere, node);
      const [run] = called.filter((c) => c.method === 'backup');
      assert.equal(run?.params['on'], 'manager2');
      assert.equal(run.params['mode'], 'container');
    });

    it('over the API stays on the manager, and is offered to be fetched', async () => {
      const ui = answering({
        picks: ['HTTP API'],
        inputs: ['', ''],
        presses: ['Fetch into the Vault'],
      });
      await backUp(ui);
      assert.deepEqual(ran('backup'), []);
      assert.match(ui.told[0] ?? '', /It lies on manager1:\/var\/backups, not in the vault\./);
      await until('the fetch', () => ran('fetchHosted').length === 1);
    });
  });

  describe('the swarm beside it', () => {
    const both = { picks: ['own container'], decisions: ['Back Up the Swarm Too'] };
    beforeEach(() => {
      fakes.planBackup = () => stops;
    });

    it('gets an entry of its own where it has none, and comes first', async () => {
      const ui = answering({ ...both, inputs: ['weekly', 'prod-swarm'] });
      await backUp(ui);
      assert.deepEqual(ran('backup'), ['prod-swarm', 'prod']);
      const file = join(workspaceFolder(), 'cluster-backup.jsonc');
      const text = JSON.parse(await readFile(file, 'utf8')) as {
        clusters: Record<string, unknown>;
      };
      assert.deepEqual(text.clusters['prod-swarm'], {
        system: 'swarm',
        host: 'unix:///nowhere.sock',
        vault: './vault',
      });
      assert.deepEqual(
        called.filter((c) => c.method === 'backup').map(({ params }) => params['label']),
        ['weekly', 'weekly'],
      );
      // The second time it is there.
      await backUp(answering({ ...both, inputs: [''] }));
      assert.deepEqual(ran('backup').slice(2), ['prod-swarm', 'prod']);
    });

    it('is not begun, nor the other, where the person gives no name', async () => {
      await backUp(answering({ ...both, inputs: ['', undefined] }));
      assert.deepEqual(ran('backup'), []);
    });

    it('does not keep the other from being backed up when it fails, and that is told', async () => {
      fakes.backup = ({ cluster: { connected } }) => {
        if (connected.system === 'swarm') throw coreErrors.unexpected({ message: 'No quorum.' });
        return backup(connected.name);
      };
      const ui = answering({ ...both, inputs: ['', 'prod-swarm'] });
      await backUp(ui);
      assert.deepEqual(ran('backup'), ['prod-swarm', 'prod']);
      assert.match(ui.told.join(), /No quorum\./);
      assert.match(ui.told.join(), /Backed up prod/);
    });

    it('is backed up from the notification', async () => {
      fakes.planBackup = () => calm;
      const presses = ['Back Up the Swarm Too'];
      await backUp(answering({ picks: ['own container'], inputs: ['', 'prod-swarm'], presses }));
      await until('the swarm’s backup', () => ran('backup').length === 2);
      assert.deepEqual(ran('backup'), ['prod', 'prod-swarm']);
    });
  });

  it('has backups that open, and show their files page by page', async () => {
    const path = join(workspaceFolder(), 'taken.ucp.tar');
    await writeFile(path, await ucpArchive());
    const nobody = {
      decryptionFor: () => Promise.resolve(undefined),
      askDecryption: () => Promise.resolve(undefined),
      verify: () => Promise.resolve(undefined),
      restoreFrom: () => Promise.resolve(),
    };
    const document = new UcpDocument(vscode.Uri.file(path), services, nobody);
    await document.read();
    assert.ok(document.state.kind === 'shown', JSON.stringify(document.state));
    const { shown } = document.state;
    assert.equal(shown.verification.result, 'ok');
    assert.ok(shown.rule.holds);
    const page = await document.files({ path: 'ucp-kv', from: 0, limit: 5 });
    assert.deepEqual(
      page.rows.map(({ name }) => name),
      ['data'],
    );
    const found = await document.files({
      path: '',
      from: 0,
      limit: 99,
      filter: 'server-certs/key',
    });
    assert.deepEqual(
      found.rows.map(({ name }) => name),
      ['ucp-controller-server-certs/key.pem'],
    );
    document.dispose();
    await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(path));
    await until('the editor', () => {
      const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
      return (
        input instanceof vscode.TabInputCustom && input.viewType === 'clusterBackup.ucpArchive'
      );
    });
    await rm(path);
  });
});
