import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startConsul } from '../../src/sandbox/parts/consulServer';
import type { RunningConsul } from '../../src/sandbox/parts/consulServer';
import { startFaultProxy } from '../support/faultProxy';
import { type Workbench, openWorkbench, packagedExtension } from '../support/workbench';

const VIEW = 'Clusters';
const ACTIVITY = 'Activity';

describe('A person with a Consul cluster', function () {
  this.timeout(240_000);
  let consul: RunningConsul;
  let workbench: Workbench;

  before(async () => {
    consul = await startConsul();
    for (let i = 0; i < 40; i++) {
      const key = `app/${i % 3 === 0 ? 'config' : 'feature'}/item-${i}`;
      await consul.request('PUT', `/v1/kv/${key}`, { body: 'v'.repeat(200 + i * 20) });
    }
    workbench = await openWorkbench({ vsix: packagedExtension });
  });

  after(async () => {
    await workbench.close();
    await consul.stop();
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench.screenshot(`failed-${Date.now()}`);
  });

  it('finds a welcome that says what to do', async () => {
    await workbench.openView('Cluster Backup');
    await workbench.welcome().getByText('No cluster is configured yet').waitFor();
    const text = await workbench.welcome().innerText();
    assert.match(text, /Add Cluster…/);
    assert.match(text, /Open Configuration/);
    await workbench.screenshot('welcome');
  });

  it('adds the cluster step by step, and is told what was found', async () => {
    await workbench.runCommand('Cluster Backup: Add Cluster…');
    await workbench.pick('HashiCorp Consul');
    await workbench.answer('ftp://nonsense', { expect: 'Address of a Consul agent' });
    await workbench.questionMessage(/http/);
    await workbench.answer(consul.address, { expect: 'Address' });
    await workbench.pick('No token');
    await workbench.pick('None');
    await workbench.answer('prod', { expect: 'A name for the cluster' });
    await workbench.pick('workspace');
    const told = await (await workbench.notification('Added prod')).innerText();
    assert.match(told, new RegExp(`version ${consul.version}`));
    assert.match(told, /leader 127\.0\.0\.1/);
    assert.match(told, /datacenter dc1/);
    const text = await readFile(join(workbench.workspace, 'cluster-backup.jsonc'), 'utf8');
    assert.match(text, /"prod"/);
    const row = await workbench.row(VIEW, /prod.*healthy/);
    assert.match((await row.getAttribute('aria-label')) ?? '', /no backup yet/);
  });

  it('backs up by right-click, with mode and label', async () => {
    await workbench.contextMenu(VIEW, 'prod', 'Back Up Now…', workbench.offered('Consistent'));
    await workbench.pick('Consistent');
    await workbench.answer('no spaces', { expect: 'Label' });
    await workbench.questionMessage(/letters, digits/);
    await workbench.answer('before-upgrade', { expect: 'Label' });
    const told = await (await workbench.notification('Backed up prod')).innerText();
    assert.match(told, /index \d+, checked/);
    const row = await workbench.row(VIEW, 'before-upgrade');
    assert.match(
      (await row.getAttribute('aria-label')) ?? '',
      /consistent.*not encrypted.*verified/,
    );
    await workbench.clearNotifications();
    const files = await readdir(join(workbench.folder, 'home'), { recursive: true });
    assert.equal(files.filter((f) => f.endsWith('.snap')).length, 1);
  });

  it('sees in the Activity view what ran', async () => {
    await workbench.row(ACTIVITY, /Back up prod.*done/);
    await workbench.screenshot('tree');
  });

  it('opens the snapshot and looks at its keys', async () => {
    await (await workbench.row(VIEW, 'before-upgrade')).click();
    const frame = workbench.customEditorFrame();
    await frame.getByText('KVS').first().waitFor();
    await frame.getByText('app/feature').first().waitFor();
    await workbench.screenshot('inspect');
  });

  it('restores from the palette, with the plan first and a safety backup', async () => {
    await consul.request('PUT', '/v1/kv/late', { body: 'written after the backup' });
    await workbench.runCommand('Cluster Backup: Restore…');
    await workbench.pick('prod');
    await workbench.pick('before-upgrade');
    const frame = workbench.customEditorFrame();
    await frame.getByRole('heading', { name: 'Restore plan: prod' }).waitFor();
    await frame.getByText('KVS').first().waitFor();
    await workbench.screenshot('restore-plan');
    assert.equal((await consul.request('GET', '/v1/kv/late')).status, 200);
    await frame.getByRole('button', { name: /Restore/ }).click();
    const question = await workbench.dialogText();
    assert.match(question, /Replace everything that cluster "prod" holds\?/);
    await workbench.screenshot('restore-confirm');
    await workbench.answerDialog('Restore prod');
    const told = await (await workbench.notification('Restored prod', 90_000)).innerText();
    assert.match(told, /holds what the snapshot held: .*KVS 40/);
    assert.equal((await consul.request('GET', '/v1/kv/late')).status, 404);
    await workbench.row(VIEW, 'Before a restore');
    await workbench.clearNotifications();
  });

  it('cancels a long backup, and nothing of it stays', async () => {
    const proxy = await startFaultProxy(consul.address);
    try {
      proxy.inject(
        { kind: 'stall', after: 200 },
        { when: (_method, path) => path.startsWith('/v1/snapshot') },
      );
      const file = join(workbench.workspace, 'cluster-backup.jsonc');
      const text = await readFile(file, 'utf8');
      await writeFile(file, text.replace(consul.address, proxy.address));
      await workbench.runCommand('Cluster Backup: Refresh');
      while (proxy.requests.length === 0) await workbench.page.waitForTimeout(100);
      await workbench.inlineAction(VIEW, 'prod', 'Back Up Now…', workbench.offered('Stale'));
      await workbench.pick('Stale');
      await workbench.answer('');
      await workbench.answerNotification('Back Up prod', 'Cancel');
      await workbench.row(ACTIVITY, /Back up prod.*cancelled/);
      const left = await readdir(join(workbench.folder, 'home'), { recursive: true });
      assert.deepEqual(
        left.filter((f) => f.includes('.partial')),
        [],
      );
      await writeFile(file, text);
    } finally {
      await proxy.close();
    }
  });
});
