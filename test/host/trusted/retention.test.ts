import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { systemById } from '../../../src/adapters/registry';
import { coreErrors } from '../../../src/core/errors';
import type { RetentionPlan, RetentionSettings } from '../../../src/core/retention/settings';
import { commands } from '../../../src/ids';
import { showRetention } from '../../../src/vscode/panels/retentionPanel';
import type { RetentionPanel } from '../../../src/vscode/panels/retentionPanel';
import type { Services } from '../../../src/vscode/services';
import type { ClusterEntry } from '../../../src/vscode/store/clusterStore';
import { clusterItem } from '../../../src/vscode/tree/clusterItem';
import { editorUi } from '../../../src/vscode/ui';
import {
  activatedServices,
  answering,
  configure,
  unconfigure,
  until,
} from '../../support/host/services';
import type { Answers } from '../../support/host/services';
import { retentionPlan, retentionSettings } from '../../support/retentionSettings';

const warning = { severity: 'warning', code: 'upsun.goes', title: 'Backup a2 goes' } as const;

describe('The panel of a platform’s retention', () => {
  let services: Services;
  let calls: { method: string; params: Record<string, unknown> }[];
  let settings: RetentionSettings;
  let plan: RetentionPlan;
  let fails: Record<string, Error>;
  let count = 0;

  before(async () => {
    services = await activatedServices();
  });

  beforeEach(() => {
    calls = [];
    settings = retentionSettings();
    plan = retentionPlan({ items: [warning] });
    fails = {};
  });

  afterEach(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  const call = (method: string, params: Record<string, unknown>) => {
    calls.push({ method, params });
    const failure = fails[method];
    if (failure !== undefined) return Promise.reject(failure);
    if (method === 'planRetention') return Promise.resolve(plan);
    if (method === 'status')
      return Promise.resolve({ health: 'healthy', servers: [], warnings: [] });
    return Promise.resolve(settings);
  };
  const methods = () => calls.map(({ method }) => method);

  /** A panel of a cluster made of plain data, and a person made of answers. */
  async function open(answers: Answers = {}) {
    const ui = answering(answers);
    const name = `shop${++count}`;
    const definition = systemById('upsun');
    const entry = { key: name, config: { name }, definition } as unknown as ClusterEntry;
    const store = {
      resolve: () => Promise.resolve({}),
      refreshHealth: () => Promise.resolve(),
      refreshBackups: () => Promise.resolve(),
    };
    const mine = { ...services, ui, client: { call }, store } as unknown as Services;
    const panel = await showRetention(mine, entry);
    return { panel, ui, name, entry, mine };
  }

  const review = (panel: RetentionPanel) =>
    panel.receive({
      type: 'review',
      change: { kind: 'production', policy: { schedules: [{ interval: '1d', count: 3 }] } },
    });
  const send = (panel: RetentionPanel) =>
    panel.receive({ type: 'send', number: panel.shown.review?.number });
  const tabs = () => vscode.window.tabGroups.all.flatMap((group) => group.tabs);

  it('reads the settings when it opens, once a cluster', async () => {
    const { panel, name, entry, mine } = await open();
    await until('a tab', () => tabs().some(({ label }) => label === `Retention: ${name}`));
    assert.deepEqual(panel.shown.settings, settings);
    assert.ok(Math.abs(Date.parse(panel.shown.at ?? '') - Date.now()) < 60_000);
    assert.equal(await showRetention(mine, entry), panel);
    assert.equal(tabs().filter(({ label }) => label === `Retention: ${name}`).length, 1);
    assert.deepEqual(methods(), ['retention', 'retention']);
  });

  it('shows the change in the editor’s own comparison, the page still in sight', async () => {
    const { panel, name } = await open();
    await review(panel);
    assert.deepEqual(panel.shown.review?.plan, plan);
    await until('a comparison', () =>
      tabs().some(({ input }) => input instanceof vscode.TabInputTextDiff),
    );
    const [tab] = tabs().filter(({ input }) => input instanceof vscode.TabInputTextDiff);
    assert.ok(tab?.input instanceof vscode.TabInputTextDiff);
    assert.equal(tab.label, `Retention of Production on ${name}: now ↔ after`);
    const text = async (uri: vscode.Uri) =>
      (await vscode.workspace.openTextDocument(uri)).getText();
    assert.equal(await text(tab.input.original), plan.before);
    assert.equal(await text(tab.input.modified), plan.after);
    const page = tabs().find(({ label }) => label === `Retention: ${name}`);
    assert.ok(page?.isActive === true && page.group !== tab.group, 'the page is hidden');
    // Another plan takes the place of the former in the same editor.
    plan = retentionPlan({ after: '{ "count": 4 }' });
    await review(panel);
    await until('the other text', async () => {
      const [input, more] = tabs()
        .map((one) => one.input)
        .filter((one) => one instanceof vscode.TabInputTextDiff);
      return input && more === undefined && (await text(input.modified)) === plan.after;
    });
  });

  it('sends only after it was asked, with the warnings and the cluster in the question', async () => {
    const { panel, ui, name } = await open({ decisions: [undefined, 'Send'] });
    await review(panel);
    await send(panel);
    assert.deepEqual(methods(), ['retention', 'planRetention']);
    assert.match(ui.asked.join(), new RegExp(`${name}.*Production[^]*Backup a2 goes[^]*PATCH /`));
    assert.equal(panel.shown.problem?.cancelled, true);
    assert.ok(panel.shown.review, 'the review is lost');
    assert.equal(panel.shown.busy, undefined);

    settings = retentionSettings({ kinds: [] });
    await send(panel);
    assert.deepEqual(methods(), ['retention', 'planRetention', 'writeRetention']);
    assert.deepEqual(calls.at(-1)?.params['plan'], plan);
    assert.equal(typeof calls.at(-1)?.params['activityId'], 'string');
    assert.deepEqual(panel.shown.settings, settings);
    assert.equal(panel.shown.sent, 'production');
    assert.equal(panel.shown.review, undefined);
  });

  it('sends no other plan than the one that the page showed, and none that is blocked', async () => {
    const { panel } = await open({ decisions: [] });
    await panel.receive({ type: 'send', number: 1 });
    await review(panel);
    const { number = 0 } = panel.shown.review ?? {};
    await panel.receive({ type: 'send', number: number + 1 });
    plan = retentionPlan({ items: [{ ...warning, severity: 'blocker' }] });
    await review(panel);
    await send(panel);
    assert.ok(!methods().includes('writeRetention'));
  });

  it('reads the settings anew where they were changed meanwhile, and says so', async () => {
    const { panel } = await open({ decisions: ['Send'] });
    await review(panel);
    fails = { writeRetention: coreErrors.planChanged({ message: 'It is other.' }) };
    settings = retentionSettings({ kinds: [] });
    await send(panel);
    assert.deepEqual(methods().slice(-2), ['writeRetention', 'retention']);
    assert.equal(panel.shown.overtaken, true);
    assert.equal(panel.shown.problem?.code, 'core.planChanged');
    assert.deepEqual(panel.shown.settings, settings);
    assert.equal(panel.shown.review, undefined);
    // What was overtaken can't be sent any more.
    await panel.receive({ type: 'send', number: 1 });
    assert.equal(methods().filter((method) => method === 'writeRetention').length, 1);
  });

  it('says what failed, keeps what it showed, and tries again', async () => {
    fails = { retention: coreErrors.unsupported({ message: 'Not reached.' }) };
    const { panel } = await open();
    assert.equal(panel.shown.problem?.message, 'Not reached.');
    assert.equal(panel.shown.settings, undefined);
    fails = {};
    await panel.receive({ type: 'refresh' });
    const { problem, settings: read } = panel.shown;
    assert.equal(problem, undefined);
    assert.ok(read);
    fails = { planRetention: coreErrors.unsupported({ message: 'No plan.' }) };
    await review(panel);
    const after = panel.shown;
    assert.equal(after.problem?.message, 'No plan.');
    assert.equal(after.review, undefined);
    await panel.receive({ type: 'back' });
    assert.ok(!('problem' in panel.shown));
  });

  it('leaves alone what is no request of its page', async () => {
    const { panel } = await open();
    const wrong = [
      undefined,
      { type: 'write' },
      { type: 'review', change: { kind: 'production', policy: { schedules: 'all' } } },
      { type: 'review', change: { kind: '', policy: { schedules: [] } } },
    ];
    for (const message of wrong) await panel.receive(message);
    assert.deepEqual(methods(), ['retention']);
  });

  describe('its command', () => {
    afterEach(async () => {
      services.ui = editorUi;
      await unconfigure(services);
    });

    it('is offered on clusters whose platform has such settings, and refused on others', async () => {
      const real = services.client.call.bind(services.client);
      services.client.call = ((method: string, params: never, ...rest: never[]) =>
        method === 'retention' || method === 'status'
          ? call(method, params)
          : real(method as never, params, ...rest)) as typeof services.client.call;
      try {
        await configure(services, {
          clusters: {
            shop: { system: 'upsun', token: { env: 'PATH' }, project: 'abc', vault: './vault' },
            plain: { system: 'consul', vault: './vault' },
          },
        });
        const entryOf = (name: string) => {
          const entry = services.store.entries.find(({ config }) => config.name === name);
          assert.ok(entry, name);
          return entry;
        };
        const value = (name: string) =>
          clusterItem({ kind: 'cluster', entry: entryOf(name) }, new Date()).contextValue;
        assert.match(value('shop') ?? '', /\+retention(\+|$)/);
        assert.doesNotMatch(value('plain') ?? '', /retention/);

        services.ui = answering({ picks: ['shop'] });
        await vscode.commands.executeCommand(commands.editRetention);
        await until('the page', () => tabs().some(({ label }) => label === 'Retention: shop'));
        assert.ok(methods().includes('retention'));

        const ui = answering({});
        services.ui = ui;
        await vscode.commands.executeCommand(commands.editRetention, { entry: entryOf('plain') });
        await until('the refusal', () => ui.told.length > 0);
        assert.match(ui.told.join(), /Consul.* has no settings.*core\.unsupported/);
      } finally {
        services.client.call = real;
      }
    });
  });
});
