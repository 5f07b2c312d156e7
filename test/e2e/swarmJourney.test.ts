import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startShop } from '../support/swarm/shopWindow';
import { type Theme, type Workbench, openWorkbench, packagedExtension } from '../support/workbench';

const VIEW = 'Clusters';
const ACTIVITY = 'Activity';

describe('A person with a Docker swarm', function () {
  this.timeout(240_000);
  let shop: Awaited<ReturnType<typeof startShop>>;
  let workbench: Workbench;

  before(async () => {
    shop = await startShop();
    workbench = await openWorkbench({ vsix: packagedExtension });
  });

  after(async () => {
    await workbench.close();
    await shop.stop();
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench.screenshot(`failed-${Date.now()}`);
  });

  it('adds the cluster by its unix socket, and is told what was found', async () => {
    await workbench.openView('Cluster Backup');
    await workbench.runCommand('Cluster Backup: Add Cluster…');
    await workbench.pick('Docker Swarm');
    await workbench.pick('An address');
    await workbench.answer(shop.engine.host, { expect: 'Address' });
    await workbench.pick('None');
    await workbench.answer('shop-swarm', { expect: 'A name for the cluster' });
    await workbench.pick('workspace');
    const told = await (await workbench.notification('Added shop-swarm')).innerText();
    assert.match(told, new RegExp(`version ${shop.engine.version}`));
    const text = await readFile(join(workbench.workspace, 'cluster-backup.jsonc'), 'utf8');
    assert.match(text, /"shop-swarm"/);
    await workbench.row(VIEW, /shop-swarm.*healthy/);
    await workbench.clearNotifications();
  });

  it('looks at nodes, stacks, services and volumes in the tree', async () => {
    await workbench.expand(VIEW, /^Nodes/);
    await workbench.row(VIEW, /node1.*leader/);
    await workbench.expand(VIEW, /^Stacks and Services/);
    await workbench.expand(VIEW, /^shop(?!-swarm)/);
    const web = await workbench.row(VIEW, /^shop_web/);
    assert.match((await web.getAttribute('aria-label')) ?? '', /service shop_web, 2 of 2/);
    await workbench.expand(VIEW, /^Volumes/);
    await workbench.row(VIEW, /shop_data.*node1/);
    await workbench.screenshot('swarm-tree');
  });

  it('backs up the stack by right-click', async () => {
    await workbench.contextMenu(VIEW, /^shop(?!-swarm|_)/, 'Back Up…', workbench.offered('Live'));
    await workbench.pick('Live');
    await workbench.answer('before-change', { expect: 'Label' });
    const told = await (await workbench.notification('Backed up stack shop')).innerText();
    assert.match(told, /checked/);
    assert.match(told, /payload/, 'what is not in it is told');
    await workbench.screenshot('swarm-backed-up');
    await workbench.row(ACTIVITY, /Back up shop-swarm.*done/);
    await workbench.clearNotifications();
    const files = await readdir(join(workbench.folder, 'home'), { recursive: true });
    assert.equal(files.filter((f) => f.endsWith('.swarm.tar')).length, 1);
  });

  it('opens the backup and sees what is in it and what is not', async () => {
    await (await workbench.row(VIEW, 'before-change')).click();
    const frame = workbench.customEditorFrame();
    await frame.getByRole('heading', { name: 'Verified' }).waitFor();
    await frame.getByText('payload').first().waitFor();
    await frame
      .getByRole('row', { name: /shop_web/ })
      .first()
      .waitFor();
    await workbench.screenshot('swarm-archive');
    const services = frame.getByRole('searchbox', { name: 'Filter stacks and services' });
    await services.fill('queue');
    const count = frame.getByRole('region', { name: 'Stacks and services' }).getByRole('paragraph');
    await count.getByText('1 of 2 services').waitFor();
    await services.fill('');
    await count.getByText('2 services', { exact: true }).waitFor();
  });

  it('looks into a volume with the keyboard, and finds a file', async () => {
    const frame = workbench.customEditorFrame();
    const grid = frame.getByRole('treegrid');
    await grid.getByRole('row', { name: /shop_data/ }).focus();
    await workbench.page.keyboard.press('ArrowRight');
    await grid.getByRole('row', { name: /readme\.txt.*-rw-r-----.*1000:1000/ }).waitFor();
    await workbench.page.keyboard.press('ArrowDown');
    await workbench.page.keyboard.press('Enter');
    await grid.getByRole('row', { name: /line-199\.log/ }).waitFor();
    await grid.getByRole('button', { name: 'Show 250 more rows' }).click();
    await grid.getByRole('row', { name: /line-449\.log/ }).waitFor();
    await frame.getByRole('searchbox', { name: 'Find files' }).fill('second');
    await grid.getByRole('row', { name: /orders\/2026\/second\.json/ }).waitFor();
    assert.equal(await grid.getByRole('row', { name: /line-/ }).count(), 0);
    await workbench.screenshot('swarm-files-found');
    await frame.getByRole('searchbox', { name: 'Find files' }).fill('');
    await grid.getByRole('row', { name: /^readme\.txt/ }).waitFor();
    await grid.scrollIntoViewIfNeeded();
    await workbench.screenshot('swarm-files');
  });

  for (const theme of ['light', 'high-contrast', 'high-contrast-light', 'dark'] as Theme[]) {
    it(`can read the page in ${theme}`, async () => {
      await workbench.setTheme(theme);
      await workbench.page.waitForTimeout(500);
      const frame = workbench.customEditorFrame();
      await frame.getByRole('heading', { level: 1 }).scrollIntoViewIfNeeded();
      await workbench.screenshot(`swarm-archive-${theme}`);
      await frame.getByRole('heading', { name: 'Other definitions' }).scrollIntoViewIfNeeded();
      await workbench.screenshot(`swarm-archive-below-${theme}`);
    });
  }

  it('opens the stack as a Compose file', async () => {
    const frame = workbench.customEditorFrame();
    await frame.getByRole('button', { name: 'Open stack shop as Compose' }).click();
    await workbench.page.locator('.tab', { hasText: /shop \(backup of .*\)\.yaml/ }).waitFor();
    await workbench.page.locator('.view-lines').getByText('services:').first().waitFor();
    await workbench.screenshot('swarm-compose');
  });

  it('changes a service and compares the backup with it', async () => {
    await shop.engine.docker(
      'service',
      'update',
      '--detach',
      '--env-add',
      'COLOUR=blue',
      'shop_web',
    );
    const backup = workbench.offered('before-change');
    await workbench.contextMenu(VIEW, /^shop_web/, 'Compare with Live', backup);
    await workbench.pick('before-change');
    await workbench.page
      .locator('.tab', { hasText: /shop_web: backup of .* ↔ shop-swarm now/ })
      .waitFor();
    await workbench.page
      .locator('.monaco-diff-editor .modified .view-lines')
      .getByText('COLOUR=blue')
      .waitFor();
    await workbench.screenshot('swarm-compare');
  });
});
