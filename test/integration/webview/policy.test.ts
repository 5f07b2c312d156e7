import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import type { PolicyRequest, ShownPolicy } from '../../../src/protocol/policyMessages';
import { startBrowser, workOf } from '../../support/browser';
import { backupsEvery, shownPolicy } from '../../support/policyPage';
import { ScreenPage } from '../../support/screenPage';

describe('The page of a cluster’s policy in a browser', function () {
  this.timeout(180_000);
  let browser: Browser;
  let screen: ScreenPage<PolicyRequest>;

  before(async () => (browser = await startBrowser()));
  after(() => browser.close());
  beforeEach(async () => (screen = await ScreenPage.open(browser, 'policy')));
  afterEach(async () => {
    const { complaints } = screen;
    await screen.close();
    assert.deepEqual(complaints, []);
  });

  const show = async (shown: ShownPolicy = shownPolicy()) => {
    await screen.reply({ type: 'policy', shown });
    await screen.page.getByRole('heading', { name: `Policy: ${shown.cluster}` }).waitFor();
  };
  const button = (name: string) => screen.page.getByRole('button', { name, exact: true });
  const kept = (row: number) =>
    screen.page.getByRole('group', { name: `Schedule ${row}` }).getByLabel('keep the newest');
  const slider = () => screen.page.getByRole('slider', { name: 'Date' });
  const drawing = () => screen.page.getByRole('img', { name: /which backups there are/ });
  const focused = () => screen.page.evaluate(() => document.activeElement?.id);
  const last = async () => (await screen.sent()).at(-1);

  it('edits, names what would go before anything is saved, and asks for a review', async () => {
    await show();
    await kept(1).fill('10');
    const gone = screen.page.getByRole('table', { name: 'Backups that go with the next prune' });
    await gone.waitFor();
    assert.equal(await gone.locator('tbody tr').count(), 13);
    assert.match(await gone.innerText(), /10 newer of 1h/);
    await screen.page.getByText('With the change', { exact: true }).waitFor();
    await button('Review the Change…').click();
    const sent = await last();
    assert.equal(sent?.type, 'review');
    assert.deepEqual(sent.edited, {
      ...shownPolicy().own,
      schedules: [
        { interval: '1h', count: 10 },
        { interval: '1d', count: 7 },
        { interval: '1M', count: 6 },
      ],
    });
  });

  it('says what is wrong beside the field, and lets nothing wrong be reviewed', async () => {
    await show();
    const zone = screen.page.getByLabel('Time zone');
    await zone.fill('Nowhere');
    assert.match(await screen.page.locator('#problem-timeZone').innerText(), /no time zone/);
    assert.equal(await zone.getAttribute('aria-invalid'), 'true');
    assert.ok(await button('Review the Change…').isDisabled());
    await button('Undo Changes').click();
    assert.equal(await zone.inputValue(), '');
    assert.match(await screen.page.getByRole('status').innerText(), /undone/);
  });

  it('moves the date by keys and by the pointer, and tells the storage there', async () => {
    await show();
    await slider().focus();
    await screen.page.keyboard.press('PageDown');
    await screen.page.keyboard.press('End');
    assert.equal(await slider().inputValue(), '365');
    assert.match((await slider().getAttribute('aria-valuetext')) ?? '', /2027.*: \d+ backups/);
    assert.match(await screen.page.locator('#at').innerText(), /They take [\d.]+ MB/);
    const box = await drawing().first().boundingBox();
    assert.ok(box);
    await drawing().first().scrollIntoViewIfNeeded();
    const seen = await drawing().first().boundingBox();
    assert.ok(seen);
    await screen.page.mouse.move(seen.x + seen.width / 2, seen.y + 20);
    await screen.page.mouse.down();
    await screen.page.mouse.move(seen.x + seen.width / 4, seen.y + 20);
    await screen.page.mouse.up();
    assert.ok(Math.abs(Number(await slider().inputValue()) - 91) <= 1);
    assert.match(
      (await drawing().first().getAttribute('aria-label')) ?? '',
      /Pinned, kept for ever/,
    );
  });

  it('lets the date be dragged on while the page is drawn anew', async () => {
    await show();
    await drawing().first().scrollIntoViewIfNeeded();
    const seen = await drawing().first().boundingBox();
    assert.ok(seen);
    const { mouse } = screen.page;
    await mouse.move(seen.x + seen.width / 4, seen.y + 20);
    await mouse.down();
    const before = await drawing().first().elementHandle();
    await show(shownPolicy({ backups: backupsEvery(1, 30) }));
    assert.ok(await before.evaluate((element) => !element.isConnected));
    await mouse.move(seen.x + seen.width / 2, seen.y + 20);
    assert.ok(Math.abs(Number(await slider().inputValue()) - 182) <= 1);
    await mouse.up();
    await mouse.move(seen.x + seen.width / 4, seen.y + 20);
    assert.ok(Math.abs(Number(await slider().inputValue()) - 182) <= 1);
  });

  it('begins with presets where nothing happens by itself', async () => {
    const { own: _, inherited: _i, ...bare } = shownPolicy({ backups: [] });
    await show(bare);
    await screen.page.getByText('Nothing happens by itself yet.').waitFor();
    await screen.page
      .getByText(/can’t be told before the first backup/)
      .first()
      .waitFor();
    await button('Grandfather-father-son').click();
    assert.equal(await screen.page.getByRole('group', { name: /^Schedule / }).count(), 3);
    assert.equal(await focused(), 'preset-gfs');
    assert.match(await screen.page.getByRole('status').innerText(), /fields are filled/);
    await screen.page.getByText('An agent or this editor must run the schedules.').waitFor();
  });

  it('gives a cluster schedules of its own, and takes the file’s again', async () => {
    const { own: _, ...rest } = shownPolicy();
    await show({ ...rest, inherited: { schedules: [{ interval: '1d', count: 7 }] } });
    assert.ok(await kept(1).evaluate((field: HTMLInputElement) => field.readOnly));
    await button('Give This Cluster Its Own').click();
    assert.equal(await focused(), 'follow');
    await kept(1).fill('8');
    await button('Use the File’s').click();
    assert.equal(await focused(), 'own');
    assert.equal(await kept(1).inputValue(), '7');
    assert.ok(await button('Review the Change…').isDisabled());
  });

  it('shows the review with what goes, saves the plan that was shown, and goes back', async () => {
    const item = { severity: 'warning', code: 'policy.goes', title: '13 backups go' } as const;
    const edited = shownPolicy().own ?? {};
    await show(shownPolicy({ review: { edited, items: [item], goes: 13, number: 4 } }));
    assert.equal(await focused(), 'review-title');
    await screen.page.getByText('13 backups go').waitFor();
    await button('Save…').click();
    assert.deepEqual(await last(), { type: 'save', number: 4 });
    await button('Back').click();
    assert.deepEqual(await last(), { type: 'back' });
  });

  it('opens the configuration at what is edited there', async () => {
    await show();
    await button('Open encryption in the configuration').click();
    assert.deepEqual(await last(), { type: 'open', place: 'encryption' });
    await button('Run Them in This Editor…').click();
    assert.deepEqual(await last(), { type: 'setting' });
  });

  it('leads to the platform’s own settings, and offers no schedules beside them', async () => {
    await show(shownPolicy({ platform: { settings: true }, own: { schedules: [] } }));
    await button('Edit Retention on the Platform…').click();
    assert.deepEqual(await last(), { type: 'platform' });
    assert.equal(await button('Add Schedule').count(), 0);
  });

  it('keeps what was typed where the file was changed meanwhile', async () => {
    await show();
    await kept(1).fill('10');
    const problem = { message: 'x', next: 'y', code: 'core.planChanged', cancelled: false };
    await show(shownPolicy({ problem, overtaken: true, inherited: { maxBackups: 50 } }));
    await screen.page.getByRole('heading', { name: 'The file was changed meanwhile' }).waitFor();
    assert.equal(await kept(1).inputValue(), '10');
    await screen.page.getByText('The file’s: 50').waitFor();
  });

  it('follows the pointer with 500 backups', async () => {
    await show(shownPolicy({ backups: backupsEvery(1, 500) }));
    await kept(1).fill('400');
    await screen.page.getByText('With the change', { exact: true }).waitFor();
    await slider().focus();
    const worked = await workOf(screen.page);
    const before = await worked();
    await screen.page.evaluate(() => {
      const input = document.querySelector<HTMLInputElement>('#date');
      for (let day = 1; day <= 20; day += 1) {
        if (input !== null) input.value = String(day);
        input?.dispatchEvent(new Event('input'));
      }
    });
    const ms = ((await worked()) - before) / 20;
    // Generous: what takes longer than this is not fluent on any machine.
    assert.ok(ms < 500, `${ms} ms a step`);
  });

  it('fits a narrow window, and every control has a name', async () => {
    await screen.page.setViewportSize({ width: 400, height: 800 });
    await show();
    await kept(1).fill('10');
    await screen.page.getByText('With the change', { exact: true }).waitFor();
    const { width, nameless } = await screen.measured();
    assert.ok(width <= 400, `${width}`);
    assert.deepEqual(nameless, []);
  });
});
