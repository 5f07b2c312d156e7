import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { policyBackup } from '../../../src/core/policy/policyBackup';
import { dueOf } from '../../../src/core/schedule/planned';
import { settings } from '../../../src/ids';
import { startConsul } from '../../../src/sandbox/parts/consulServer';
import type { RunningConsul } from '../../../src/sandbox/parts/consulServer';
import type { Services } from '../../../src/vscode/services';
import { editorUi } from '../../../src/vscode/ui';
import {
  activatedServices,
  answering,
  configure,
  unconfigure,
  until,
  workspaceFolder,
} from '../../support/host/services';

const LONG = 150_000;
const EACH = [{ interval: '3s', count: 2 }];

describe('Schedules that the editor runs itself', function () {
  this.timeout(600_000);
  let services: Services;
  let consul: RunningConsul;
  const vault = () => join(workspaceFolder(), 'vault');
  const turn = async (on: boolean | undefined) => {
    const [section, key] = ['clusterBackup.schedules', 'run'];
    assert.equal(`${section}.${key}`, settings.runSchedules);
    await vscode.workspace
      .getConfiguration(section)
      .update(key, on, vscode.ConfigurationTarget.Global);
  };
  const cluster = (fields: Record<string, unknown> = {}) => ({
    system: 'consul',
    address: consul.address,
    vault: './vault',
    policy: { schedules: EACH },
    ...fields,
  });
  const made = () =>
    (services.store.entries[0]?.backups ?? []).filter(
      ({ manifest }) => manifest.origin.kind === 'schedule',
    );
  const missedTwo = () => {
    const due = dueOf({ schedules: EACH }, '', made().map(policyBackup), new Date());
    return due?.missedSince !== undefined && due.since > due.missedSince;
  };

  before(async () => {
    services = await activatedServices();
    consul = await startConsul();
  });
  after(() => consul.stop());
  afterEach(async () => {
    await turn(undefined);
    await until('the agent has ended', () => !services.schedules.isRunning, LONG);
    services.ui = editorUi;
    await unconfigure(services);
    await rm(vault(), { recursive: true, force: true });
  });

  it('are off until the setting is on, and stop when it goes off', async () => {
    await configure(services, { clusters: { timed: cluster() } });
    assert.equal(services.schedules.isRunning, false);
    assert.deepEqual(made(), []);

    await turn(true);
    await until('backups are made', () => made().length >= 2, LONG);
    const ids = new Set(made().map(({ manifest }) => manifest.id));
    // The policy lets go of the older ones by itself.
    await until(
      'later ones take their place',
      () => !made().some((b) => ids.has(b.manifest.id)),
      LONG,
    );
    assert.ok(made().length <= 3, String(made().length));
    assert.ok(made().every(({ manifest }) => manifest.origin.schedule === '3s'));
    const activities = await services.journal.list();
    const scheduled = activities.filter((a) => a.cluster === 'timed' && a.scheduled === true);
    assert.ok(scheduled.some(({ kind }) => kind === 'backup'));
    assert.ok(scheduled.some(({ kind }) => kind === 'prune'));
    assert.ok(scheduled.every(({ by }) => by.endsWith('(editor)')));

    await turn(false);
    await until('the agent has ended', () => !services.schedules.isRunning, LONG);
    assert.equal(services.schedules.state, undefined);
    const ended = await services.journal.list();
    assert.deepEqual(
      ended.filter(({ state }) => state === 'running'),
      [],
    );
    // A running one would have begun a backup at the first of these moments, and written that down.
    await until('two planned moments have gone by without a backup', missedTwo, LONG);
    const later = await services.journal.list();
    assert.deepEqual(
      later.map(({ id }) => id),
      ended.map(({ id }) => id),
    );
  });

  it('ask nobody: a secret that is missing is told once, with a button to enter it', async () => {
    const encryption = { passphrase: { secret: `timed.${Date.now()}` } };
    const ui = answering({ presses: ['Enter Secret…'], inputs: ['correct horse battery'] });
    services.ui = ui;
    await configure(services, { clusters: { locked: cluster({ encryption }) } });
    await turn(true);
    await until('it is entered, and a backup made with it', () => made().length > 0, LONG);
    const asked = ui.told.filter((text) => text.includes('[Enter Secret…]'));
    assert.equal(asked.length, 1, ui.told.join('\n'));
    assert.match(asked.join(), /Schedules of locked can't run: The passphrase/);
    assert.equal(made()[0]?.manifest.encryption.kind, 'passphrase');
  });
});
