import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startEngine } from '../../src/sandbox/parts/dockerEngine';
import type { RunningEngine } from '../../src/sandbox/parts/dockerEngine';
import { startSwarm } from '../../src/sandbox/parts/dockerSwarm';
import type { RunningSwarm } from '../../src/sandbox/parts/dockerSwarm';
import { startFaultProxy } from '../support/faultProxy';
import type { FaultProxy } from '../support/faultProxy';
import { startShop } from '../support/swarm/shopWindow';
import { type Workbench, openWorkbench, packagedExtension } from '../support/workbench';

/** The page of a restore object by object, as a person sees and uses it. */
describe('A person who restores a swarm', function () {
  this.timeout(600_000);
  let shop: Awaited<ReturnType<typeof startShop>>;
  let empty: RunningEngine;
  let other: RunningSwarm;
  let proxy: FaultProxy;
  let workbench: Workbench;

  before(async () => {
    [shop, empty, other] = await Promise.all([
      startShop(),
      startEngine({ hostname: 'node1' }),
      startSwarm(2, { engine: { tcp: 'plain' } }),
    ]);
    await empty.importBusybox('shell:1');
    proxy = await startFaultProxy(`http://127.0.0.1:${manager().port}`);
    const clusters = {
      prod: { system: 'swarm', host: shop.engine.host },
      next: { system: 'swarm', host: empty.host },
      other: { system: 'swarm', host: proxy.address.replace('http:', 'tcp:') },
    };
    workbench = await openWorkbench({
      vsix: packagedExtension,
      files: { 'cluster-backup.jsonc': JSON.stringify({ vault: './vault', clusters }) },
      viewport: { width: 1360, height: 860 },
    });
  });

  after(async () => {
    await workbench.close();
    await proxy.close();
    await Promise.all([shop.stop(), empty.stop(), other.stop()]);
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench.screenshot(`failed-${Date.now()}`);
  });

  /** The engine of the swarm that has some of it already. */
  function manager(): RunningEngine {
    const [engine] = other.engines;
    assert.ok(engine);
    return engine;
  }

  async function lookAt(heading: string): Promise<void> {
    const title = workbench.customEditorFrame().getByRole('heading', { name: heading });
    await title.evaluate((element) => element.scrollIntoView());
  }

  /** In every theme: the top of the page, and what stands below a heading. */
  async function pictures(name: string, heading: string): Promise<void> {
    const top = workbench.customEditorFrame().getByRole('heading', { level: 1 });
    for (const theme of ['light', 'high-contrast', 'high-contrast-light', 'dark'] as const) {
      await workbench.setTheme(theme);
      await top.evaluate(() => window.scrollTo(0, 0));
      await workbench.screenshot(`${name}-${theme}`);
      await lookAt(heading);
      await workbench.screenshot(`${name}-changes-${theme}`);
    }
  }

  it('backs up, and plans the restore onto an engine that is in no swarm', async () => {
    await workbench.openView('Cluster Backup');
    await workbench.contextMenu('Clusters', 'prod', 'Back Up Now…', workbench.offered('Live'));
    await workbench.pick('Live');
    await workbench.pickMany([]);
    await workbench.answer('before', { expect: 'Label' });
    await workbench.notification('Backed up prod', 90_000);
    await workbench.clearNotifications();
    await workbench.expand('Clusters', /^Backups1/);
    await (await workbench.row('Clusters', 'before')).click();
    const archive = workbench.customEditorFrame();
    await archive.getByRole('button', { name: 'Restore…' }).first().waitFor();
    for (const row of [/^Nodes/, /^Stacks and Services/, /^shop/, /^Volumes/]) {
      await workbench.expand('Clusters', row);
    }
    await workbench.row('Clusters', /shop_data/);
    await workbench.screenshot('swarm-archive');
    await archive.getByRole('button', { name: 'Restore…' }).first().click();
    await workbench.pick('next');
    const page = workbench.customEditorFrame();
    await page.getByRole('heading', { name: 'Restore plan: next' }).waitFor();
    await page.getByRole('heading', { name: 'This restore is not possible' }).waitFor();
    assert.ok(await page.getByRole('button', { name: 'Restore…' }).isDisabled());
    await workbench.screenshot('swarm-plan-no-swarm');
    await page.getByLabel('Address at which other nodes').fill(empty.address);
    await page.getByRole('button', { name: 'Create a swarm on this engine' }).click();
    await page.getByRole('heading', { name: /Possible, with/ }).waitFor();
    assert.ok(await page.getByRole('button', { name: 'Restore…' }).isEnabled());
  });

  it('chooses with the keyboard, gives a secret unseen, and is told what comes of it', async () => {
    const page = workbench.customEditorFrame();
    const queue = page.getByRole('checkbox', { name: /shop_queue/ });
    await queue.focus();
    await workbench.page.keyboard.press('Space');
    await page
      .getByText(/1 not chosen/)
      .first()
      .waitFor();
    assert.equal(await queue.isChecked(), false);
    // The focus stays where it was, though the plan was made anew.
    assert.ok(await queue.evaluate((element) => element === document.activeElement));
    await workbench.page.keyboard.press('Space');
    const status = page.getByRole('status');
    await status.getByText(/\d+ create/).waitFor();

    await page.getByRole('button', { name: 'Enter…' }).first().click();
    await workbench.answer('hush', { expect: 'memory' });
    await page.getByRole('heading', { name: /Possible, with/ }).waitFor();
    await page
      .getByText(/: given/)
      .first()
      .waitFor();
    assert.ok(!(await page.locator('body').innerText()).includes('hush'));
    await pictures('swarm-plan', 'What happens to each object');
  });

  it('restores what the page shows, once it was confirmed', async () => {
    const page = workbench.customEditorFrame();
    await page.getByRole('button', { name: 'Restore…' }).click();
    const question = await workbench.dialogText();
    assert.match(question, /Restore into cluster "next": \d+ objects created/);
    await workbench.screenshot('swarm-confirm');
    await workbench.answerDialog('Cancel');
    await page.getByRole('button', { name: 'Restore…' }).click();
    await workbench.answerDialog('Restore next');
    await workbench.notification('Restored next', 240_000);
    await page.getByRole('heading', { name: 'Restored', exact: true }).waitFor();
    await workbench.clearNotifications();
    await lookAt('What became of each object');
    await workbench.screenshot('swarm-restored');
    const services = await empty.docker('service', 'ls', '--format', '{{.Name}}');
    assert.deepEqual(services.trim().split('\n').sort(), ['shop_queue', 'shop_web']);
  });

  it('says what to do where things are there already, elsewhere, or missing', async () => {
    const engine = manager();
    const site = join(engine.folder, 'site.conf');
    await writeFile(site, 'listen 8080;\n');
    await engine.docker('config', 'create', 'shop_site', site);
    await engine.docker('secret', 'create', '--label', 'owner=other', 'shop_key', site);
    await (await workbench.row('Clusters', 'before')).click();
    const archive = workbench.customEditorFrame();
    await archive.getByRole('button', { name: 'Restore…' }).first().click();
    await workbench.pick('other');
    const page = workbench.customEditorFrame();
    await page.getByRole('heading', { name: 'Restore plan: other' }).waitFor();
    await page.getByRole('row', { name: /shop_site.*Conflict/s }).waitFor();
    await page.getByRole('row', { name: /shop_key.*Conflict/s }).waitFor();
    await page
      .getByRole('row', { name: /node1.*Cannot/s })
      .first()
      .waitFor();
    await pictures('swarm-conflicts', 'What happens to each object');

    await page.getByLabel('Node that takes the place of node1').selectOption(engine.hostname);
    await page.getByText(`Node ${engine.hostname} takes the place of node1`).waitFor();
    await page.getByLabel('Where something is there already').selectOption('replace');
    await page.getByRole('row', { name: /shop_key.*Update.*Destructive/s }).waitFor();
    await page.getByRole('checkbox', { name: /imageMissing/ }).check();
    await page.getByRole('row', { name: /shop_queue.*Create/s }).waitFor();
    await pictures('swarm-decided', 'How to restore');
  });

  it('is told what failed and what was not reached, and a second run does the rest', async () => {
    const page = workbench.customEditorFrame();
    const body = JSON.stringify({ message: 'no space left on device' });
    proxy.inject(
      { kind: 'answer', status: 500, body, headers: { 'content-type': 'application/json' } },
      { when: (method, path) => method === 'POST' && path.endsWith('/services/create'), times: 1 },
    );
    await page.getByRole('button', { name: 'Restore…' }).click();
    assert.match(await workbench.dialogText(), /is lost of: secret\/shop_key/);
    await workbench.answerDialog('Restore other');
    await page.getByRole('heading', { name: 'The restore failed' }).waitFor({ timeout: 240_000 });
    await workbench.clearNotifications();
    await page.getByRole('row', { name: /Failed.*no space left on device/s }).waitFor();
    await pictures('swarm-failed', 'What became of each object');
    await page.getByRole('button', { name: /1 failed/ }).click();
    assert.equal(await page.locator('tbody tr:not(.group)').count(), 1);

    proxy.inject(undefined);
    await manager().importBusybox('shell:1');
    await page.getByRole('button', { name: 'Plan Again' }).click();
    await page.getByRole('button', { name: 'Restore…' }).click();
    await workbench.answerDialog('Restore other');
    await page
      .getByRole('heading', { name: 'Restored', exact: true })
      .waitFor({ timeout: 240_000 });
    const services = await manager().docker('service', 'ls', '--format', '{{.Name}}');
    assert.deepEqual(services.trim().split('\n').sort(), ['shop_queue', 'shop_web']);
  });
});
