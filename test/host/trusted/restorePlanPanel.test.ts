import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { RestorePlan } from '../../../src/core/plan';
import { askPayload } from '../../../src/vscode/commands/askPayload';
import {
  receiveFromPage,
  showRestorePlan,
  shownOnPage,
} from '../../../src/vscode/panels/restorePlanPanel';
import type { PlanPageOptions } from '../../../src/vscode/panels/restorePlanPanel';
import { answering } from '../../support/host/services';
import { change, itemisedPlan } from '../../support/plans';
import { projectFolder } from '../../support/snapshots/fixtures';

const services = {
  context: { extensionUri: vscode.Uri.file(projectFolder) } as vscode.ExtensionContext,
};

function plan(cluster: string): RestorePlan {
  const { changes: _, choices: __, ...whole } = itemisedPlan([], { cluster });
  return { ...whole, possible: true, comparison: [{ name: 'KVS', now: 1, after: 2 }] };
}

const SECRET = change('secret/web_key', {
  action: 'cannot',
  code: 'payloadMissing',
  asks: { title: 'Content of web_key', given: false },
});
const ASKED = { title: 'Content of web_key' };

function itemised(cluster: string): RestorePlan {
  return itemisedPlan([change('service/web_api', { group: 'web' }), SECRET], { cluster });
}

function tabs(cluster: string): vscode.Tab[] {
  return vscode.window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter((tab) => tab.label === `Restore plan: ${cluster}`);
}

async function eventually(what: () => boolean): Promise<void> {
  for (let i = 0; i < 1_200 && !what(); i++) await new Promise((done) => setTimeout(done, 50));
  assert.ok(what());
}

const only: PlanPageOptions = { dryRun: false };

describe('The panel of a restore plan', () => {
  afterEach(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  it('only tells a dry run', async () => {
    const page = showRestorePlan(services, plan('dry'), { dryRun: true });
    assert.equal(await page.decision(), undefined);
    await eventually(() => tabs('dry').length === 1);
    receiveFromPage('dry', { type: 'restore', edit: 0 });
    assert.equal(shownOnPage('dry')?.outcome, undefined);
  });

  it('answers when it is closed', async () => {
    const page = showRestorePlan(services, plan('one'), only);
    const answer = page.decision();
    await eventually(() => tabs('one').length === 1);
    await vscode.window.tabGroups.close(tabs('one'));
    assert.equal(await answer, undefined);
    // Nothing to tell it any more, and nobody to wait for.
    page.tell({ kind: 'done' });
    assert.equal(await page.decision(), undefined);
  });

  it('is one a cluster: a new plan takes the place of the former', async () => {
    const first = showRestorePlan(services, plan('two'), only);
    const answer = first.decision();
    const second = showRestorePlan(services, plan('two'), only);
    assert.equal(await answer, undefined);
    await eventually(() => tabs('two').length === 1);
    first.tell({ kind: 'done' });
    assert.equal(shownOnPage('two')?.outcome, undefined);
    const closing = second.decision();
    await vscode.window.tabGroups.close(tabs('two'));
    assert.equal(await closing, undefined);
  });

  it('hands out the very plan that the page showed, with what was given for it', async () => {
    const planned = { ...itemised('three'), fingerprint: 'as chosen' };
    const page = showRestorePlan(services, itemised('three'), {
      ...only,
      replan: ({ choices, payloads }) => {
        assert.deepEqual(Object.keys(payloads), ['secret/web_key']);
        return Promise.resolve({ ...planned, choices });
      },
      askPayload: (asked, from) => {
        assert.deepEqual([asked.id, from], ['secret/web_key', 'text']);
        return Promise.resolve('c2VjcmV0');
      },
    });
    const answer = page.decision();
    receiveFromPage('three', { type: 'give', id: 'secret/web_key', from: 'text' });
    await eventually(() => shownOnPage('three')?.state === 'busy');
    const choices = { except: ['service/x'] };
    receiveFromPage('three', { type: 'choose', edit: 2, choices });
    // Too early: it is of former choices.
    receiveFromPage('three', { type: 'restore', edit: 0 });
    await eventually(() => shownOnPage('three')?.state === 'planned');
    receiveFromPage('three', { type: 'restore', edit: 1 });
    assert.equal(shownOnPage('three')?.outcome, undefined);
    assert.ok(!JSON.stringify(shownOnPage('three')).includes('c2VjcmV0'));
    receiveFromPage('three', { type: 'restore', edit: 2 });
    assert.deepEqual(await answer, {
      plan: { ...planned, choices },
      payloads: { 'secret/web_key': 'c2VjcmV0' },
    });
    assert.equal(shownOnPage('three')?.outcome?.kind, 'asked');
    page.reopen();
    assert.equal(shownOnPage('three')?.outcome, undefined);
  });

  it('asks for nothing that the plan does not ask for', async () => {
    showRestorePlan(services, itemised('four'), {
      ...only,
      replan: () => assert.fail('planned'),
      askPayload: () => assert.fail('asked'),
    });
    receiveFromPage('four', { type: 'give', id: 'service/web_api', from: 'file' });
    receiveFromPage('four', { type: 'give', id: 'nothing', from: 'file' });
    await new Promise((done) => setTimeout(done, 500));
    assert.equal(shownOnPage('four')?.state, 'planned');
  });
});

describe('Asking for what a backup can not hold', () => {
  let folder: string;
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'cluster-backup-payload-'))));
  after(() => rm(folder, { recursive: true }));

  const fromFile = async (bytes: Buffer | undefined) => {
    const path = join(folder, 'key');
    if (bytes !== undefined) await writeFile(path, bytes);
    const ui = answering({});
    const uri = vscode.Uri.file(bytes === undefined ? join(folder, 'nowhere') : path);
    ui.openFile = () => Promise.resolve(uri);
    return { payload: await askPayload({ ui }, ASKED, 'file'), told: ui.told };
  };

  it('takes a file byte for byte', async () => {
    const bytes = Buffer.from([0, 255, 10]);
    assert.equal((await fromFile(bytes)).payload, bytes.toString('base64'));
  });

  it('says why a file can not be taken', async () => {
    for (const [bytes, why] of [
      [Buffer.alloc(0), /is empty/],
      [Buffer.alloc((1 << 20) + 1), /is larger than 1 MB/],
      [undefined, /can't be read/],
    ] as const) {
      const { payload, told } = await fromFile(bytes);
      assert.equal(payload, undefined);
      assert.match(told[0] ?? '', why);
    }
  });

  it('takes what is typed, unseen', async () => {
    const ui = answering({});
    ui.input = (options) => {
      assert.equal(options.password, true);
      return Promise.resolve('pass');
    };
    assert.equal(await askPayload({ ui }, ASKED, 'text'), Buffer.from('pass').toString('base64'));
    assert.equal(
      await askPayload({ ui: answering({ inputs: [undefined] }) }, ASKED, 'text'),
      undefined,
    );
  });
});
