import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import type { HostedBackup } from '../../../src/core/model';
import type { HostedRestorePlan } from '../../../src/core/plan';
import type { HostedRequest, ShownHosted } from '../../../src/protocol/hostedMessages';
import type { PlanRequest, ShownPlan } from '../../../src/protocol/planMessages';
import { startBrowser } from '../../support/browser';
import { ScreenPage } from '../../support/screenPage';

const backup: HostedBackup = {
  id: 'nightly-0b7c1a52-33f1-4a54-9d0c-0d9a3b1c2d3e',
  name: 'nightly',
  group: 'main',
  state: 'failed',
  stateText: 'STATUS_ERROR',
  automated: true,
  restore: 'It failed.',
  created: '2026-05-03T10:00:00Z',
  bytes: 4096,
  error: 'no leader',
  parts: [
    { name: 'marathon', state: 'failed', stateText: 'STATUS_ERROR', error: 'no leader' },
    { name: 'mesos', state: 'ready', stateText: 'STATUS_READY' },
  ],
  restores: [
    {
      state: 'ready',
      stateText: 'STATUS_READY',
      at: '2026-05-04T10:00:00Z',
      parts: [{ name: 'marathon', state: 'ready', stateText: 'STATUS_READY' }],
    },
  ],
  facts: [['Version', '2.1']],
};
const shown: ShownHosted = {
  cluster: 'prod',
  system: 'DC/OS Enterprise',
  place: 'On the Master',
  group: 'Environment',
  covers: 'Only Marathon’s state.',
  backup,
  gone: false,
  asking: false,
  can: { restore: true, remove: true, fetch: false },
};

describe('The page of a backup on a platform’s own side, in a browser', function () {
  this.timeout(180_000);
  let browser: Browser;
  let page: ScreenPage<HostedRequest>;

  before(async () => (browser = await startBrowser()));
  after(() => browser.close());
  beforeEach(async () => (page = await ScreenPage.open(browser, 'hosted', { width: 400 })));
  afterEach(() => page.close());
  const show = (more: Partial<ShownHosted> = {}) =>
    page.reply({ type: 'hosted', shown: { ...shown, ...more } });

  it('shows all that is known, its components and restores in words, in 400 pixels', async () => {
    await show();
    const text = await page.page.locator('main').innerText();
    for (const known of [
      'This backup failed',
      'no leader',
      backup.id,
      'failed (STATUS_ERROR)',
      'ready (STATUS_READY)',
      'done (STATUS_READY)',
      'automated',
      '4,096 bytes',
      '2.1',
      'not possible: It failed.',
      'Only Marathon’s state.',
    ]) {
      assert.ok(text.includes(known), `${known} is not in ${text}`);
    }
    const wide = await page.page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 400, `${wide} pixels wide`);
    assert.match(await page.page.getByRole('status').innerText(), /This backup failed\. no leader/);
    assert.deepEqual(page.complaints, []);
  });

  it('offers what can be done, and no more', async () => {
    await show();
    const button = (name: string) => page.page.getByRole('button', { name });
    assert.ok(await button('Restore…').isDisabled());
    assert.equal(await button('Fetch into the Vault…').count(), 0);
    await show({ backup: { ...backup, state: 'ready', restore: true } });
    for (const name of ['Restore…', 'Show Plan', 'Copy Id', 'Refresh', 'Delete…']) {
      await button(name).click();
    }
    assert.deepEqual(
      (await page.sent()).map(({ type }) => type),
      ['ready', 'restore', 'plan', 'copyId', 'refresh', 'remove'],
    );
    // Whoever is on a button stays there as the page is drawn anew.
    await button('Delete…').focus();
    await show({ gone: true });
    assert.ok(await button('Delete…').isDisabled());
    const text = await page.page.locator('main').innerText();
    assert.match(text, /does not list it any more/);
  });
});

describe('The plan of a restore on the platform’s side, in a browser', function () {
  this.timeout(180_000);
  let browser: Browser;
  let page: ScreenPage<PlanRequest>;

  before(async () => (browser = await startBrowser()));
  after(() => browser.close());
  beforeEach(async () => (page = await ScreenPage.open(browser, 'plan', { width: 400 })));
  afterEach(() => page.close());

  const target = {
    answer: 'target',
    title: 'Restore to which environment?',
    value: 'main',
    options: ['main', 'staging'].map((value) => ({ value, label: value })),
  };
  const plan: HostedRestorePlan = {
    cluster: 'shop',
    system: 'upsun',
    backup: { ...backup, state: 'ready', stateText: 'CREATED', restore: true },
    items: [
      { severity: 'info', code: 'x.target', title: 'It goes back to main', questions: [target] },
      { severity: 'warning', code: 'x.all', title: 'All of main is replaced', destructive: true },
    ],
    choices: {},
    possible: true,
    safetyBackup: true,
    fingerprint: 'x',
  };
  const show = (more: Partial<ShownPlan> = {}) =>
    page.reply({
      type: 'plan',
      shown: {
        plan,
        system: 'Upsun / Platform.sh',
        covers: 'Code and data. Git does not change.',
        dryRun: false,
        series: 1,
        edit: 0,
        choices: {},
        safetyBackup: true,
        state: 'planned',
        ...more,
      },
    });

  it('tells the backup, what holds without an answer, and what comes first', async () => {
    await show();
    const text = await page.page.locator('main').innerText();
    assert.match(text, /Upsun \/ Platform\.sh/);
    assert.match(text, /Git does not change/);
    assert.match(text, /A backup on the platform’s side first/);
    assert.doesNotMatch(text, /Not answered/);
    const list = page.page.getByLabel(target.title);
    assert.equal(await list.inputValue(), 'main');
    const wide = await page.page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 400, `${wide} pixels wide`);
    await list.selectOption('staging');
    const choices = { answers: { target: 'staging' } };
    await show({ edit: 1, choices });
    await page.page.getByLabel(/Back up the present state first/).uncheck();
    assert.deepEqual((await page.sent()).slice(1), [
      { type: 'choose', edit: 1, choices, safetyBackup: true },
      { type: 'choose', edit: 2, choices, safetyBackup: false },
    ]);
    // What it shows is not planned yet.
    assert.ok(await page.page.getByRole('button', { name: 'Restore…' }).isDisabled());
    await show({ edit: 2, choices, safetyBackup: false, plan: { ...plan, safetyBackup: false } });
    await page.page.getByRole('button', { name: 'Restore…' }).click();
    assert.deepEqual((await page.sent()).at(-1), { type: 'restore', edit: 2 });
    assert.match(await page.page.locator('main').innerText(), /No safety backup/);
    assert.deepEqual(page.complaints, []);
  });

  it('says why there can be no safety backup', async () => {
    const noSafetyBackup = 'The very backup would go for it.';
    await show({ plan: { ...plan, safetyBackup: false, noSafetyBackup } });
    const box = page.page.getByLabel(/Back up the present state first/);
    assert.ok(await box.isDisabled());
    assert.equal(await box.isChecked(), false);
    const text = await page.page.locator('main').innerText();
    assert.match(text, /Not possible: The very backup would go for it\./);
  });

  it('can be planned again after a failure', async () => {
    await show({ outcome: { kind: 'failed', message: 'It broke.' } });
    await page.page.getByRole('button', { name: 'Plan Again' }).click();
    assert.deepEqual((await page.sent()).at(-1), { type: 'replan' });
  });
});
