import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { RestorePlan } from '../../../src/core/plan';
import { showRestorePlan, tellRestoreOutcome } from '../../../src/vscode/panels/restorePlanPanel';
import { projectFolder } from '../../support/snapshots/fixtures';

const services = {
  context: { extensionUri: vscode.Uri.file(projectFolder) } as vscode.ExtensionContext,
};

function plan(cluster: string): RestorePlan {
  return {
    cluster,
    system: 'consul',
    source: 'a.snap',
    content: {
      format: 'consul',
      identity: {},
      servers: [],
      stats: [],
      totalSize: 0,
      counts: {},
      facts: {},
      contentBytes: 0,
    },
    current: { counts: {} },
    comparison: [{ name: 'KVS', now: 1, after: 2 }],
    items: [],
    possible: true,
    safetyBackup: true,
    fingerprint: 'x',
  };
}

function tabs(cluster: string): vscode.Tab[] {
  return vscode.window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter((tab) => tab.label === `Restore plan: ${cluster}`);
}

async function eventually(what: () => boolean): Promise<void> {
  for (let i = 0; i < 100 && !what(); i++) await new Promise((done) => setTimeout(done, 50));
  assert.ok(what());
}

describe('The panel of a restore plan', () => {
  afterEach(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  it('only tells a dry run', async () => {
    assert.equal(await showRestorePlan(services, plan('dry'), { dryRun: true }), 'closed');
    await eventually(() => tabs('dry').length === 1);
  });

  it('answers when it is closed', async () => {
    const answer = showRestorePlan(services, plan('one'), { dryRun: false });
    await eventually(() => tabs('one').length === 1);
    await vscode.window.tabGroups.close(tabs('one'));
    assert.equal(await answer, 'closed');
    // Nothing to tell it any more.
    tellRestoreOutcome('one', { kind: 'done' });
  });

  it('is one a cluster: a new plan takes the place of the former', async () => {
    const first = showRestorePlan(services, plan('two'), { dryRun: false });
    const second = showRestorePlan(services, plan('two'), { dryRun: false });
    assert.equal(await first, 'closed');
    await eventually(() => tabs('two').length === 1);
    await vscode.window.tabGroups.close(tabs('two'));
    assert.equal(await second, 'closed');
  });
});
