import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import type { PlannedChange } from '../../../src/core/plan';
import { startBrowser } from '../../support/browser';
import { PlanPage } from '../../support/planPage';
import { change, itemisedPlan } from '../../support/plans';

const ROWS = 2_000;
/** What is felt as slow (ms); less than half of it is needed. */
const LIMIT_MS = 600;

const many = (differing: Partial<PlannedChange> = {}): PlannedChange[] =>
  Array.from({ length: ROWS }, (_, i) =>
    change(`service/s${i}`, {
      group: `stack${i % 100}`,
      renamable: true,
      reason: 'It is created as it was',
      ...(i % 5 === 0
        ? { action: 'conflict', code: 'differs', differences: ['Image', 'Labels'] }
        : {}),
      ...(i === 1000 ? differing : {}),
    }),
  );

describe('The page of a restore plan in a browser', function () {
  this.timeout(180_000);
  let browser: Browser;
  let page: PlanPage;

  before(async () => (browser = await startBrowser()));
  after(() => browser.close());
  beforeEach(async () => (page = await PlanPage.open(browser)));
  afterEach(() => page.close());

  const drawn = async () => {
    await page.page.locator('table:not([aria-busy="true"])').waitFor();
    assert.equal(await page.page.locator('tbody tr:not(.group)').count(), ROWS);
  };

  it('stays fluent with thousands of rows, and draws only what has changed', async function () {
    const first = await page.show({ plan: itemisedPlan(many()) });
    const row = page.page.locator('[data-key="row:service/s1000"]');
    await drawn();
    await row.locator('summary').click();
    const box = row.getByRole('checkbox');
    await box.focus();
    const place = async () => Math.round((await row.boundingBox())?.y ?? -1);
    await page.page.evaluate(() =>
      document.querySelectorAll('tr').forEach((tr) => tr.setAttribute('data-old', '')),
    );
    const before = await place();
    await page.page.keyboard.press('Space');
    const [request] = (await page.sent()).slice(-1);
    assert.deepEqual(request, {
      type: 'choose',
      edit: 1,
      choices: { except: ['service/s1000'] },
    });
    const again = await page.show({
      plan: itemisedPlan(many({ chosen: false }), {
        // Above the rows: what is looked at must not jump.
        items: [{ severity: 'warning', code: 'x', title: 'Something new', detail: 'to be read' }],
      }),
      edit: 1,
      choices: { except: ['service/s1000'] },
    });
    const made = await page.page.locator('tr:not([data-old])').allInnerTexts();
    // The row, the heading of its group, and the head of the table.
    assert.equal(made.length, 3, made.join('\n'));
    assert.ok(await box.evaluate((element) => element === document.activeElement));
    assert.equal(await box.isChecked(), false);
    assert.ok((await row.locator('details').getAttribute('open')) !== null);
    assert.ok(Math.abs((await place()) - before) <= 1, `${before} → ${await place()}`);
    if (this.test !== undefined) {
      this.test.title += ` (${Math.round(first)} ms, then ${Math.round(again)} ms)`;
    }
    assert.ok(first < LIMIT_MS && again < LIMIT_MS, `${first} ms, ${again} ms`);

    await page.page.getByRole('button', { name: 'Choose none of them' }).click();
    await page.page.locator('tbody input:checked').first().waitFor({ state: 'detached' });
    assert.equal(await page.page.locator('tbody input:checked').count(), 0);
  });

  it('keeps what is being typed into the filter while a plan arrives', async () => {
    await page.show({ plan: itemisedPlan(many()) });
    const filter = page.page.getByRole('searchbox');
    await filter.pressSequentially('s199');
    await page.show({ plan: itemisedPlan(many()), edit: 1 });
    await filter.pressSequentially('9');
    await page.page.getByText('1 object of 1 shown chosen').waitFor();
    assert.equal(await filter.inputValue(), 's1999');
    assert.equal(await page.page.locator('tbody tr:not(.group)').count(), 1);
  });

  it('opens the field for a name by a button; Escape puts the name back, Enter keeps it', async () => {
    const plan = itemisedPlan([change('volume/n1/data', { renamable: true })]);
    await page.show({ plan });
    const opener = page.page.getByRole('button', { name: 'Rename data…' });
    const field = page.page.getByLabel('New name:');
    const rename = async () =>
      (await page.sent()).flatMap((one) => (one.type === 'choose' ? [one.choices.rename] : []));
    const focused = () =>
      page.page.evaluate(() => document.activeElement?.getAttribute('data-key'));
    assert.equal(await field.count(), 0);
    await opener.click();
    assert.equal(await focused(), 'name:volume/n1/data');
    await page.page.keyboard.type('-');
    assert.match(await page.page.locator('.problem').innerText(), /letters, digits/);
    await page.page.keyboard.press('Enter');
    assert.equal(await field.count(), 1, 'a name that can not be is not kept');
    await page.page.keyboard.press('Backspace');
    await page.page.keyboard.type('b');
    await page.page.keyboard.press('Escape');
    assert.equal(await field.count(), 0);
    assert.ok(await opener.evaluate((element) => element === document.activeElement));
    assert.deepEqual((await rename()).slice(-2), [{ 'volume/n1/data': 'b' }, {}]);
    await page.page.keyboard.press('Enter');
    await page.page.keyboard.type('c');
    await page.page.keyboard.press('Enter');
    assert.deepEqual((await rename()).at(-1), { 'volume/n1/data': 'c' });
    assert.equal(await field.count(), 0);
  });

  it('shows a heading that is scrolled to below its own header', async () => {
    await page.show({ plan: itemisedPlan(many()) });
    const heading = page.page.getByRole('heading', { name: 'What happens to each object' });
    await heading.evaluate((element) => element.scrollIntoView());
    const top = (await heading.boundingBox())?.y ?? 0;
    const header = await page.page.locator('header.head').boundingBox();
    assert.ok(top >= (header?.y ?? 0) + (header?.height ?? 0), `${top}`);
    assert.ok(top < 200);
  });

  it('tells of a restore that is over as of something past, failures to be seen alone', async () => {
    const changes = [change('service/a', { renamable: true }), change('service/b')];
    const plan = itemisedPlan(changes);
    await page.show({ plan });
    await page.page.getByRole('heading', { name: 'What will be done' }).waitFor();
    await page.page.getByRole('button', { name: 'create' }).click();
    await page.show({ plan, outcome: { kind: 'running' } });
    await page.page.getByRole('heading', { name: 'What is being done' }).waitFor();
    await page.show({
      plan,
      outcome: {
        kind: 'failed',
        changes: [
          { id: 'service/a', result: 'failed', message: 'The engine said no' },
          { id: 'service/b', result: 'done' },
        ],
      },
    });
    const text = await page.page.locator('main').innerText();
    assert.doesNotMatch(text, /What happens|will be done|you can say|Rename/);
    assert.match(text, /What became of each object\s+1 done, 1 failed\./);
    await page.page.getByRole('button', { name: '1 failed' }).click();
    const rows = page.page.locator('tbody tr:not(.group)');
    assert.deepEqual(await rows.count(), 1);
    assert.match(await rows.innerText(), /Failed\s+The engine said no/);
  });

  it('takes answers, a secret and what is accepted of a restore as a whole', async () => {
    const { changes: _, ...whole } = itemisedPlan([], {
      possible: false,
      safetyBackup: false,
      items: [
        {
          severity: 'blocker',
          code: 'x.installed',
          title: 'Version 1 is still installed',
          questions: [
            {
              answer: 'uninstall',
              title: 'Uninstall first',
              options: [{ value: '1', label: 'Uninstall version 1 first' }],
              action: 'Uninstall version 1 first',
            },
          ],
        },
        { severity: 'blocker', code: 'x.other', title: 'Another version', acceptable: true },
        {
          severity: 'blocker',
          code: 'x.key',
          title: 'A key is needed',
          asks: { id: 'secret/key', title: 'Key', given: false },
        },
      ],
    });
    await page.show({ plan: whole });
    const find = page.page;
    await find.getByRole('button', { name: 'Uninstall version 1 first' }).click();
    await find.getByLabel('Go on in spite of it').check();
    await find.getByRole('button', { name: 'Enter…' }).click();
    assert.deepEqual((await page.sent()).slice(1), [
      { type: 'choose', edit: 1, choices: { answers: { uninstall: '1' } } },
      {
        type: 'choose',
        edit: 2,
        choices: { answers: { uninstall: '1' }, accept: ['x.other'] },
      },
      { type: 'give', id: 'secret/key', from: 'text' },
    ]);
    // It can be taken back.
    assert.equal(await find.getByText('Uninstalled first: 1').count(), 1);
    await find.getByRole('button', { name: 'Take back' }).click();
    const last = (await page.sent()).at(-1);
    assert.deepEqual(last?.type === 'choose' && last.choices.answers, {});
  });
});
