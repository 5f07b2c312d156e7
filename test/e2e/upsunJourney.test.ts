import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startUpsunWindow } from '../support/upsun/upsunWindow';
import type { UpsunWindow } from '../support/upsun/upsunWindow';
import type { Workbench } from '../support/workbench';
import { widenSideBar } from './sideBar';

const VIEW = 'Clusters';
const PLAN = { name: 'Restore plan: shop' };

describe('A person with a project on Upsun', function () {
  this.timeout(240_000);
  let site: UpsunWindow;
  let workbench: Workbench;
  let inEachTheme: UpsunWindow['inEachTheme'];

  before(async () => {
    site = await startUpsunWindow();
    ({ workbench, inEachTheme } = site);
    await workbench.openView('Cluster Backup');
  });

  after(() => site.stop());

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench.screenshot(`failed-${Date.now()}`);
  });

  it('adds it: the token typed, the project and its environments picked from lists', async () => {
    const { apiAddress, authAddress, apiToken } = site.upsun;
    await workbench.runCommand('Cluster Backup: Add Cluster…');
    await workbench.pick('Upsun / Platform.sh');
    await workbench.pick('Another address');
    await workbench.answer(apiAddress, { expect: 'Address of the API' });
    await workbench.answer(authAddress, { expect: 'exchanged' });
    await workbench.pick('Enter a token');
    await workbench.answer(apiToken, { expect: 'only its name' });
    await workbench.pick('Acme');
    await workbench.page.getByPlaceholder('Which project?').waitFor();
    await workbench.screenshot('upsun-add-project');
    await workbench.pick('Shop');
    await workbench.page.getByPlaceholder('None chosen: all of the project').waitFor();
    await workbench.screenshot('upsun-add-environments');
    await workbench.pickMany([
      /^main(?!-)/,
      /^staging/,
      /^feature\/checkout/,
      /^feature\/old-idea/,
    ]);
    await workbench.answer('shop', { expect: 'A name for the cluster' });
    await workbench.pick('workspace');
    const told = await workbench.notification('Added shop');
    assert.match(await told.innerText(), /Shop, datacenter eu-2\.platform\.sh, healthy/);
    const text = await readFile(join(workbench.workspace, 'cluster-backup.jsonc'), 'utf8');
    assert.match(text, /"project": "shop4uy2mkqwe"/);
    assert.match(text, /"main",\s+"staging",\s+"feature\/checkout",\s+"feature\/old-idea"/);
    assert.ok(!text.includes(apiToken));
    await workbench.clearNotifications();
  });

  it('sees its environments, and of each backup what it is', async () => {
    await widenSideBar(workbench, 190);
    await workbench.row(VIEW, /^shop.*healthy/);
    await workbench.expand(VIEW, /^Environments/);
    await workbench.row(VIEW, /^main.*production, active · newest backup 2 h old$/);
    await workbench.row(VIEW, /^feature\/old-idea.*inactive · newest backup 90 days old$/);
    await workbench.expand(VIEW, /^On the Platform/);
    await workbench.row(VIEW, /^On the Platform7/);
    await workbench.row(VIEW, /Git does not change/);
    await workbench.expand(VIEW, /^main.*newest restorable 2 h ago/);
    await workbench.row(VIEW, /ready · 2 h ago · automated · live · expires in/);
    await workbench.row(VIEW, /ready · 5 days ago · manual · consistent/);
    await workbench.row(VIEW, /not restorable · 9 days ago · manual · live/);
    const useless = site.backups('main').find(({ restorable }) => !restorable)?.id ?? '';
    assert.ok(!(await workbench.contextMenuEntries(VIEW, useless)).includes('Restore…'));
    await inEachTheme('upsun-tree');
  });

  it('backs up: the pause and the backup that goes for it are announced, progress is in percent', async () => {
    const going = site.backups('main').at(-1)?.id ?? '';
    const modes = workbench.page.getByPlaceholder('Mode', { exact: true });
    await workbench.contextMenu(VIEW, /^shop/, 'Back Up Now…', modes);
    await workbench.pick('Consistent');
    await workbench.page.getByPlaceholder('Which environment?').waitFor();
    await workbench.screenshot('upsun-which-environment');
    await workbench.pick(/^main(?!-)/);
    const question = await workbench.dialogText();
    assert.match(question, /The site of main is paused for 15 to 30 seconds/);
    assert.match(question, new RegExp(`takes the place of backup ${going} \\(\\d{4}-.* UTC\\)`));
    assert.match(question, /keeps 2 backups made by hand of this environment and holds 2/);
    await inEachTheme('upsun-announced');
    site.upsun.hold(true);
    await workbench.answerDialog(/^Back Up$/);
    await workbench.notification(/The backup of main.*\d %/);
    await workbench.row('Activity', /^Back up shop.*\d %/);
    await workbench.screenshot('upsun-progress');
    site.upsun.hold(false);
    const told = await workbench.notification('Backed up shop');
    const made = site.backups('main')[0]?.id ?? '';
    assert.match(await told.innerText(), new RegExp(`as ${made}.*not in the vault`, 's'));
    await workbench.screenshot('upsun-backed-up');
    await workbench.row(VIEW, new RegExp(`ready · .* · manual · consistent · ${made}$`));
    await workbench.row(VIEW, /^main4/);
    assert.ok(!(await workbench.hasRow(VIEW, going)));
    assert.deepEqual(site.sent(/\/main\/backup$/), [{ safe: true }]);
    await workbench.clearNotifications();
  });

  it('backs up an inactive environment, which is activated first', async () => {
    const modes = workbench.page.getByPlaceholder('Mode', { exact: true });
    await workbench.contextMenu(VIEW, /^feature\/old-idea.*inactive/, 'Back Up Here…', modes);
    await workbench.pick('Live');
    assert.match(await workbench.dialogText(), /feature\/old-idea is inactive.*Activating/s);
    await workbench.screenshot('upsun-inactive');
    await workbench.answerDialog('Activate feature/old-idea first');
    await workbench.dialog().getByText('Nothing of feature/old-idea is paused').waitFor();
    assert.match(await workbench.dialogText(), /is inactive and is activated first/);
    await workbench.answerDialog(/^Back Up$/);
    await workbench.notification('Backed up feature/old-idea of shop');
    await workbench.row(VIEW, /^feature\/old-idea2/);
    await workbench.row(VIEW, /^feature\/old-idea.*development, active/);
    assert.equal(site.sent(/activate$/).length, 1);
    await workbench.clearNotifications();
  });

  it('reads all about a backup on its page', async () => {
    const [newest] = site.backups('main');
    assert.ok(newest);
    await (await workbench.row(VIEW, newest.id)).click();
    const page = workbench.customEditorFrame();
    await page.getByRole('heading', { name: 'What it is' }).waitFor();
    const text = await page.getByRole('main').innerText();
    for (const fact of [
      ...[/Mode\s+consistent/, /Restorable\s+yes/, /Expires\s+never by itself/, /Made\s+manual/],
      new RegExp(`Commit\\s+${newest.commit_id}`),
      new RegExp(`Size used\\s+${newest.size_used} \\(the platform states no unit\\)`),
    ]) {
      assert.match(text, fact);
    }
    await inEachTheme('upsun-page');
  });

  it('restores it to another environment, without its code, after a backup of what is there', async () => {
    await workbench.customEditorFrame().getByRole('button', { name: 'Restore…' }).click();
    const page = workbench.customEditorFrame();
    await page.getByRole('heading', PLAN).waitFor();
    await page.getByText('All data and deployed code of main').first().waitFor();
    await page.getByLabel('Restore to which environment?').selectOption('staging');
    await page.getByText('It goes to staging, not to main').first().waitFor();
    await page.getByLabel('Restore the code too?').selectOption('no');
    await page.getByText('Only the data is restored').first().waitFor();
    await page.getByText('All data of staging').first().waitFor();
    await inEachTheme('upsun-plan');
    await page.getByRole('button', { name: 'Restore…' }).click();
    const question = await workbench.dialogText();
    assert.match(question, /A backup of the present state is made first/);
    assert.match(question, /All data of staging \(staging\) are replaced/);
    assert.match(question, /Restore the code too: No\./);
    await workbench.screenshot('upsun-confirm');
    await workbench.answerDialog('Restore shop');
    const told = await workbench.notification('Restored', 90_000);
    const before = site.backups('staging')[0]?.id ?? '';
    assert.match(await told.innerText(), new RegExp(`The state before is kept .* as ${before}`));
    await page.getByRole('heading', { name: 'Restored' }).waitFor();
    assert.deepEqual(site.sent(/restore$/), [{ environment_name: 'staging', restore_code: false }]);
    assert.deepEqual(site.sent(/\/staging\/backup$/), [{ safe: true }]);
    await workbench.clearNotifications();
  });

  it('is told why a restore failed, and finds the platform’s log in Activity', async () => {
    const log = 'E: The volume "uploads" is full';
    const type = 'environment.restore';
    site.upsun.faults.activities({ kind: 'fails', reason: 'error', log }, { type });
    await workbench.expand(VIEW, /^feature\/checkout.*newest restorable/);
    const page = workbench.customEditorFrame();
    const planned = page.getByText('It goes back to feature/checkout');
    const id = site.backups('feature/checkout')[0]?.id ?? '';
    await workbench.contextMenu(VIEW, id, 'Restore…', planned);
    await page.getByLabel('Back up the present state first').uncheck();
    await page.getByText('No safety backup').first().waitFor();
    await page.getByRole('button', { name: 'Restore…' }).click();
    await workbench.answerDialog('Restore shop');
    await page.getByRole('heading', { name: 'The restore failed' }).waitFor();
    await page.getByRole('main').getByText(log).first().waitFor();
    await inEachTheme('upsun-failed');
    await workbench.clearNotifications();
    await (await workbench.row('Activity', /^Restore shop.*failed/)).click();
    const editor = workbench.page.locator('.editor-instance .view-lines:visible');
    await editor.getByText('The volume').first().waitFor();
    await workbench.screenshot('upsun-log');
    site.upsun.faults.clear();
  });

  it('deletes a backup on the platform, for good', async () => {
    const id = site.backups('staging').at(-1)?.id ?? '';
    await workbench.expand(VIEW, /^staging.*newest restorable/);
    await workbench.contextMenu(VIEW, id, 'Delete on the Platform…', workbench.dialog());
    assert.match(await workbench.dialogText(), /There is no other copy of it/);
    await workbench.screenshot('upsun-delete');
    await workbench.answerDialog('Delete for Good');
    await workbench.notification('Deleted');
    await workbench.row(VIEW, /^staging1/);
    assert.ok(!(await workbench.hasRow(VIEW, id)));
    await workbench.clearNotifications();
  });

  it('sees how long backups are kept, and the platform’s default named as such', async () => {
    await workbench.runCommand('View: Close All Editors');
    const page = workbench.customEditorFrame();
    const policy = page.getByText('Every day × 7; 2 made by hand; 20 in all');
    await workbench.contextMenu(VIEW, /^shop/, 'Edit Retention on the Platform…', policy);
    await page.getByText('Every day, the newest 7 kept').first().waitFor();
    await inEachTheme('upsun-retention');
    await page.getByRole('tab', { name: /^Staging/ }).click();
    await page.getByText('Default policy of the platform').waitFor();
    await workbench.screenshot('upsun-retention-default');
    await page.getByRole('tab', { name: /^Production/ }).click();
  });

  it('changes it: previewed, compared, confirmed, and sent as it was shown', async () => {
    const page = workbench.customEditorFrame();
    await page.getByRole('button', { name: 'Add Schedule' }).click();
    const added = page.getByRole('group', { name: 'Schedule 2' });
    await added.getByLabel('One every').fill('1');
    await added.getByLabel('Unit').selectOption('M');
    await added.getByLabel('keep the newest').fill('12');
    await page.getByLabel('Made by hand: keep the newest').fill('4');
    await page.getByLabel('In all: at most').fill('30');
    await page.getByText('Every month, the newest 12 kept').first().waitFor();
    await workbench.screenshot('upsun-retention-edited');
    await page.getByRole('button', { name: 'Review the Change…' }).click();
    await page.getByRole('heading', { name: 'Review: Production' }).waitFor();
    await workbench.page.locator('.tab', { hasText: 'Retention of Production on shop' }).waitFor();
    await inEachTheme('upsun-retention-review');
    const [line, ...body] = (await page.locator('pre.request').innerText()).split('\n');
    assert.match(line ?? '', /^PATCH \/projects\/shop4uy2mkqwe\/settings$/);
    await page.getByRole('button', { name: 'Send…' }).click();
    assert.match(await workbench.dialogText(), /Change how long shop keeps backups/);
    await workbench.answerDialog('Send');
    await page.getByRole('heading', { name: 'Changed: Production' }).waitFor();
    await page.getByText('Every day × 7, every month × 12; 4 made by hand; 30 in all').waitFor();
    await workbench.screenshot('upsun-retention-sent');
    const production = {
      max_backups: 30,
      default_config: {
        manual_count: 4,
        schedule: [
          { interval: '1d', count: 7 },
          { interval: '1M', count: 12 },
        ],
      },
    };
    assert.deepEqual(site.sent(/^PATCH/), [{ data_retention: { production } }]);
    assert.deepEqual(JSON.parse(body.join('\n')), { data_retention: { production } });
    assert.deepEqual(site.upsun.project().settings.data_retention, { production });
    await workbench.row('Activity', /^Set retention shop.*done/);
  });
});
