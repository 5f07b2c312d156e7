import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { commands } from '../../../src/ids';
import type { Services } from '../../../src/vscode/services';
import type { ClusterEntry } from '../../../src/vscode/store/clusterStore';
import { ClusterTree } from '../../../src/vscode/tree/clusterTree';
import type { ClusterTreeNode } from '../../../src/vscode/tree/nodes';
import { editorUi } from '../../../src/vscode/ui';
import type { DcosStandIn } from '../../standins/dcos/contract';
import { startDcosStandIn } from '../../standins/dcos/server';
import type { Answers } from '../../support/host/services';
import {
  activatedServices,
  answering,
  configure,
  unconfigure,
  until,
} from '../../support/host/services';

const PASSWORD = 'CB_TEST_DCOS_PASSWORD';
const day = (n: number) => `2026-01-0${n}T02:00:00.000000001Z`;
const auto = (n: number) => `auto-1d-26010${n}020000`;

describe('Prune… of backups on a platform’s own side', function () {
  this.timeout(120_000);
  let services: Services;
  let tree: ClusterTree;
  let dcos: DcosStandIn;

  before(async () => {
    services = await activatedServices();
    tree = new ClusterTree(services.store, services.contents, services.hosted, services.standings);
  });
  after(() => tree.dispose());

  beforeEach(async () => {
    dcos = await startDcosStandIn();
    process.env[PASSWORD] = dcos.admin.password;
    dcos.keep('by-hand', { timestamp: day(1) });
    for (const n of [2, 3, 4]) dcos.keep(auto(n), { timestamp: day(n) });
  });
  afterEach(async () => {
    services.ui = editorUi;
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await unconfigure(services);
    await dcos.close();
  });

  const policy = { schedules: [{ interval: '1d', count: 1 }], manualCount: 0 };
  const master = (fields: object = { policy }) => ({
    system: 'dcos',
    address: dcos.address,
    user: dcos.admin.user,
    password: { env: PASSWORD },
    vault: './vault',
    ...fields,
  });
  const shop = {
    system: 'upsun',
    token: { env: PASSWORD },
    project: 'p1',
    apiAddress: 'http://127.0.0.1:1',
    authAddress: 'http://127.0.0.1:1',
    policy: { manualCount: 1 },
  };
  const entry = (name = 'prod'): ClusterEntry => {
    const found = services.store.entries.find(({ config }) => config.name === name);
    assert.ok(found, JSON.stringify(services.store.problems));
    return found;
  };
  const context = (name?: string) =>
    tree.getTreeItem({ kind: 'cluster', entry: entry(name) }).contextValue ?? '';
  const prune = async (answers: Answers, name?: string) => {
    const ui = answering(answers);
    services.ui = ui;
    await vscode.commands.executeCommand(commands.pruneCluster, { entry: entry(name) });
    return ui;
  };
  const there = () => dcos.backups.map(({ id }) => id.slice(0, -37)).sort();
  const deletions = () =>
    dcos.requests.filter(({ path }) => path.includes('/backup/v1/delete')).length;

  it('shows what goes with its reasons, deletes just that there, and reads the tree anew', async () => {
    await configure(services, { clusters: { prod: master() } });
    assert.match(context(), /\+prunes/);
    const group = tree
      .getChildren({ kind: 'cluster', entry: entry() })
      .find(({ kind }) => kind === 'hostedGroup');
    assert.ok(group);
    const rows = () =>
      tree
        .getChildren(group)
        .flatMap((node: ClusterTreeNode) => (node.kind === 'hosted' ? [node.hosted.name] : []))
        .sort();
    rows();
    await until('all four rows', () => rows().length === 4);

    // Nothing goes unasked.
    let ui = await prune({ ticks: [undefined], decisions: [undefined] });
    assert.match(
      ui.asked.join('\n'),
      /Delete 2 backups on the platform of cluster "prod"\?[^]*2 backups stay[^]*The platform deletes for good/,
    );
    assert.equal(deletions(), 0);
    // What is unticked stays this time.
    ui = await prune({ ticks: [[auto(2)]], decisions: ['Delete 1 Backup'] });
    assert.match(ui.told.join(), /Deleted 1 backup of cluster "prod"\.$/);
    assert.deepEqual(there(), [auto(3), auto(4), 'by-hand']);
    assert.equal(deletions(), 1);
    await until('the tree', () => rows().join() === [auto(3), auto(4), 'by-hand'].join());
    const [activity] = await services.journal.list();
    assert.deepEqual(
      [activity?.kind, activity?.state, activity?.scheduled],
      ['prune', 'done', undefined],
    );
  });

  it('shows in each row what holds a backup there, or that it goes, while the platform answers', async () => {
    const group = () => {
      const found = tree
        .getChildren({ kind: 'cluster', entry: entry() })
        .find(({ kind }) => kind === 'hostedGroup');
      assert.ok(found);
      return found;
    };
    const row = (name: string) => {
      const node = tree
        .getChildren(group())
        .find((one) => one.kind === 'hosted' && one.hosted.name === name);
      if (node === undefined) return undefined;
      const { description, tooltip, accessibilityInformation } = tree.getTreeItem(node);
      return {
        row: String(description),
        spoken: accessibilityInformation?.label ?? '',
        shown: (tooltip as vscode.MarkdownString).value,
      };
    };
    const goes = /goes with the next pruning/;
    await configure(services, { clusters: { prod: master() } });
    await until('the row of the oldest', () => row(auto(2)) !== undefined);
    const oldest = row(auto(2));
    assert.match(oldest?.row ?? '', goes);
    assert.match(oldest?.spoken ?? '', goes);
    assert.match(oldest?.shown ?? '', /Goes \| 1 newer of 1d/);
    for (const [name, why] of [
      [auto(4), /Held \| newest of 4 January/],
      ['by-hand', /Held \| no schedule of ours made it/],
    ] as const) {
      const { row: text = '', spoken = '', shown = '' } = row(name) ?? {};
      assert.doesNotMatch(text + spoken + shown, /goes with|Goes/, name);
      assert.match(shown, why);
    }
    // Whether it is still so, nobody knows.
    await dcos.close();
    const isTold = async () => {
      // Joins a question that had its answer before.
      await services.hosted.refresh(entry());
      return services.hosted.of(entry()).error !== undefined;
    };
    await until('that nobody answers', isTold);
    assert.ok(row(auto(2)));
    const { row: text = '', spoken = '', shown = '' } = row(auto(2)) ?? {};
    assert.doesNotMatch(text + spoken + shown, /goes with|Goes|Held/);
    // A policy that is about the vault says nothing of them.
    dcos = await startDcosStandIn();
    process.env[PASSWORD] = dcos.admin.password;
    dcos.keep(auto(2), { timestamp: day(2) });
    await configure(services, {
      clusters: { prod: master({ policy: { ...policy, mode: 'export' } }) },
    });
    await until('the row once more', () => row(auto(2)) !== undefined);
    assert.doesNotMatch(row(auto(2))?.shown ?? '', /Goes|Held/);
  });

  it('shows the whole plan by names, with the reason of each', async () => {
    await configure(services, { clusters: { prod: master() } });
    await prune({ ticks: [undefined], decisions: ['Show Plan'] });
    const text = () => vscode.window.activeTextEditor?.document.getText() ?? '';
    // A document of that name that was open before is filled anew.
    await until('the plan', () => text().includes(auto(3)));
    const shown = text();
    assert.match(shown, /^2 backups of 4 go\.$/m);
    assert.match(shown, new RegExp(`^goes .*${auto(3)} .*1 newer of 1d`, 'm'));
    assert.match(shown, /^stays .*by-hand +no schedule of ours made it$/m);
    assert.equal(deletions(), 0);
  });

  it('says where nothing goes', async () => {
    const kept = { schedules: [{ interval: '1d', count: 9 }] };
    await configure(services, { clusters: { prod: master({ policy: kept }) } });
    const ui = await prune({});
    assert.match(
      ui.told.join(),
      /Nothing to prune: what is on the platform of cluster "prod" stays\. \[Show Plan\]/,
    );
  });

  it('is not offered where the platform deletes by itself, and leads to its settings', async () => {
    await configure(services, { clusters: { shop, prod: master({}) } });
    assert.doesNotMatch(context('shop'), /prunes/);
    assert.match(context('shop'), /\+retention/);
    assert.doesNotMatch(context('prod'), /prunes/);
    const ui = await prune({}, 'shop');
    assert.match(
      ui.told.join(),
      /Upsun .* makes and deletes .* by settings of its own.*\[Edit Retention on the Platform…\]/,
    );
  });

  it('is about the vault where the policy’s mode leads there', async () => {
    await configure(services, {
      clusters: { prod: master({ policy: { ...policy, mode: 'export' } }) },
    });
    assert.match(context(), /\+prunes/);
    const ui = await prune({});
    assert.match(ui.told.join(), /Cluster "prod" has no backups to prune/);
    assert.equal(there().length, 4);
  });
});
