import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { startPolicyWindow } from '../support/policy/policyWindow';
import type { PolicyWindow } from '../support/policy/policyWindow';
import type { RunningProcess } from '../../src/sandbox/parts/processes';
import { waitFor } from '../../src/sandbox/parts/wait';
import type { Workbench } from '../support/workbench';
import { widenSideBar } from './sideBar';

const VIEW = 'Clusters';
const ACTIVITY = 'Activity';
const SCHEDULED = /schedule 5s/;
/** What a busy machine may take for anything (ms). */
const PATIENCE = 120_000;
const GENERATIONS = {
  schedules: [
    { interval: '1d', count: 7 },
    { interval: '1w', count: 4 },
    { interval: '1M', count: 12 },
  ],
  manualCount: 3,
};
/** The day on which a backup was made, as its file's name has it (UTC). */
const dayOf = (file: string) => /-(\d{8})T\d{6}Z/.exec(file)?.[1];
const OFTEN = { schedules: [{ interval: '5s', count: 30 }] };

describe('A person with a policy', function () {
  this.timeout(240_000);
  let site: PolicyWindow;
  let workbench: Workbench;
  let agent: RunningProcess | undefined;

  before(async () => {
    site = await startPolicyWindow();
    ({ workbench } = site);
    await workbench.openView('Cluster Backup');
  });

  after(() => site.stop());

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench.screenshot(`failed-${Date.now()}`);
  });

  const statusIs = async (text: string | RegExp, kind?: 'warning' | 'error') => {
    const worn = kind === undefined ? ':not(.warning-kind, .error-kind)' : `.${kind}-kind`;
    // Both at once: what is so for a moment only is waited for.
    await site.status.and(workbench.page.locator(worn)).filter({ hasText: text }).waitFor();
  };
  const page = () => workbench.customEditorFrame();
  const key = (name: string) => workbench.page.keyboard.press(name);
  const type = (text: string) => workbench.page.keyboard.type(text);

  // Control+A goes through the editor, and comes back later than what is typed next.
  const markAll = async () => {
    await key('Home');
    await key('Shift+End');
  };

  it('sees that a cluster has no policy', async () => {
    await widenSideBar(workbench, 220);
    await workbench.row(VIEW, /^prod.*healthy · no backup yet/);
    await statusIs('Backups: no policy');
    await site.status.hover();
    await workbench.page.locator('.monaco-hover:visible').getByText('no policy').first().waitFor();
    await workbench.screenshot('policy-none');
  });

  it('begins with a usual policy on a page that says what to do', async () => {
    const nothing = page().getByText('Nothing happens by itself yet.');
    await workbench.contextMenu(VIEW, /^prod/, 'Edit Policy…', nothing);
    await page().getByText('No backup is there, and none will be made.').waitFor();
    await site.inEachTheme('policy-empty');
    await page().getByRole('button', { name: 'Grandfather-father-son' }).focus();
    await key('Enter');
    await page().getByRole('group', { name: 'Schedule 3' }).waitFor();
    await page().getByText('With the change: ').first().waitFor();
  });

  it('edits it with the keyboard alone, and is told what is wrong', async () => {
    await page().getByRole('group', { name: 'Schedule 1' }).getByLabel('One every').focus();
    await key('Tab');
    await key('Tab');
    await markAll();
    await type('10');
    const zone = page().getByLabel('Time zone');
    await zone.focus();
    await type('Berlin');
    await page().getByText('This is no time zone: write it like Europe/Berlin.').waitFor();
    assert.ok(await page().getByRole('button', { name: 'Review the Change…' }).isDisabled());
    await markAll();
    await type('Europe/Berlin');
    await key('Tab');
    await type('02:30');
    await page().getByText('the policy’s days are those of Europe/Berlin').waitFor();
    await page().getByLabel('Made by hand: keep the newest').focus();
    await type('3');
    await page().getByText('Every day, the newest 10 kept').first().waitFor();
    await page()
      .locator('#storage', { hasText: 'can’t be told before the first backup' })
      .waitFor();
  });

  it('drags the date, with keys and with the mouse, and reads what there will be', async () => {
    const date = page().getByRole('slider', { name: 'Date' });
    const isAt = (day: number, about = 0) =>
      waitFor(
        `the date to be at day ${day}`,
        async () => Math.abs(Number(await date.inputValue()) - day) <= about || undefined,
        { timeoutMs: PATIENCE },
      );
    const words = (text: RegExp) => page().locator('#at', { hasText: text }).waitFor();
    await date.focus();
    await key('End');
    await isAt(365);
    await words(/With the change: 2[0-9] backups, the oldest of/);
    await key('PageUp');
    await key('PageDown');
    await key('PageDown');
    await isAt(305);
    await words(/With the change: 2[0-9] backups, the oldest of/);
    // It is drawn anew whenever the cluster was asked.
    const drawing = page().locator('svg.drawing').last();
    const box = await waitFor(
      'the drawing to have a place',
      async () => {
        await drawing.evaluate((element) => element.scrollIntoView({ block: 'center' }));
        return (await drawing.boundingBox()) ?? undefined;
      },
      { timeoutMs: PATIENCE },
    );
    await workbench.page.mouse.move(box.x + box.width * 0.2, box.y + box.height / 2);
    await workbench.page.mouse.down();
    await workbench.page.mouse.move(box.x + box.width * 0.5, box.y + box.height / 2, { steps: 4 });
    await workbench.page.mouse.up();
    await isAt(182, 7);
    await page()
      .getByText(/^With the change: 1[0-9] backups|^With the change: 2[0-9] backups/)
      .first()
      .waitFor();
    await site.inEachTheme('policy-edited');
  });

  it('compares the file as it is and as it will be, and saves it with its remarks', async () => {
    const before = await site.configuration();
    await page().getByRole('button', { name: 'Review the Change…' }).click();
    await page().getByRole('heading', { name: 'Review the change' }).waitFor();
    const tab = workbench.page.locator('.tab', { hasText: 'Policy of prod: the file now' });
    await tab.waitFor();
    const diff = workbench.page.locator('.monaco-diff-editor .modified-in-monaco-diff-editor');
    await diff.getByText('Europe/Berlin').first().waitFor();
    assert.equal(await site.configuration(), before);
    await site.inEachTheme('policy-review');
    await page().getByRole('button', { name: /^Save/ }).click();
    await page().getByRole('heading', { name: 'Saved' }).waitFor();
    const after = await site.configuration();
    for (const remark of ['// Kept by the platform team', '// the old servers', '/* Only in']) {
      assert.ok(after.includes(remark), after);
    }
    assert.match(after, /"interval": "1d",\s*"count": 10/);
    assert.match(after, /"timeZone": "Europe\/Berlin"/);
    await statusIs('prod: no backup yet', 'warning');
    await workbench.row(VIEW, /^prod.*healthy · no backup yet/);
    await workbench.screenshot('policy-saved');
  });

  it('sees what the agent does, which runs beside the window', async () => {
    await workbench.runCommand('View: Close All Editors');
    await site.writePolicy(OFTEN);
    agent = await site.startAgent();
    await workbench.row(ACTIVITY, /^Back up prod.*(done|starting|asking|\d %)/i);
    await workbench.row(ACTIVITY, /^Back up prod.*done/);
    await workbench.row(VIEW, SCHEDULED);
    await statusIs('Backups: all good');
    await waitFor(
      'several backups',
      async () => (await site.backupFiles()).length >= 5 || undefined,
      {
        timeoutMs: PATIENCE,
      },
    );
    await agent.stop('SIGTERM');
    await workbench.row(VIEW, /^prod.*healthy · (backup missed · )?backup /);
    await workbench.screenshot('policy-agent');
  });

  it('pins a backup, and prunes by a plan that gives its reasons', async () => {
    const [, ...others] = await site.backupFiles();
    const rows = (await workbench.rows(VIEW)).filter((row) => SCHEDULED.test(row));
    const oldest = rows.at(-1)?.slice(0, 19) ?? '';
    const pinned = workbench.told(/is pinned: no policy deletes it/);
    await workbench.contextMenu(VIEW, oldest, 'Pin', pinned);
    await workbench.row(VIEW, new RegExp(`^${oldest}.*pinned`));
    await workbench.clearNotifications();
    await site.writePolicy(GENERATIONS);
    await workbench.row(VIEW, /goes with the next pruning/);
    await site.inEachTheme('policy-tree');
    const plan = workbench.page.getByPlaceholder(/Untick what is to stay/);
    await workbench.contextMenu(VIEW, /^prod/, 'Prune…', plan);
    await site.inEachTheme('policy-prune-plan');
    const reasons = workbench.page.locator('.quick-input-widget:visible .quick-input-list');
    await reasons
      .getByText(/newer one|newest of/)
      .first()
      .waitFor();
    await key('Enter');
    assert.match(await workbench.dialogText(), /Delete \d+ backups? of cluster "prod"\?/);
    await workbench.screenshot('policy-prune-confirm');
    await workbench.answerDialog(/^Delete \d+ Backup/);
    await workbench.notification(/Deleted \d+ backups? of cluster "prod": .* free/);
    await workbench.clearNotifications();
    await workbench.row(ACTIVITY, /^Prune prod.*done/);
    await workbench.row(VIEW, new RegExp(`^${oldest}.*pinned`));
    // The pinned one, and of each day the newest: the backups may lie on both sides of midnight.
    assert.equal((await site.backupFiles()).length, 1 + new Set(others.map(dayOf)).size);
  });

  it('reads on the page what the backups take, now and later', async () => {
    const storage = page().locator('#storage', { hasText: /Now .* KB/ });
    await workbench.contextMenu(VIEW, /^prod/, 'Edit Policy…', storage);
    await site.inEachTheme('policy-page');
    const drawn = page().getByText('Every month, the newest 12 kept');
    await page().getByRole('slider', { name: 'Date' }).focus();
    await key('End');
    await drawn.waitFor();
    await page()
      .getByRole('heading', { name: 'From now on' })
      .evaluate((e) => e.scrollIntoView());
    await site.inEachTheme('policy-forecast');
    await workbench.runCommand('View: Close All Editors');
  });

  it('is told once that the cluster is away, and that all is well again', async () => {
    await isAtTheWindow(workbench);
    await site.writePolicy(OFTEN);
    await site.consul.stopServer(0);
    agent = await site.startAgent();
    const told = await workbench.notification(/prod: The last run failed/, PATIENCE);
    await workbench.screenshot('policy-failed');
    await statusIs(/prod: last run failed/, 'error');
    const notices = (await workbench.notifications()).filter((text) => text.includes('prod'));
    assert.equal(notices.length, 1, await told.innerText());
    await workbench.clearNotifications();
    await workbench.openView('Explorer');
    await site.status.click();
    await workbench.row(VIEW, /^prod.*unreachable · last run failed/);
    await site.inEachTheme('policy-bad');
    await site.consul.startServer(0);
    await site.consul.waitForLeader(PATIENCE);
    await statusIs('Backups: all good');
    assert.deepEqual(
      (await workbench.notifications()).filter((text) => text.includes('prod')),
      [],
    );
  });

  it('is told that a backup is damaged, which the agent’s check finds', async () => {
    const policy = { ...OFTEN, verify: { every: '10s' } };
    await site.writePolicy(policy);
    const [file = ''] = await site.backupFiles();
    const bytes = await readFile(file);
    bytes.fill(0, bytes.length >> 1);
    await writeFile(file, bytes);
    await workbench.notification(/prod: The backup of .* is damaged/, PATIENCE);
    await statusIs(/prod: backup damaged/, 'warning');
    await workbench.row(VIEW, /^prod.*backup damaged/);
    await workbench.row(VIEW, /damaged · pinned/);
    await workbench.page.mouse.move(700, 400);
    await site.inEachTheme('policy-damaged');
    await agent?.stop('SIGTERM');
    await workbench.clearNotifications();
  });

  it('has the editor run the schedules while it is open', async () => {
    const before = await site.backupFiles();
    await workbench.changeSettings({ 'clusterBackup.schedules.run': true }, async () =>
      (await site.backupFiles()).some((file) => !before.includes(file)),
    );
    await workbench.row(ACTIVITY, /^Back up prod.*done/);
    await workbench.screenshot('policy-editor-runs');
  });
});

/** Notices wait for the person; a window whose page was closed has lost the keyboard. */
async function isAtTheWindow({ page }: Workbench): Promise<void> {
  await page.locator('.part.sidebar > .title .title-label').click();
  await page.locator('.part.titlebar:not(.inactive)').waitFor();
}
