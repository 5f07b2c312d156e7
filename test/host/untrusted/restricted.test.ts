import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { commands } from '../../../src/ids';
import { editorUi } from '../../../src/vscode/ui';
import { activatedServices, answering, until, workspaceFolder } from '../../support/host/services';
import { fixture } from '../../support/snapshots/fixtures';

describe('An untrusted workspace', () => {
  it('starts nothing: no cluster is read, every command is refused in code', async () => {
    const services = await activatedServices();
    const config = { clusters: { evil: { system: 'consul', address: 'http://127.0.0.1:9' } } };
    await writeFile(join(workspaceFolder(), 'cluster-backup.jsonc'), JSON.stringify(config));
    await services.store.reload();
    assert.equal(services.store.state, 'untrusted');
    assert.deepEqual(services.store.entries, []);
    const quiet = new Set<string>([commands.showLog, commands.showActivityLog]);
    for (const command of Object.values(commands).filter((id) => !quiet.has(id))) {
      const ui = answering({});
      services.ui = ui;
      await vscode.commands.executeCommand(command);
      assert.match(ui.told.join(), /not trusted.*\[editor\.untrusted\]/, command);
      assert.deepEqual(ui.asked, [], command);
    }
    services.ui = editorUi;
    assert.deepEqual(await services.journal.list(), []);
    assert.equal(services.statusBar.shown, false);
  });

  it('runs no schedules, whatever the setting says', async () => {
    const services = await activatedServices();
    const schedules = vscode.workspace.getConfiguration('clusterBackup.schedules');
    await schedules.update('run', true, vscode.ConfigurationTarget.Global);
    await until('the setting is on', () =>
      vscode.workspace.getConfiguration('clusterBackup.schedules').get('run'),
    );
    assert.equal(services.schedules.isRunning, false);
    await schedules.update('run', undefined, vscode.ConfigurationTarget.Global);
  });

  it('still opens a snapshot file', async () => {
    const path = join(workspaceFolder(), 'any.snap');
    await writeFile(path, fixture('consul-1.8-minimal.snap'));
    await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(path));
    await until('the editor is open', () =>
      vscode.window.tabGroups.all
        .flatMap((group) => group.tabs)
        .some((tab) => tab.input instanceof vscode.TabInputCustom),
    );
  });
});
