import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DcosStandIn } from '../standins/dcos/contract';
import { masterWithBackups } from '../support/dcos/dcosWindow';
import { type Theme, type Workbench, openWorkbench, packagedExtension } from '../support/workbench';

const VIEW = 'Clusters';
const THEMES: readonly Theme[] = ['light', 'high-contrast', 'high-contrast-light', 'dark'];

describe('A person with DC/OS Enterprise', function () {
  this.timeout(240_000);
  let dcos: DcosStandIn;
  let workbench: Workbench;

  before(async () => {
    dcos = await masterWithBackups();
    workbench = await openWorkbench({
      vsix: packagedExtension,
      viewport: { width: 1360, height: 860 },
      // Ports of the stand-in are none of the person's.
      settings: { 'remote.autoForwardPorts': false },
    });
    await workbench.openView('Cluster Backup');
  });

  after(async () => {
    await workbench.close();
    await dcos.close();
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
  const deleted = () => dcos.requests.filter(({ method }) => method === 'DELETE').length;

  it('adds the master with its CA file, a user and a password, and is told what was found', async () => {
    await workbench.runCommand('Cluster Backup: Add Cluster…');
    await workbench.pick('DC/OS Enterprise');
    await workbench.answer('master.example.com', { expect: 'Address of a master' });
    await workbench.questionMessage(/begins with https/);
    await workbench.answer(dcos.address, { expect: 'Address' });
    await workbench.pick('The cluster’s own CA');
    await workbench.chooseFile(dcos.caFile);
    await workbench.screenshot('dcos-add-login');
    await workbench.pick('User and password');
    await workbench.answer(dcos.admin.user, { expect: 'Name of the user' });
    await workbench.answer(dcos.admin.password, { expect: 'stored as a secret' });
    await workbench.screenshot('dcos-add-encryption');
    await workbench.pick('Passphrase');
    await workbench.answer('correct horse battery', { expect: 'Without it nobody opens them' });
    await workbench.answer('prod', { expect: 'A name for the cluster' });
    await workbench.pick('workspace');
    const told = await (await workbench.notification('Added prod')).innerText();
    assert.match(told, /version 2\.1\.0.*healthy/);
    await workbench.screenshot('dcos-added');
    const text = await readFile(join(workbench.workspace, 'cluster-backup.jsonc'), 'utf8');
    assert.match(text, /"user": "bootstrapuser"/);
    assert.ok(!text.includes(dcos.admin.password));
    await workbench.clearNotifications();
  });

  it('sees what is covered, and each backup with its components in icon and word', async () => {
    const prod = await workbench.row(VIEW, /^prod.*healthy.*DC\/OS Enterprise/);
    await workbench.expand(VIEW, /^On the Master/);
    await workbench.row(VIEW, /^Only Marathon’s state/);
    await workbench.row(VIEW, /^before-upgrade.*ready/);
    await workbench.expand(VIEW, /^nightly.*failed/);
    await workbench.row(VIEW, /^marathon.*failed.*no space left on device/);
    await workbench.expand(VIEW, /^weekly.*ready/);
    await workbench.row(VIEW, /^Restore of it.*done/);
    await inEachTheme('dcos-tree');
    await prod.hover();
    const hover = workbench.page.locator('.monaco-hover:visible').filter({ hasText: 'Version' });
    await hover.first().waitFor();
    assert.match(await hover.first().innerText(), /Version\s+2\.1\.0/);
    await workbench.screenshot('dcos-hover');
  });

  it('opens the page of a backup that failed: why, and all that the service says', async () => {
    await (await workbench.row(VIEW, /^nightly/)).click();
    const page = workbench.customEditorFrame();
    await page.getByRole('heading', { name: 'This backup failed' }).waitFor();
    await page.getByText('marathon: no space left on device').first().waitFor();
    assert.ok(await page.getByRole('button', { name: 'Restore…' }).isDisabled());
    await inEachTheme('dcos-backup-page');
  });

  it('makes one: its label is checked while it is typed, and Marathon’s restart is announced', async () => {
    const label = workbench.question('Label');
    await workbench.contextMenu(VIEW, /^On the Master/, 'Back Up Now…', label);
    await workbench.answer('ab', { expect: 'Label' });
    await workbench.questionMessage(/3 to 25 characters/);
    await workbench.answer('a.b', { expect: 'Back Up prod' });
    await workbench.questionMessage(/first two characters/);
    await workbench.screenshot('dcos-label-refused');
    await workbench.answer('before-change', { expect: 'Back Up prod' });
    const question = await workbench.dialogText();
    assert.match(question, /Warning: Marathon restarts\. Running tasks go on/);
    assert.match(question, /stays there/);
    await inEachTheme('dcos-announced');
    dcos.hold('backup');
    await workbench.answerDialog('Back Up');
    await workbench.notification(/STATUS_BACKING_UP/);
    await workbench.screenshot('dcos-backing-up');
    dcos.hold(undefined);
    await workbench.notification('Backed up prod as before-change');
    await workbench.row(VIEW, /^before-change.*ready/);
    await workbench.screenshot('dcos-backed-up');
    assert.equal(dcos.backups.at(-1)?.status, 'STATUS_READY');
    await workbench.clearNotifications();
  });

  it('is told the cause where one ends in error', async () => {
    dcos.spoilBackups({ kind: 'fails', reason: 'ZooKeeper session expired' });
    const mode = workbench.offered('By its backup service');
    await workbench.inlineAction(VIEW, /^prod/, 'Back Up Now…', mode);
    await workbench.pick('By its backup service');
    await workbench.answer('unlucky', { expect: 'Label' });
    await workbench.answerDialog('Back Up');
    const told = await workbench.notification('ZooKeeper session expired');
    assert.match(await told.innerText(), /unlucky.*dcos\.backupFailed/s);
    await workbench.screenshot('dcos-backup-failed');
    dcos.spoilBackups(undefined);
    await workbench.row(VIEW, /^unlucky.*failed/);
    await workbench.clearNotifications();
  });

  it('exports Marathon’s groups into the vault, and opens the text, which is no backup', async () => {
    const label = workbench.question('Export prod');
    await workbench.contextMenu(VIEW, /^Exports in the Vault/, 'Back Up Now…', label);
    await workbench.answer('friday', { expect: 'Export prod' });
    await workbench.notification('Exported prod');
    await workbench.screenshot('dcos-exported');
    const files = await readdir(join(workbench.folder, 'home'), { recursive: true });
    assert.equal(files.filter((file) => /\.marathon\.json\.gpg$/.test(file)).length, 1);
    await workbench.clearNotifications();
    await workbench.expand(VIEW, /^Exports in the Vault/);
    await (await workbench.row(VIEW, /^friday/)).click();
    await workbench.page.getByText('/monitoring/prometheus').first().waitFor();
    const titles = await workbench.editorTitles();
    assert.ok(
      titles.some((title) => /^Export of prod .*no backup/.test(title)),
      titles.join(),
    );
    await inEachTheme('dcos-export');
  });

  it('compares an app that changed with the export, in the diff editor', async () => {
    const shop = dcos.groups.groups?.find(({ id }) => id === '/shop');
    const web = shop?.apps?.find(({ id }) => id === '/shop/web');
    assert.ok(web);
    Object.assign(web, {
      instances: 5,
      container: { type: 'DOCKER', docker: { image: 'shop/web:1.5.0', network: 'BRIDGE' } },
    });
    await workbench.expand(VIEW, /^Marathon/);
    await workbench.expand(VIEW, /^\//);
    await workbench.expand(VIEW, /^\/?shop/);
    await workbench.contextMenu(VIEW, /^web/, 'Compare with Live', workbench.offered('friday'));
    await workbench.pick('friday');
    const diff = workbench.page.locator('.monaco-diff-editor');
    await diff.getByText('shop/web:1.5.0').first().waitFor();
    await diff.getByText('shop/web:1.4.2').first().waitFor();
    await inEachTheme('dcos-diff');
  });

  it('plans a restore: what restarts, what is killed, and a backup of the present state before', async () => {
    const page = workbench.customEditorFrame();
    const heading = page.getByRole('heading', { name: 'Restore plan: prod' });
    await workbench.contextMenu(VIEW, /^before-change/, 'Restore…', heading);
    await page.getByText('Marathon restarts').first().waitFor();
    await page.getByText('Tasks that were started after the backup are killed').first().waitFor();
    assert.ok(await page.getByRole('checkbox', { name: /Back up the present state/ }).isChecked());
    await inEachTheme('dcos-plan');
  });

  it('confirms, and follows the restore to its end', async () => {
    const page = workbench.customEditorFrame();
    await page.getByRole('button', { name: 'Restore…' }).click();
    const question = await workbench.dialogText();
    assert.match(question, /A backup of the present state is made first/);
    assert.match(question, /Tasks that were started after the backup are killed/);
    await workbench.screenshot('dcos-confirm');
    dcos.hold('restore');
    await workbench.answerDialog('Restore prod');
    await workbench.notification(/STATUS_RESTORING/);
    await workbench.screenshot('dcos-restoring');
    dcos.hold(undefined);
    const told = await workbench.notification('Restored before-change', 90_000);
    assert.match(await told.innerText(), /kept on the platform’s side as before-restore/);
    await page.getByRole('heading', { name: 'Restored' }).waitFor();
    await workbench.screenshot('dcos-restored');
    await workbench.row(VIEW, /^before-restore.*ready/);
    const web = dcos.groups.groups?.flatMap(({ apps = [] }) => apps);
    assert.equal(web?.find(({ id }) => id === '/shop/web')?.instances, 3);
    await workbench.clearNotifications();
    await page.getByRole('button', { name: 'Close' }).click();
  });

  it('deletes one on the platform, for good, after one more question', async () => {
    const before = deleted();
    await workbench.contextMenu(VIEW, /^unlucky/, 'Delete on the Platform…', workbench.dialog());
    const question = await workbench.dialogText();
    assert.match(question, /Delete unlucky on the platform of cluster "prod"\?/);
    await workbench.screenshot('dcos-delete');
    await workbench.answerDialog('Delete for Good');
    await workbench.notification('Deleted unlucky');
    assert.equal(deleted(), before + 1);
    assert.ok(!dcos.backups.some(({ id }) => id.startsWith('unlucky')));
    await workbench.clearNotifications();
  });

  it('finds all of it in Activity, each with its log', async () => {
    await workbench.row('Activity', /Restore prod.*done/);
    await workbench.row('Activity', /Delete prod.*done/);
    await (await workbench.row('Activity', /Back up prod.*failed/)).click();
    await workbench.page.getByText('ZooKeeper session expired').first().waitFor();
    await workbench.screenshot('dcos-activity');
  });
});
