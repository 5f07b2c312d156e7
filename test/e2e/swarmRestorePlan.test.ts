import assert from 'node:assert/strict';
import { startEngine } from '../../src/sandbox/parts/dockerEngine';
import type { RunningEngine } from '../../src/sandbox/parts/dockerEngine';
import { startShop } from '../support/swarm/shopWindow';
import { type Workbench, openWorkbench, packagedExtension } from '../support/workbench';

/** The page of a restore object by object, as a person sees and uses it. */
describe('A person who restores a swarm', function () {
  this.timeout(300_000);
  let shop: Awaited<ReturnType<typeof startShop>>;
  let empty: RunningEngine;
  let workbench: Workbench;

  before(async () => {
    [shop, empty] = await Promise.all([startShop(), startEngine({ hostname: 'node1' })]);
    await empty.importBusybox('shell:1');
    const clusters = {
      prod: { system: 'swarm', host: shop.engine.host },
      next: { system: 'swarm', host: empty.host },
    };
    workbench = await openWorkbench({
      vsix: packagedExtension,
      files: { 'cluster-backup.jsonc': JSON.stringify({ vault: './vault', clusters }) },
      viewport: { width: 1400, height: 1000 },
    });
  });

  after(async () => {
    await workbench.close();
    await Promise.all([shop.stop(), empty.stop()]);
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench.screenshot(`failed-${Date.now()}`);
  });

  it('backs up, and plans the restore onto an engine that is in no swarm', async () => {
    await workbench.openView('Cluster Backup');
    await workbench.contextMenu('Clusters', 'prod', 'Back Up Now…');
    await workbench.pick('Live');
    await workbench.pickMany([]);
    await workbench.answer('before', { expect: 'Label' });
    await workbench.notification('Backed up prod', 90_000);
    await workbench.clearNotifications();
    await workbench.expand('Clusters', /^Backups1/);
    await (await workbench.row('Clusters', 'before')).click();
    const archive = workbench.customEditorFrame();
    await archive.getByRole('button', { name: 'Restore…' }).first().click();
    await workbench.pick('next');
    const page = workbench.customEditorFrame();
    await page.getByRole('heading', { name: 'Restore plan: next' }).waitFor();
    await page.getByRole('heading', { name: 'This restore is not possible' }).waitFor();
    assert.ok(await page.getByRole('button', { name: 'Restore…' }).isDisabled());
    await workbench.screenshot('swarm-plan-no-swarm');
    await page.getByLabel('Address at which the other nodes').fill(empty.address);
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
    for (const theme of ['dark', 'light', 'high-contrast', 'high-contrast-light'] as const) {
      await workbench.setTheme(theme);
      await page.getByRole('heading', { name: 'Restore plan: next' }).scrollIntoViewIfNeeded();
      await workbench.screenshot(`swarm-plan-${theme}`);
      await page
        .getByRole('heading', { name: 'What happens to each object' })
        .evaluate((e) => e.scrollIntoView());
      await workbench.screenshot(`swarm-plan-changes-${theme}`);
    }
    await workbench.setTheme('dark');
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
    await workbench.notification('Restored next', 120_000);
    await page.getByRole('heading', { name: 'Restored' }).waitFor();
    await workbench.clearNotifications();
    await page
      .getByRole('heading', { name: 'What happens to each object' })
      .evaluate((e) => e.scrollIntoView());
    await workbench.screenshot('swarm-restored');
    const services = await empty.docker('service', 'ls', '--format', '{{.Name}}');
    assert.deepEqual(services.trim().split('\n').sort(), ['shop_queue', 'shop_web']);
  });
});
