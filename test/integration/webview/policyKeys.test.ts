import assert from 'node:assert/strict';
import type { Browser, Locator } from 'playwright-core';
import type { PolicyRequest } from '../../../src/protocol/policyMessages';
import { startBrowser } from '../../support/browser';
import { shownPolicy } from '../../support/policyPage';
import { ScreenPage } from '../../support/screenPage';

/** More stops than any page has. */
const MOST_STOPS = 200;

describe('The page of a cluster’s policy with the keyboard alone', function () {
  this.timeout(180_000);
  let browser: Browser;
  let screen: ScreenPage<PolicyRequest>;

  before(async () => (browser = await startBrowser()));
  after(() => browser.close());
  beforeEach(async () => {
    screen = await ScreenPage.open(browser, 'policy');
    await screen.reply({ type: 'policy', shown: shownPolicy() });
    await screen.page.getByRole('heading', { name: 'Policy: prod' }).waitFor();
  });
  afterEach(async () => {
    const { complaints } = screen;
    await screen.close();
    assert.deepEqual(complaints, []);
  });

  const press = (key: string) => screen.page.keyboard.press(key);
  /** Goes on by Tab until a control has the focus; fails where it never gets it. */
  const tabTo = async (wanted: Locator) => {
    for (let stop = 0; stop < MOST_STOPS; stop++) {
      await press('Tab');
      if (await wanted.evaluate((one) => one === document.activeElement)) return;
    }
    assert.fail(`Tab never comes to ${String(wanted)}`);
  };

  it('comes to every control once, in the order in which they stand, and shows where it is', async () => {
    // Of the page, in its order: what a person could reach with the pointer.
    const controls = await screen.page.evaluate(() => {
      const all = [
        ...document.querySelectorAll<HTMLElement>(
          'a[href], button, input, select, textarea, summary, [tabindex]',
        ),
      ].filter((one) => !one.matches(':disabled, [tabindex="-1"]') && one.checkVisibility());
      for (const [at, one] of all.entries()) one.dataset['stop'] = String(at);
      return all.map(
        (one) => one.id || (one.getAttribute('aria-label') ?? one.textContent.trim().slice(0, 40)),
      );
    });
    // The colour is the editor's.
    await screen.page.evaluate(() => {
      document.documentElement.style.setProperty('--vscode-focusBorder', 'blue');
    });
    const stops: string[] = [];
    for (let stop = 0; stop < MOST_STOPS; stop++) {
      await press('Tab');
      const at = await screen.page.evaluate(() => {
        const one = document.activeElement as HTMLElement;
        // The slider's thumb shows it, whose style can't be asked for.
        const isSeen = one.matches('.slider') || getComputedStyle(one).outlineStyle !== 'none';
        return { stop: one.dataset['stop'], isSeen, isBody: one === document.body };
      });
      if (at.isBody || stops.includes(at.stop ?? '')) break;
      assert.ok(
        at.isSeen,
        `${controls[Number(at.stop)] ?? ''} does not show that it has the focus`,
      );
      stops.push(at.stop ?? 'none');
    }
    assert.deepEqual(
      stops.map((stop) => controls[Number(stop)]),
      controls,
    );
    const wanted = ['open-policy', 'refresh', 'add-schedule', 'date', 'open-vault', 'open-notices'];
    assert.deepEqual(
      controls.filter((one) => wanted.includes(one)),
      wanted,
    );
  });

  it('changes a field, and asks for the review', async () => {
    await tabTo(screen.page.getByLabel('Made by hand: keep the newest'));
    await press('ControlOrMeta+A');
    await screen.page.keyboard.type('9');
    await tabTo(screen.page.getByRole('button', { name: 'Review the Change…' }));
    await press('Enter');
    const sent = (await screen.sent()).at(-1);
    assert.equal(sent?.type, 'review');
    assert.equal(sent.edited.manualCount, 9);
  });

  it('moves the date on the time line day by day, by longer steps, and to both ends', async () => {
    const slider = screen.page.getByRole('slider', { name: 'Date' });
    await tabTo(slider);
    const value = async () => Number(await slider.inputValue());
    const spoken = () => slider.getAttribute('aria-valuetext');
    const first = await spoken();
    await press('ArrowRight');
    await press('ArrowRight');
    assert.equal(await value(), 2);
    assert.notEqual(await spoken(), first);
    await press('ArrowLeft');
    assert.equal(await value(), 1);
    await press('ArrowUp');
    assert.equal(await value(), 2);
    await press('PageUp');
    assert.ok((await value()) > 20, 'a page is a longer step');
    await press('PageDown');
    assert.equal(await value(), 2);
    await press('End');
    assert.equal(await slider.getAttribute('max'), String(await value()));
    await press('Home');
    assert.equal(await value(), 0);
    assert.equal(await spoken(), first);
  });
});
