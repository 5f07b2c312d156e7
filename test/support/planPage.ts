import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { PlanRequest, ShownPlan } from '../../src/protocol/planMessages';
import { repositoryRoot } from '../../src/sandbox/parts/folders';
import { itemisedPlan } from './plans';

/** What the editor hands a page, kept for the test to read. */
interface Editor {
  sent: PlanRequest[];
  kept: unknown;
}

/** The built page of a plan in a browser, without an editor around it: fast, and any plan can be shown. */
export class PlanPage {
  private constructor(readonly page: Page) {}

  static async open(browser: Browser): Promise<PlanPage> {
    const page = await browser.newPage({ viewport: { width: 1100, height: 800 } });
    page.setDefaultTimeout(5_000);
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
    return new PlanPage(page);
  }

  /** Sends what the editor shows; gives the milliseconds until it is drawn and laid out. */
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
    return this.page.evaluate(
      (reply) => {
        const begin = performance.now();
        // Handled at once, other than by postMessage.
        window.dispatchEvent(new MessageEvent('message', { data: reply }));
        document.body.getBoundingClientRect();
        return performance.now() - begin;
      },
      { type: 'plan', shown: { ...shown, ...changes } },
    );
  }

  /** What the page asked of the editor so far. */
  async sent(): Promise<PlanRequest[]> {
    return this.page.evaluate(() => (window as unknown as { editor: Editor }).editor.sent);
  }

  close(): Promise<void> {
    return this.page.close();
  }
}
