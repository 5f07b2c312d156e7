import assert from 'node:assert/strict';
import type { Browser, Locator } from 'playwright-core';
import type { RetentionRequest, ShownRetention } from '../../../src/protocol/retentionMessages';
import { startBrowser } from '../../support/browser';
import { retentionPlan, retentionSettings, shownRetention } from '../../support/retentionSettings';
import { ScreenPage } from '../../support/screenPage';

describe('The page of a platform’s retention in a browser', function () {
  this.timeout(180_000);
  let browser: Browser;
  let screen: ScreenPage<RetentionRequest>;

  before(async () => (browser = await startBrowser()));
  after(() => browser.close());
  beforeEach(async () => (screen = await ScreenPage.open(browser, 'retention')));
  afterEach(async () => {
    const { complaints } = screen;
    await screen.close();
    // The page's policy forbids what it does not need: nothing may have tried.
    assert.deepEqual(complaints, []);
  });

  const show = async (changes: Partial<ShownRetention> = {}) => {
    await screen.reply({ type: 'retention', shown: shownRetention(changes) });
    await drawing().first().waitFor();
  };
  const drawing = () => screen.page.getByRole('img', { name: /which backups there are/ });
  const slider = () => screen.page.getByRole('slider', { name: 'Date' });
  const button = (name: string) => screen.page.getByRole('button', { name, exact: true });
  const kept = (row: number) =>
    screen.page.getByRole('group', { name: `Schedule ${row}` }).getByLabel('keep the newest');
  const every = (row: number) =>
    screen.page.getByRole('group', { name: `Schedule ${row}` }).getByLabel('One every');
  /** How many bars a lane has. */
  const bars = (figure: Locator, lane: string) =>
    figure
      .locator(`[data-lane="${lane}"] path`)
      .evaluateAll((paths) =>
        paths.reduce((sum, path) => sum + (path.getAttribute('d')?.split('M').length ?? 1) - 1, 0),
      );
  const focused = () => screen.page.evaluate(() => document.activeElement?.id);
  const last = async () => (await screen.sent()).at(-1);

  it('asks for what it shows', async () => {
    assert.deepEqual(await screen.sent(), [{ type: 'ready' }]);
  });

  it('draws a year of backups: those there are and those to come, by what keeps them', async () => {
    await show();
    const figure = drawing();
    assert.equal(await figure.count(), 1);
    // Two of the three automated ones there are go within days; the third is the first week's.
    assert.equal(await bars(figure, 'manual'), 2);
    const counts = await Promise.all(['1d', '1w', '1M'].map((lane) => bars(figure, lane)));
    assert.equal(
      counts.reduce((sum, count) => sum + count, 0),
      3 + 365,
    );
    assert.ok(
      counts.every((count) => count >= 12),
      counts.join(),
    );
    const label = (await figure.getAttribute('aria-label')) ?? '';
    assert.match(label, new RegExp(`Every day, the newest 7 kept: ${counts[0]} backups, at most`));
    assert.match(label, /By hand, the newest 2 kept: 2 backups, at most 2 at a time/);
  });

  it('draws an hourly year without being slow', async () => {
    const settings = retentionSettings();
    const [production] = settings.kinds;
    assert.ok(production);
    production.policy.schedules.unshift({ interval: '1h', count: 48 });
    await show({ settings });
    const total = await Promise.all(['1h', '1d', '1w', '1M'].map((lane) => bars(drawing(), lane)));
    assert.ok(total.reduce((sum, count) => sum + count, 0) >= 8_760);
  });

  it('moves the date with the keyboard, and says in words what there is then', async () => {
    await show();
    const value = async () => Number(await slider().inputValue());
    assert.equal(await value(), 0);
    const now = (await slider().getAttribute('aria-valuetext')) ?? '';
    assert.match(
      now,
      /2026.*: 5 backups, the oldest of .* old\), the newest of .* \(7 hours old\)/,
    );
    const rows = screen.page.getByRole('table', { name: /^Backups on/ }).locator('tbody tr');
    assert.equal(await rows.count(), 5);
    await slider().focus();
    await screen.page.keyboard.press('ArrowRight');
    assert.equal(await value(), 1);
    await screen.page.keyboard.press('PageUp');
    assert.equal(await value(), 31);
    await screen.page.keyboard.press('PageDown');
    assert.equal(await value(), 1);
    await screen.page.keyboard.press('End');
    assert.equal(await value(), 365);
    const end = (await slider().getAttribute('aria-valuetext')) ?? '';
    const [, count] = /2027.*: (\d+) backups/.exec(end) ?? [];
    assert.equal(await rows.count(), Number(count));
    // The same is to be read on the page, and the line of the drawing stands there.
    assert.ok((await screen.page.locator('#at').innerText()).includes(`${count} backups`));
    const line = drawing().locator('line.date');
    assert.equal(await line.getAttribute('x1'), await drawing().getAttribute('width'));
  });

  it('moves the date with the pointer in the drawing', async () => {
    await show();
    const box = await drawing().boundingBox();
    assert.ok(box);
    await screen.page.mouse.move(box.x + box.width / 2, box.y + 20);
    await screen.page.mouse.down();
    const middle = Number(await slider().inputValue());
    assert.ok(Math.abs(middle - 182) <= 1, `${middle}`);
    await screen.page.mouse.move(box.x + box.width / 4, box.y + 20);
    await screen.page.mouse.up();
    assert.ok(Math.abs(Number(await slider().inputValue()) - 91) <= 1);
  });

  it('shows the backups of one environment at a time: the policy holds for each by itself', async () => {
    const settings = retentionSettings();
    const existing = settings.kinds[0]?.existing ?? [];
    existing.forEach((backup, at) => (backup.group = at < 3 ? 'main' : 'shop-2'));
    await show({ settings });
    assert.equal(await bars(drawing(), 'manual'), 1);
    const list = screen.page.getByRole('combobox', { name: 'Backups of' });
    assert.equal(await list.inputValue(), 'main');
    await list.selectOption('shop-2');
    assert.match((await slider().getAttribute('aria-valuetext')) ?? '', /: 2 backups/);
  });

  it('shows a shorter stretch, in finer steps', async () => {
    await show();
    await screen.page.getByRole('combobox', { name: 'Show' }).selectOption('Next week');
    assert.equal(await slider().getAttribute('max'), String(7 * 24));
    assert.equal(
      (await bars(drawing(), '1d')) + (await bars(drawing(), '1w')) + (await bars(drawing(), '1M')),
      3 + 7,
    );
  });

  it('says what is wrong as one types, beside the field, and lets nothing wrong be reviewed', async () => {
    await show();
    const review = button('Review the Change…');
    assert.ok(await review.isDisabled());
    await screen.page.getByText('Nothing has been changed.').waitFor();
    await kept(1).fill('0');
    const problem = screen.page.locator('#problem-kept-0');
    assert.match(await problem.innerText(), /whole number, 1 or more/);
    assert.equal(await kept(1).getAttribute('aria-invalid'), 'true');
    assert.match((await kept(1).getAttribute('aria-describedby')) ?? '', /problem-kept-0/);
    await screen.page.getByText('One field is not right yet.').waitFor();
    assert.ok(await review.isDisabled());
    // The fields stay in their places, and what is typed stays.
    const place = await kept(2).boundingBox();
    await every(1).fill('x');
    assert.equal((await kept(2).boundingBox())?.x, place?.x);
    await every(1).fill('1');
    await kept(1).fill('3');
    assert.equal(await problem.innerText(), '');
    assert.equal(await kept(1).getAttribute('aria-invalid'), 'false');
    assert.ok(await review.isEnabled());
  });

  it('says beside one field that another has made it wrong', async () => {
    await show();
    await screen.page.getByLabel('In all: at most').fill('1');
    assert.match(
      await screen.page.locator('#problem-manual').innerText(),
      /2 made by hand are more than the 1/,
    );
    await screen.page.getByLabel('In all: at most').fill('5');
    assert.equal(await screen.page.locator('#problem-manual').innerText(), '');
    await screen.page.getByText(/may hold 19, but there may be 5 in all/).waitFor();
  });

  it('draws what holds above what is edited, and marks what goes', async () => {
    await show();
    await kept(1).fill('2');
    await screen.page.getByText('With the change', { exact: true }).waitFor();
    const [before, after] = await Promise.all(
      [0, 1].map(async (at) => (await drawing().nth(at).getAttribute('aria-label')) ?? ''),
    );
    assert.match(before ?? '', /^As it is now: .*the newest 7 kept/);
    assert.match(after ?? '', /^With the change: .*the newest 2 kept/);
    const places = await Promise.all(
      [0, 1].map(async (at) => (await drawing().nth(at).boundingBox())?.y),
    );
    assert.ok((places[0] ?? 0) < (places[1] ?? 0));
    assert.match(
      (await slider().getAttribute('aria-valuetext')) ?? '',
      /; with the change: \d+ backups/,
    );
    await slider().focus();
    await screen.page.keyboard.press('PageUp');
    assert.ok((await screen.page.getByRole('cell', { name: 'gone with the change' }).count()) > 0);
    await button('Undo Changes').click();
    assert.equal(await drawing().count(), 1);
    assert.equal(await kept(1).inputValue(), '7');
    assert.equal(await focused(), 'tab-production');
  });

  it('adds and removes schedules, and the focus goes along', async () => {
    await show();
    await button('Add Schedule').click();
    assert.equal(await screen.page.getByRole('group', { name: /^Schedule / }).count(), 4);
    assert.ok(await every(4).evaluate((field) => field === document.activeElement));
    await button('Remove schedule 4').focus();
    await screen.page.keyboard.press('Enter');
    assert.equal(await screen.page.getByRole('group', { name: /^Schedule / }).count(), 3);
    assert.equal(await focused(), 'remove-2');
    await screen.page.keyboard.press('Enter');
    await button('Review the Change…').click();
    assert.deepEqual(await last(), {
      type: 'review',
      change: {
        kind: 'production',
        policy: {
          schedules: [
            { interval: '1d', count: 7 },
            { interval: '1w', count: 4 },
          ],
          manualCount: 2,
          maxBackups: 40,
        },
      },
    });
  });

  it('goes through the kinds with the arrow keys, names the default policy, and keeps what was typed', async () => {
    await show();
    await kept(1).fill('3');
    await screen.page.getByRole('tab', { name: 'Production · edited' }).focus();
    await screen.page.keyboard.press('ArrowRight');
    const staging = screen.page.getByRole('tab', { name: 'Staging' });
    assert.equal(await staging.getAttribute('aria-selected'), 'true');
    assert.equal(await focused(), 'tab-staging');
    await screen.page.getByRole('tabpanel', { name: 'Staging' }).waitFor();
    await screen.page.getByText('Default policy of the platform').waitFor();
    await screen.page.keyboard.press('End');
    await screen.page.getByText('No schedule: no backup is made automatically.').waitFor();
    await screen.page.getByText('could not be read: only those to come').waitFor();
    await screen.page.getByText('No backup is there, and none will be made.').waitFor();
    await screen.page.keyboard.press('ArrowRight');
    assert.equal(await kept(1).inputValue(), '3');
    assert.equal(await screen.page.getByText('Default policy of the platform').count(), 0);

    const again = await ScreenPage.open(browser, 'retention', { kept: await screen.kept() });
    await again.reply({ type: 'retention', shown: shownRetention() });
    await again.page.getByRole('tab', { name: 'Production · edited' }).waitFor();
    await again.close();
  });

  it('can only be read where the platform says so, with the reason on top', async () => {
    const reason = 'The plan of this project does not let it be changed.';
    await show({ settings: retentionSettings({ editable: reason }) });
    await screen.page.getByRole('region', { name: 'These settings can be read' }).waitFor();
    assert.equal(await screen.page.locator('#locked').innerText(), reason);
    assert.equal(await screen.page.locator('input.text:not([readonly])').count(), 0);
    assert.equal(await screen.page.locator('fieldset select:enabled').count(), 0);
    assert.match((await kept(1).getAttribute('aria-describedby')) ?? '', /\blocked\b/);
    for (const name of ['Review the Change…', 'Add Schedule', 'Remove schedule 1']) {
      assert.equal(await button(name).count(), 0, name);
    }
    assert.ok(await slider().isEnabled());
  });

  it('shows the very request with what has to be known, and sends or goes back', async () => {
    const items = [
      { severity: 'info', code: 'upsun.all', title: 'All of it is sent' },
      { severity: 'warning', code: 'upsun.goes', title: 'Two backups go', detail: 'a2, a3' },
    ] as const;
    const plan = retentionPlan({ items: [...items] });
    await show();
    await kept(1).fill('3');
    await show({ review: { plan, number: 4 } });
    assert.equal(await focused(), 'review-title');
    assert.equal(await screen.page.locator('pre').innerText(), plan.request);
    assert.deepEqual(await screen.page.locator('#review .item strong').allInnerTexts(), [
      'Two backups go',
      'All of it is sent',
    ]);
    await button('Show Difference').click();
    assert.deepEqual(await last(), { type: 'diff' });
    await button('Send…').click();
    assert.deepEqual(await last(), { type: 'send', number: 4 });
    await button('Back').click();
    assert.deepEqual(await last(), { type: 'back' });
    await show();
    assert.equal(await kept(1).inputValue(), '3');
    assert.equal(await focused(), 'tab-production');
  });

  it('sends nothing that something stands in the way of', async () => {
    const blocker = { severity: 'blocker', code: 'upsun.no', title: 'It can’t be' } as const;
    await show({ review: { plan: retentionPlan({ items: [blocker] }), number: 1 } });
    assert.ok(await button('Send…').isDisabled());
    await screen.page.getByText('It can’t be sent: something stands in its way').waitFor();
    assert.ok(await button('Back').isEnabled());
  });

  it('keeps what was typed when the settings were changed meanwhile, and shows them', async () => {
    await show();
    await kept(1).fill('3');
    const settings = retentionSettings();
    const [production] = settings.kinds;
    assert.ok(production);
    production.policy.maxBackups = 30;
    const problem = {
      message: 'It is other.',
      next: 'Look.',
      code: 'core.planChanged',
      cancelled: false,
    };
    await show({ settings, problem, overtaken: true });
    await screen.page
      .getByRole('heading', { name: 'The settings were changed meanwhile' })
      .waitFor();
    assert.equal(await kept(1).inputValue(), '3');
    assert.match(await screen.page.locator('#policy .lead').first().innerText(), /30 in all/);
    assert.match(await screen.page.getByRole('status').innerText(), /changed meanwhile/);
  });

  it('shows the new settings after they were sent, and what was typed is typed no more', async () => {
    await show();
    await kept(1).fill('3');
    const settings = retentionSettings();
    const [first] = settings.kinds[0]?.policy.schedules ?? [];
    assert.ok(first);
    first.count = 3;
    await show({ settings, sent: 'production' });
    await screen.page.getByRole('heading', { name: 'Changed: Production' }).waitFor();
    assert.equal(await screen.page.getByText('edited').filter({ visible: true }).count(), 0);
    assert.ok(await button('Review the Change…').isDisabled());
  });

  it('can be stopped while it asks, and says what failed with a code and what to do', async () => {
    await screen.reply({
      type: 'retention',
      shown: { cluster: 'shop', system: 'Upsun', busy: 'reading' },
    });
    await button('Cancel').click();
    assert.deepEqual(await last(), { type: 'cancel' });
    const problem = {
      message: 'It is denied.',
      next: 'Be an admin.',
      code: 'upsun.denied',
      cancelled: false,
    };
    await screen.reply({ type: 'retention', shown: { cluster: 'shop', system: 'Upsun', problem } });
    await screen.page.getByRole('heading', { name: 'It is denied.' }).waitFor();
    await screen.page.locator('main').getByText('Be an admin. [upsun.denied]').waitFor();
    await button('Refresh').click();
    assert.deepEqual(await last(), { type: 'refresh' });
  });

  it('fits a narrow window, and every control has a name', async () => {
    await screen.page.setViewportSize({ width: 400, height: 800 });
    await show();
    await kept(1).fill('3');
    await screen.page.getByText('With the change', { exact: true }).waitFor();
    const { width, nameless } = await screen.measured();
    assert.ok(width <= 400, `${width}`);
    assert.deepEqual(nameless, []);
  });
});
