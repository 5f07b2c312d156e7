import { chromium, type Browser, type Page } from 'playwright-core';
import { chromiumArguments, ensureChromium } from '../../src/sandbox/parts/chromium';
import type { Log } from '../../src/sandbox/parts/log';

/** Starts a headless Chromium, installing it where it is missing. */
export async function startBrowser(log?: Log): Promise<Browser> {
  const executablePath = await ensureChromium(log);
  return chromium.launch({
    executablePath,
    args: [...chromiumArguments],
    // A machine at its limits takes more than the usual half a minute.
    timeout: 120_000,
    // The process that runs the tests ends its children itself.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
}

/**
 * Tells for how many milliseconds a page's own thread has worked so far. What else the machine does is not in it, as it
 * is in what a clock tells.
 */
export async function workOf(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    const found = metrics.find(({ name }) => name === 'ThreadTime');
    if (found === undefined) throw new Error('This browser does not tell how long a page works.');
    return found.value * 1000;
  };
}
