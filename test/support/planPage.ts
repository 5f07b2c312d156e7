import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { PlanRequest, ShownPlan } from '../../src/protocol/planMessages';
import { repositoryRoot } from '../../src/sandbox/parts/folders';
import { workOf } from './browser';
import { itemisedPlan } from './plans';

/** What the editor hands a page, kept for the test to read. */
interface Editor {
  sent: PlanRequest[];
  kept: unknown;
}

/** The built page of a plan in a browser, without an editor around it: fast, and any plan can be shown. */
export class PlanPage {
  private constructor(
    readonly page: Page,
    private readonly worked: () => Promise<number>,
  ) {}

  static async open(browser: Browser): Promise<PlanPage> {
    const page = await browser.newPage({ viewport: { width: 1100, height: 800 } });
    page.setDefaultTimeout(90_000);
    await page.setContent('<!DOCTYPE html><html lang="en"><body></body></html>');
    await page.evaluate(() => {
      const editor: Editor = { sent: [], kept: undefined };
      Object.assign(window, {
        editor,
        acquireVsCodeApi: () => ({
          postMessage: (request: PlanRequest) => editor.sent.push(request),
          getState: () => editor.kept,
          setState: (state: unknown) => (editor.kept = state),
        }),
      });
    });
    const built = join(repositoryRoot, 'dist', 'webview');
    await page.addStyleTag({ path: join(built, 'plan.css') });
    await page.addScriptTag({ path: join(built, 'plan.js') });
    return new PlanPage(page, await workOf(page));
  }

  /** Sends what the editor shows; gives the milliseconds of work until it is drawn and laid out. */
  async show(changes: Partial<ShownPlan>): Promise<number> {
    const plan = itemisedPlan([]);
    const shown = {
      plan,
      system: 'Docker Swarm',
      dryRun: false,
      series: 1,
      edit: 0,
      choices: {},
      safetyBackup: true,
      state: 'planned',
    };
    const data = await this.page.evaluateHandle((reply) => reply, {
      type: 'plan',
      shown: { ...shown, ...changes },
    });
    const before = await this.worked();
    await this.page.evaluate((reply) => {
      // Handled at once, other than by postMessage.
      window.dispatchEvent(new MessageEvent('message', { data: reply }));
      document.body.getBoundingClientRect();
    }, data);
    return (await this.worked()) - before;
  }

  /** What the page asked of the editor so far. */
  async sent(): Promise<PlanRequest[]> {
    return this.page.evaluate(() => (window as unknown as { editor: Editor }).editor.sent);
  }

  close(): Promise<void> {
    return this.page.close();
  }
}
