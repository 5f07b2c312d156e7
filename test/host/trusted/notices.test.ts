import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Activity } from '../../../src/core/operations/activity';
import { activityOwner } from '../../../src/stores/activityOwner';
import { Notices } from '../../../src/vscode/notices';
import type { Services } from '../../../src/vscode/services';
import {
  activatedServices,
  answering,
  configure,
  unconfigure,
  until,
  workspaceFolder,
} from '../../support/host/services';
import { layDown } from '../../support/host/vaultBackups';

const HOUR = 3_600_000;
const origin = { kind: 'schedule', schedule: '1h' } as const;
const policy = { schedules: [{ interval: '1h', count: 3 }] };

describe('Notices in a window', () => {
  let services: Services;
  let count = 0;
  let name: string;
  let focused: boolean;
  let memory: Map<string, unknown>;
  const made: Notices[] = [];
  const vault = () => join(workspaceFolder(), 'vault');
  const lay = (hours: number, check: 'ok' | 'damaged' = 'ok') =>
    layDown(vault(), name, { created: new Date(Date.now() - hours * HOUR), origin, check });
  const cluster = { system: 'consul', address: 'http://127.0.0.1:9', vault: './vault', policy };

  before(async () => {
    services = await activatedServices();
  });
  beforeEach(() => {
    // The journal is shared by all tests: a name of its own each.
    name = `noticed${++count}`;
    focused = true;
    memory = new Map();
  });
  afterEach(async () => {
    for (const notices of made.splice(0)) notices.dispose();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await unconfigure(services);
    await rm(vault(), { recursive: true, force: true });
  });

  /** A window's notices and the person who gets them; memory is shared as between windows. */
  const open = (presses: string[] = [], settleMs = 0) => {
    const ui = answering({ presses });
    const memento = {
      get: (key: string, fallback: unknown) => memory.get(key) ?? fallback,
      update: (key: string, value: unknown) => Promise.resolve(memory.set(key, value)),
      keys: () => [...memory.keys()],
    } as unknown as vscode.Memento;
    const { store, standings, runs } = services;
    const mine = { store, standings, runs, ui };
    const notices = new Notices(mine, memento, { settleMs, isFocused: () => focused });
    made.push(notices);
    return { ui, notices };
  };
  const ended = async (end: Pick<Activity, 'state' | 'error'>) => {
    const writer = await services.journal.start({
      kind: 'backup',
      cluster: name,
      by: activityOwner('agent'),
      scheduled: true,
    });
    writer.log('info', 'The cluster was asked.');
    await writer.finish(end);
    await services.runs.refresh();
  };
  const error = {
    code: 'http.unreachable',
    category: 'failed',
    message: 'Consul was not reached.',
    next: 'Check that it runs.',
  } as const;
  const codes = () =>
    services.store.entries.flatMap((e) => services.standings.of(e).lines.map(({ code }) => code));

  it('tell of a failed run once, with its log, and are silent when all is well again', async () => {
    await lay(0);
    await configure(services, { clusters: { [name]: cluster } });
    const { ui, notices } = open(['Show Log']);
    await ended({ state: 'failed', error });
    await until('it is told', () => ui.told.length > 0);
    assert.match(ui.told.join(), /The last run failed: Consul was not reached.*\[Show Log\]/);
    await until('its log is shown', () =>
      vscode.window.activeTextEditor?.document.getText().includes('The cluster was asked.'),
    );
    const first = services.runs.of(name)?.id;
    const other = open();
    notices.look();
    other.notices.look();
    assert.equal(ui.told.length + other.ui.told.length, 1);
    await ended({ state: 'failed', error });
    await until('the next try is known', () => services.runs.of(name)?.id !== first);
    notices.look();
    assert.equal(ui.told.length + other.ui.told.length, 1, 'each try is told');
    // The status bar says so as well, and stops with the next good run.
    await until('it stands badly', () => codes().includes('failed'));
    await ended({ state: 'done' });
    await until('it stands well', () => !codes().includes('failed'));
    assert.equal(ui.told.length, 1);
    await ended({ state: 'failed', error });
    await until(
      'the next failure is told',
      () => ui.told.length === 2 || other.ui.told.length === 1,
    );
  });

  it('say nothing of a run that a person cancelled, or that a person began', async () => {
    await lay(0);
    await configure(services, { clusters: { [name]: cluster } });
    const { ui, notices } = open();
    await ended({ state: 'cancelled' });
    const writer = await services.journal.start({
      kind: 'backup',
      cluster: name,
      by: activityOwner('editor'),
    });
    await writer.finish({ state: 'failed', error });
    await services.runs.refresh();
    notices.look();
    assert.deepEqual(ui.told, []);
  });

  it('wait until the person is at the window', async () => {
    const damaged = await lay(0, 'damaged');
    focused = false;
    await configure(services, { clusters: { [name]: cluster } });
    const { ui, notices } = open();
    await until('it is damaged', () => codes().includes('damaged'));
    notices.look();
    assert.deepEqual(ui.told, []);
    focused = true;
    notices.look();
    assert.match(ui.told.join(), /damaged.*\[Show Cluster\]/);
    assert.deepEqual(memory.get('notices.told'), [`damaged:${damaged.id}`]);
  });

  it('tell of a missed backup only once it has been so for a while', async () => {
    await lay(5);
    await configure(services, { clusters: { [name]: cluster } });
    await until('it is missed', () => codes().includes('missed'));
    const patient = open([], 3_600_000);
    patient.notices.look();
    assert.deepEqual(patient.ui.told, []);
    const { ui, notices } = open([], 2_000);
    notices.look();
    assert.deepEqual(ui.told, []);
    await until('it is told without anything that happens', () => ui.told.length === 1);
    assert.match(ui.told.join(), /No backup was made since/);
  });

  it('tell of many together', async () => {
    const names = ['a', 'b', 'c'].map((letter) => `${name}${letter}`);
    for (const one of names) {
      await layDown(vault(), one, { created: new Date(), origin, check: 'damaged' });
    }
    await configure(services, { clusters: Object.fromEntries(names.map((n) => [n, cluster])) });
    await until('all are damaged', () => codes().filter((c) => c === 'damaged').length === 3);
    const { ui, notices } = open();
    notices.look();
    assert.equal(ui.told.length, 1);
    assert.match(ui.told.join(), /3 things about your backups need a look/);
  });
});
