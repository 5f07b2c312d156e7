import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { commands } from '../../../src/ids';
import { showPolicy } from '../../../src/vscode/panels/policyPanel';
import type { PolicyPanel } from '../../../src/vscode/panels/policyPanel';
import type { Services } from '../../../src/vscode/services';
import { editorUi } from '../../../src/vscode/ui';
import {
  activatedServices,
  answering,
  unconfigure,
  until,
  workspaceFolder,
} from '../../support/host/services';

const TEXT = `{
  // Where all of them lie.
  "vault": "./policy-vault",
  "policy": { "maxBackups": 30 }, // the disk is small
  "clusters": {
    "prod": {
      "system": "consul",
      "address": "http://127.0.0.1:9",
      "policy": {
        "schedules": [
          { "interval": "1h", "count": 24 }, // a day
          { "interval": "1d", "count": 7 } // a week
        ]
      }
    }
  }
}
`;
const EDITED = {
  schedules: [
    { interval: '1h', count: 12 },
    { interval: '1d', count: 7 },
  ],
  manualCount: 3,
};
const AFTER = TEXT.replace('"count": 24', '"count": 12').replace(
  '// a week\n        ]\n',
  '// a week\n        ],\n        "manualCount": 3\n',
);

describe('The panel of a cluster’s policy', () => {
  let services: Services;
  let file: string;

  before(async () => {
    services = await activatedServices();
    file = join(workspaceFolder(), 'cluster-backup.jsonc');
  });
  beforeEach(async () => {
    await writeFile(file, TEXT);
    await services.store.reload();
  });
  afterEach(async () => {
    services.ui = editorUi;
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await unconfigure(services);
  });

  const open = () => {
    const entry = services.store.entries.find(({ config }) => config.name === 'prod');
    assert.ok(entry);
    return showPolicy(services, entry);
  };
  const save = (panel: PolicyPanel) =>
    panel.receive({ type: 'save', number: panel.shown.review?.number });
  const tabs = () => vscode.window.tabGroups.all.flatMap((group) => group.tabs);

  it('is opened by its command, and shows who says what', async () => {
    services.ui = answering({ picks: ['prod'] });
    await vscode.commands.executeCommand(commands.editPolicy);
    await until('the page', () => tabs().some(({ label }) => label === 'Policy: prod'));
    const { shown } = await open();
    assert.deepEqual(shown.inherited, { maxBackups: 30 });
    assert.equal(shown.own?.schedules?.length, 2);
    assert.equal(shown.vault?.saidBy, 'file');
    assert.equal(shown.encryption?.saidBy, 'nobody');
    assert.deepEqual(shown.backups, []);
  });

  it('compares the file with what it will be, and saves that to the letter', async () => {
    const panel = await open();
    await panel.receive({ type: 'review', edited: EDITED });
    await until('a comparison', () =>
      tabs().some(({ input }) => input instanceof vscode.TabInputTextDiff),
    );
    const tab = tabs().find(({ input }) => input instanceof vscode.TabInputTextDiff);
    assert.ok(tab?.input instanceof vscode.TabInputTextDiff);
    assert.equal(tab.input.original.fsPath, file);
    const after = await vscode.workspace.openTextDocument(tab.input.modified);
    assert.equal(after.getText(), AFTER);
    assert.equal(await readFile(file, 'utf8'), TEXT);
    await save(panel);
    assert.equal(await readFile(file, 'utf8'), AFTER);
    assert.equal(panel.shown.saved, true);
    assert.equal(panel.shown.own?.manualCount, 3);
    assert.equal(panel.shown.review, undefined);
    const [entry] = services.store.entries;
    assert.equal(entry?.config.policy?.schedules?.[0]?.count, 12);
  });

  it('saves nothing where the file was changed meanwhile, and shows it anew', async () => {
    const panel = await open();
    await panel.receive({ type: 'review', edited: EDITED });
    const other = TEXT.replace('"maxBackups": 30', '"maxBackups": 20');
    await writeFile(file, other);
    await save(panel);
    assert.equal(await readFile(file, 'utf8'), other);
    assert.equal(panel.shown.overtaken, true);
    assert.equal(panel.shown.problem?.code, 'core.planChanged');
    assert.deepEqual(panel.shown.inherited, { maxBackups: 20 });
    assert.equal(panel.shown.review, undefined);
  });

  it('refuses what its page would not ask, and says what can’t be', async () => {
    const panel = await open();
    await panel.receive({ type: 'review', edited: { ...EDITED, before: [{ command: ['x'] }] } });
    assert.equal(panel.shown.review, undefined);
    await panel.receive({ type: 'review', edited: { mode: 'sideways' } });
    assert.equal(panel.shown.problem?.code, 'config.invalid');
    assert.match(panel.shown.problem.message, /no mode "sideways"/);
  });

  it('opens the file at the place that counts', async () => {
    const panel = await open();
    await panel.receive({ type: 'open', place: 'vault' });
    await until('the file', () => vscode.window.activeTextEditor?.document.uri.fsPath === file);
    const editor = vscode.window.activeTextEditor;
    assert.ok(editor);
    const line = editor.document.lineAt(editor.selection.active.line).text;
    assert.match(line, /"vault": /);
  });
});
