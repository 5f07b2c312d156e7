import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runInNode } from '../../src/sandbox/parts/dockerNode';
import { startUcpWindow } from '../support/ucp/ucpWindow';
import type { UcpWindow } from '../support/ucp/ucpWindow';
import { type Theme, type Workbench, openWorkbench, packagedExtension } from '../support/workbench';

const VIEW = 'Clusters';
const THEMES: readonly Theme[] = ['light', 'high-contrast', 'high-contrast-light', 'dark'];

describe('A person with Docker UCP', function () {
  this.timeout(240_000);
  let site: UcpWindow;
  let workbench: Workbench;

  before(async () => {
    site = await startUcpWindow();
    const { clusters } = site;
    workbench = await openWorkbench({
      vsix: packagedExtension,
      files: {
        'cluster-backup.jsonc': JSON.stringify(
          { vault: './vault', encryption: { passphrase: { env: 'PASSPHRASE' } }, clusters },
          null,
          2,
        ),
      },
      env: { PASSPHRASE: 'correct horse battery' },
      viewport: { width: 1360, height: 860 },
      // Ports of the stand-ins are none of the person's.
      settings: { 'remote.autoForwardPorts': false },
      network: site.prod.node.pid,
    });
    await workbench.openView('Cluster Backup');
  });

  after(async () => {
    await workbench.close();
    await site.stop();
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench.screenshot(`failed-${Date.now()}`);
  });

  const inEachTheme = async (name: string): Promise<void> => {
    for (const theme of THEMES) {
      await workbench.setTheme(theme);
      await workbench.page.waitForTimeout(200);
      await workbench.screenshot(`${name}-${theme}`);
    }
  };
  const vault = (): Promise<string[]> =>
    readdir(join(workbench.workspace, 'vault'), { recursive: true }).catch(() => []);

  it('gives the password that the tree asks for, and sees version, health and managers', async () => {
    await workbench.row(VIEW, /^prod.*needs a secret/);
    const secret = workbench.question('ucp-admin');
    await workbench.contextMenu(VIEW, /^prod/, 'Enter Secrets…', secret);
    await workbench.answer(site.api.admin.password, { expect: 'ucp-admin' });
    const prod = await workbench.row(VIEW, /^prod.*healthy.*Docker UCP \/ MKE/);
    await workbench.row(VIEW, /^old.*healthy/);
    await workbench.row(VIEW, /^spare.*degraded/);
    await workbench.expand(VIEW, /^Managers/);
    await workbench.row(VIEW, /^node1.*3\.8\.1.*leader.*takes the backup/);
    await prod.hover();
    const hover = workbench.page.locator('.monaco-hover:visible').filter({ hasText: 'Quorum' });
    await hover.first().waitFor();
    assert.match(await hover.first().innerText(), /Version\s+3\.8\.1/);
    await workbench.screenshot('ucp-tree-hover');
  });

  it('backs up on a manager: nothing stops, nothing is asked, and the swarm is offered', async () => {
    await workbench.contextMenu(VIEW, /^node1/, 'Back Up Here…', workbench.question('Label'));
    await workbench.answer('before-upgrade', { expect: 'Label' });
    const told = await workbench.notification('Backed up prod');
    // Under the mouse it stays.
    await told.hover();
    assert.match(await told.innerText(), /checked/);
    await workbench.screenshot('ucp-backed-up');
    assert.equal((await vault()).filter((f) => f.endsWith('.ucp.tar.gpg')).length, 1);
    await told.getByRole('button', { name: 'Back Up the Swarm Too' }).click();
    await workbench.answer('prod-swarm', { expect: 'No configured cluster' });
    await workbench.notification('Backed up prod-swarm', 90_000);
    const text = await readFile(join(workbench.workspace, 'cluster-backup.jsonc'), 'utf8');
    assert.match(text, /"prod-swarm"/);
    await workbench.clearNotifications();
  });

  it('opens the backup: the rule holds, volumes and certificates stand in it', async () => {
    await workbench.expand(VIEW, /^Backups1/);
    await (await workbench.row(VIEW, 'before-upgrade')).click();
    const frame = workbench.customEditorFrame();
    await frame.getByRole('heading', { name: 'Verified' }).waitFor();
    await frame.getByText('MKE 3.8.1').first().waitFor();
    const rule = frame.getByRole('table', { name: 'The vendor’s rule of a sound backup' });
    assert.equal(await rule.getByRole('cell', { name: 'Holds' }).count(), 2);
    const volumes = frame.getByRole('table', { name: 'Volumes' });
    await volumes.getByRole('row', { name: /ucp-auth-store-data/ }).waitFor();
    const certificates = frame.getByRole('table', { name: 'Certificates' });
    await certificates.getByText('ucp.example.com').first().waitFor({ state: 'attached' });
    await inEachTheme('ucp-journey-archive');
  });

  it('has the product write one to the manager’s disk, and fetches it into the vault', async () => {
    const mode = workbench.offered('HTTP API');
    await workbench.contextMenu(VIEW, /^prod(?!-)/, 'Back Up Now…', mode);
    await workbench.pick('HTTP API');
    await workbench.answer('nightly', { expect: 'Label' });
    const question = await workbench.dialogText();
    assert.match(question, /Warning: The file lies unencrypted on the manager’s disk/);
    await workbench.screenshot('ucp-hosted-warned');
    await workbench.answerDialog(/^Back Up$/);
    const told = await workbench.notification('It lies on node1:/srv/ucp, not in the vault');
    await told.getByRole('button', { name: 'Fetch into the Vault' }).waitFor();
    await workbench.screenshot('ucp-hosted-made');
    await workbench.clearNotifications();
    await workbench.expand(VIEW, /^On the Managers/);
    const name = (await runInNode(site.prod.node, 'ls', '/srv/ucp'))
      .split('\n')
      .find((file) => /^prod-.*-nightly\.tar$/.test(file));
    assert.ok(name);
    await workbench.row(VIEW, new RegExp(`^${name}.*ready.*node1:/srv/ucp`));
    await inEachTheme('ucp-tree');
    await workbench.contextMenu(VIEW, name, 'Fetch into the Vault…', workbench.question('Label'));
    await workbench.answer('fetched', { expect: 'Label' });
    const fetched = await workbench.notification(`Fetched ${name} into the vault of prod`);
    assert.match(await fetched.innerText(), /checked/);
    await workbench.screenshot('ucp-fetched');
    await workbench.row(VIEW, /^fetched/);
    assert.equal((await vault()).filter((f) => f.endsWith('.ucp.tar.gpg')).length, 2);
    await workbench.clearNotifications();
  });

  it('is told what stops on 3.1, and backs up the swarm with it', async () => {
    const mode = workbench.offered('By its own container');
    await workbench.contextMenu(VIEW, /^old/, 'Back Up Now…', mode);
    await workbench.pick('By its own container');
    await workbench.answer('', { expect: 'Label' });
    const question = await workbench.dialogText();
    assert.match(question, /Back Up old\?/);
    assert.match(question, /Warning: The containers of UCP on old1 stop until the backup is done/);
    assert.match(question, /It is the only manager: the web UI and client bundles are out/);
    await inEachTheme('ucp-announced');
    await workbench.answerDialog('Back Up the Swarm Too');
    await workbench.answer('old-swarm', { expect: 'No configured cluster' });
    await workbench.notification('Backed up old-swarm', 90_000);
    await workbench.notification('Backed up old:', 90_000);
    await workbench.row(VIEW, /^old(?!-).*healthy/);
    await workbench.clearNotifications();
  });

  it('plans a restore onto an engine in no swarm: address and names are asked', async () => {
    await (await workbench.row(VIEW, 'before-upgrade')).click();
    await workbench.customEditorFrame().getByRole('button', { name: 'Restore…' }).first().click();
    await workbench.pick('spare');
    const page = workbench.customEditorFrame();
    await page.getByRole('heading', { name: 'Restore plan: spare' }).waitFor();
    await page.getByRole('heading', { name: 'This restore is not possible' }).waitFor();
    const address = page.getByLabel('Address under which other nodes reach spare1');
    await address.fill(site.spare.address);
    await page.getByRole('button', { name: 'Make a swarm here' }).click();
    await page
      .getByText(`A new swarm is made on spare1, reached at ${site.spare.address}`)
      .waitFor();
    const names = page.getByLabel('Names and addresses that it is to have besides');
    assert.equal(await names.inputValue(), site.spare.address);
    await page.getByRole('button', { name: 'Add these names' }).click();
    await page.getByText('The product is told to name in its certificate also').waitFor();
    await page.getByRole('heading', { name: /Possible, with/ }).waitFor();
    assert.equal(await page.getByText('Unlock key').count(), 0);
    await workbench.screenshot('ucp-plan-spare');
    await page.getByRole('button', { name: 'Close' }).click();
  });

  it('plans a restore over what is installed: uninstalling and the unlock key are asked', async () => {
    await site.prod.docker('swarm', 'update', '--autolock=true');
    const key = (await site.prod.docker('swarm', 'unlock-key', '-q')).trim();
    const page = workbench.customEditorFrame();
    const heading = page.getByRole('heading', { name: 'Restore plan: prod' });
    await workbench.contextMenu(VIEW, 'before-upgrade', 'Restore…', heading);
    await page.getByText('MKE 3.8.1 is still installed').waitFor();
    await page.getByText('Autolock is on: the unlock key of the swarm is needed').waitFor();
    await workbench.screenshot('ucp-plan-blocked');
    await page.getByRole('button', { name: 'Uninstall MKE 3.8.1 first' }).click();
    await page.getByText('MKE 3.8.1 is uninstalled before the restore').first().waitFor();
    await page.getByRole('button', { name: 'Enter…' }).click();
    await workbench.answer(key, { expect: 'memory' });
    await page.getByRole('heading', { name: /Possible, with/ }).waitFor();
    await page.getByText(/Unlock key.*: given/).waitFor();
    assert.ok(!(await page.locator('body').innerText()).includes(key));
    await inEachTheme('ucp-plan');
  });

  it('confirms, and follows the restore until the cluster is healthy again', async () => {
    const page = workbench.customEditorFrame();
    await page.getByRole('button', { name: 'Restore…' }).click();
    const question = await workbench.dialogText();
    assert.match(question, /MKE 3\.8\.1 is uninstalled before the restore\./);
    await workbench.screenshot('ucp-confirm');
    await workbench.answerDialog('Restore prod');
    const told = await workbench.notification('Restored prod', 150_000);
    assert.match(await told.innerText(), /Healthy managers: 1 of 1/);
    await page.getByRole('heading', { name: 'Restored' }).waitFor();
    await workbench.screenshot('ucp-restored');
    await workbench.row(VIEW, /^prod(?!-).*healthy/);
    await workbench.row('Activity', /Restore prod.*done/);
  });
});
