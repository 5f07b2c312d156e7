import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { systemById } from '../../../src/adapters/registry';
import { coreErrors } from '../../../src/core/errors';
import type { Recovery } from '../../../src/core/recovery';
import { showRecovery } from '../../../src/vscode/panels/recoveryPanel';
import type { Services } from '../../../src/vscode/services';
import type { ClusterEntry } from '../../../src/vscode/store/clusterStore';
import { activatedServices, answering, until } from '../../support/host/services';
import type { Answers } from '../../support/host/services';

const KEY = 'SWMKEY-1-secret';

function walk(state: Recovery['state']): Recovery {
  return {
    summary: `it is ${state}`,
    state,
    steps: [
      {
        id: 'openKey',
        title: 'Open the key',
        detail: 'It does.',
        state: 'optional',
        destructive: true,
        consequence: 'The lock is off.',
        commands: ['# on node1', 'head -1 key'],
        automatic: true,
        questions: [
          { field: 'engine', title: 'Which?', options: [{ value: 'a', label: 'node1' }] },
          { field: 'unlockKey', title: 'Unlock key', secret: true },
        ],
      },
      {
        id: 'look',
        title: 'Look',
        detail: 'See.',
        state: state === 'lost' ? 'next' : 'done',
        destructive: false,
        commands: [],
        automatic: true,
      },
    ],
  };
}

interface Call {
  method: string;
  params: { step?: string; answers?: Record<string, string> };
}

describe('The panel of the walk back from lost quorum', () => {
  let services: Services;
  let calls: Call[];
  let fails: Error | undefined;
  let count = 0;

  before(async () => {
    services = await activatedServices();
  });

  beforeEach(() => {
    calls = [];
    fails = undefined;
  });

  afterEach(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  /** The extension's services, with a person made of answers and clusters made of plain data. */
  function scripted(answers: Answers) {
    const ui = answering(answers);
    const call = (method: string, params: Call['params']) => {
      calls.push({ method, params });
      if (fails !== undefined && method === 'recover') return Promise.reject(fails);
      const taken = calls.some((c) => c.method === 'recover');
      return Promise.resolve(walk(taken ? 'healthy' : 'lost'));
    };
    const store = {
      resolve: () => Promise.resolve({}),
      refreshHealth: () => Promise.resolve(),
      refreshBackups: () => Promise.resolve(),
    };
    const mine = { ...services, ui, client: { call }, store } as unknown as Services;
    return { mine, ui };
  }

  function entry(): ClusterEntry {
    const name = `shop${++count}`;
    const definition = systemById('swarm');
    return { key: name, config: { name }, definition } as unknown as ClusterEntry;
  }

  const tabs = (name: string) =>
    vscode.window.tabGroups.all
      .flatMap((group) => group.tabs)
      .filter((tab) => tab.label === `Recover: ${name}`);

  it('reads the walk when it opens, once a cluster, and again when asked', async () => {
    const { mine } = scripted({});
    const of = entry();
    const panel = await showRecovery(mine, of);
    await until('a tab', () => tabs(of.key).length === 1);
    assert.equal(panel.shown.walk?.state, 'lost');
    assert.equal(await showRecovery(mine, of), panel);
    assert.equal(tabs(of.key).length, 1);
    await panel.receive({ type: 'refresh' });
    assert.deepEqual(
      calls.map((c) => c.method),
      ['recovery', 'recovery', 'recovery'],
    );
  });

  it('asks for secrets itself, confirms with what is lost, and shows what came of it', async () => {
    const { mine, ui } = scripted({ inputs: [KEY], confirm: true });
    const panel = await showRecovery(mine, entry());
    await panel.receive({ type: 'take', step: 'openKey', answers: { engine: 'a' } });
    const [, taken] = calls;
    assert.equal(taken?.method, 'recover');
    assert.deepEqual(taken.params.answers, { engine: 'a', unlockKey: KEY });
    assert.equal(panel.shown.walk?.state, 'healthy');
    assert.equal(panel.shown.taken, 'Open the key');
    assert.ok(ui.asked.some((q) => q.includes('Open the key?')));
    assert.ok(!JSON.stringify(panel.shown).includes(KEY));
  });

  it('changes nothing when the person gives up', async () => {
    for (const answers of [{ inputs: [undefined] }, { inputs: [KEY], confirm: false }]) {
      const { mine } = scripted(answers);
      const panel = await showRecovery(mine, entry());
      await panel.receive({ type: 'take', step: 'openKey', answers: {} });
      assert.ok(calls.every((c) => c.method === 'recovery'));
      assert.equal(panel.shown.problem?.cancelled, true);
      assert.equal(panel.shown.busy, undefined);
    }
  });

  it('keeps the message of what failed beside the walk as it is then', async () => {
    const { mine } = scripted({});
    const panel = await showRecovery(mine, entry());
    fails = coreErrors.unsupported({ message: 'It did not work.' });
    await panel.receive({ type: 'take', step: 'look', answers: {} });
    assert.equal(panel.shown.problem?.message, 'It did not work.');
    assert.deepEqual(
      calls.map((c) => c.method),
      ['recovery', 'recover', 'recovery'],
    );
    await panel.receive({ type: 'take', step: 'unknown', answers: {} });
    assert.equal(calls.length, 3);
  });

  it('copies a command', async () => {
    const { mine } = scripted({});
    const panel = await showRecovery(mine, entry());
    await panel.receive({ type: 'copy', step: 'openKey', command: 1 });
    assert.equal(await vscode.env.clipboard.readText(), 'head -1 key');
  });
});
