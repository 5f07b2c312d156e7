import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import type { PolicyRequest } from '../../../src/protocol/policyMessages';
import { startBrowser } from '../../support/browser';
import { backupsEvery, shownPolicy } from '../../support/policyPage';
import { ScreenPage } from '../../support/screenPage';

/** A tag that runs what it holds, one that leads elsewhere, and letters that turn round what follows. */
const MARKUP = '<img src=x onerror="window.hacked=1"><a href="command:x">go</a>';
const TURNED = '\u202egpj.exe\u2066\u200b';
const HOSTILE = `${MARKUP}${TURNED}`;
const SEEN = `${MARKUP}\\u{202e}gpj.exe\\u{2066}\\u{200b}`;

describe('What others wrote, on the page of a cluster’s policy', function () {
  this.timeout(180_000);
  let browser: Browser;
  let screen: ScreenPage<PolicyRequest>;

  before(async () => (browser = await startBrowser()));
  after(() => browser.close());
  beforeEach(async () => (screen = await ScreenPage.open(browser, 'policy')));
  afterEach(() => screen.close());

  const hacked = () => screen.page.evaluate(() => 'hacked' in window);
  const show = async () => {
    const hook = { text: HOSTILE, saidBy: 'cluster' } as const;
    const backups = backupsEvery(1, 24).map((one) => ({ ...one, label: HOSTILE }));
    const shown = shownPolicy({
      cluster: HOSTILE,
      system: HOSTILE,
      file: `/home/${HOSTILE}`,
      modes: [{ id: HOSTILE, title: HOSTILE }],
      own: {
        schedules: [
          { interval: HOSTILE, count: 3 },
          { interval: '1h', count: 2 },
        ],
        mode: HOSTILE,
      },
      vault: { text: HOSTILE, saidBy: 'file' },
      encryption: { text: HOSTILE, saidBy: 'file' },
      hooks: { before: [hook], after: [hook], notices: [hook] },
      problem: { message: HOSTILE, next: HOSTILE, code: HOSTILE, cancelled: false },
      backups,
    });
    await screen.reply({ type: 'policy', shown });
    await screen.page.getByRole('heading', { name: 'Policy: <img' }).waitFor();
  };

  it('is text wherever it stands: nothing of it becomes an element, or runs', async () => {
    await show();
    assert.equal(await screen.page.locator('img, a, script:not([nonce])').count(), 0);
    assert.equal(await screen.page.locator('[onerror]').count(), 0);
    const vault = screen.page.getByRole('row', { name: /^Vault/ });
    assert.ok((await vault.innerText()).includes(MARKUP));
    assert.equal(await hacked(), false);
    assert.deepEqual(screen.complaints, []);
  });

  it('can’t turn a path, a label or a command round unseen', async () => {
    await show();
    const texts = await screen.page
      .locator('header code, [aria-labelledby="around-title"] .value')
      .allInnerTexts();
    assert.equal(texts.length, 6);
    for (const text of texts) assert.ok(text.includes(SEEN), text);
  });

  it('is seen in the labels of what goes', async () => {
    const backups = backupsEvery(1, 24).map((one) => ({ ...one, label: HOSTILE }));
    const own = { schedules: [{ interval: '1h', count: 2 }] };
    await screen.reply({ type: 'policy', shown: shownPolicy({ own, backups }) });
    const going = screen.page.getByRole('table', { name: 'Backups that go with the next prune' });
    await going.waitFor();
    const [label] = await going.locator('.second').allInnerTexts();
    assert.equal(label, SEEN);
    assert.equal(await screen.page.locator('img').count(), 0);
  });

  it('would be stopped by the page’s policy even if it came through', async () => {
    await show();
    await screen.page.evaluate((markup) => {
      const box = document.createElement('div');
      box.innerHTML = markup;
      document.body.append(box);
      const script = document.createElement('script');
      script.textContent = 'window.hacked = 2';
      document.body.append(script);
    }, MARKUP);
    // Both are told of by the browser; each of them a sentence with the part of the policy that forbids it.
    const stopped = (part: RegExp) => screen.complaints.some((line) => part.test(line));
    for (const part of [/script-src 'nonce-/, /default-src 'none'/]) {
      await screen.page.waitForFunction(() => document.readyState === 'complete');
      const end = Date.now() + 30_000;
      while (!stopped(part) && Date.now() < end) await screen.page.waitForTimeout(20);
      assert.ok(stopped(part), `${part.source}: ${screen.complaints.join('\n')}`);
    }
    assert.equal(await hacked(), false);
  });
});
