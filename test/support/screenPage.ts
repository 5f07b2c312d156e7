import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { Screen } from '../../src/vscode/panels/webviewPage';
import { repositoryRoot } from '../../src/sandbox/parts/folders';

/** What the editor hands a page, kept for the test to read. */
interface Editor {
  sent: unknown[];
  kept: unknown;
}

/** The page's folder as an address, as the editor gives it one. */
const ORIGIN = 'http://page.test';
/** As the editor's pages have it. */
const POLICY = `default-src 'none'; style-src ${ORIGIN}; font-src ${ORIGIN}; script-src 'nonce-test'`;

/**
 * A built page in a browser, without an editor around it: fast, any state can be shown, and under the same policy as in
 * the editor, so that what it forbids is not there.
 */
export class ScreenPage<Request> {
  private constructor(
    readonly page: Page,
    /** What the browser complained of. */
    readonly complaints: string[],
  ) {}

  static async open<Request>(
    browser: Browser,
    screen: Screen,
    { width = 1100, height = 800, kept }: { width?: number; height?: number; kept?: unknown } = {},
  ): Promise<ScreenPage<Request>> {
    const page = await browser.newPage({ viewport: { width, height } });
    page.setDefaultTimeout(90_000);
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.addInitScript((before) => {
      const editor: Editor = { sent: [], kept: before };
      Object.assign(window, {
        editor,
        acquireVsCodeApi: () => ({
          postMessage: (request: unknown) => editor.sent.push(request),
          getState: () => editor.kept,
          setState: (state: unknown) => (editor.kept = state),
        }),
      });
    }, kept);
    await page.route(`${ORIGIN}/**`, async (route) => {
      const { pathname } = new URL(route.request().url());
      if (pathname === '/') await route.fulfill({ contentType: 'text/html', body: html(screen) });
      else if (pathname === '/favicon.ico') await route.fulfill({ status: 204 });
      else await route.fulfill({ path: join(repositoryRoot, 'dist', 'webview', pathname) });
    });
    await page.goto(ORIGIN);
    return new ScreenPage<Request>(page, complaints);
  }

  /** Hands the page a message of the editor's; handled when this resolves. */
  reply(reply: unknown): Promise<void> {
    return this.page.evaluate((data) => {
      window.dispatchEvent(new MessageEvent('message', { data }));
    }, reply);
  }

  /** What the page asked of the editor so far. */
  sent(): Promise<Request[]> {
    return this.page.evaluate(() => (window as unknown as { editor: Editor }).editor.sent as never);
  }

  /** What the page would have when it comes back after being hidden. */
  kept(): Promise<unknown> {
    return this.page.evaluate(() => (window as unknown as { editor: Editor }).editor.kept);
  }

  /** How wide the page is with all that would have to be scrolled to (pixels), and its controls that have no name. */
  measured(): Promise<{ width: number; nameless: string[] }> {
    return this.page.evaluate(() => ({
      width: document.documentElement.scrollWidth,
      nameless: [...document.querySelectorAll<HTMLInputElement>('input, select, button')]
        .filter((element) => {
          const label = element.getAttribute('aria-label') ?? element.textContent;
          return label.trim() === '' && (element.labels?.length ?? 0) === 0;
        })
        .map((element) => element.outerHTML),
    }));
  }

  close(): Promise<void> {
    return this.page.close();
  }
}

function html(screen: Screen): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>${screen}</title>
<link rel="stylesheet" href="/codicon.css">
<link rel="stylesheet" href="/${screen}.css">
</head>
<body>
<script nonce="test" src="/${screen}.js"></script>
</body>
</html>`;
}
