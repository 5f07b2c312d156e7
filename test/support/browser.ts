import { chromium, type Browser } from 'playwright-core';
import { chromiumArguments, ensureChromium } from '../../src/sandbox/parts/chromium';
import type { Log } from '../../src/sandbox/parts/log';

/** Starts a headless Chromium, installing it where it is missing. */
export async function startBrowser(log?: Log): Promise<Browser> {
  const executablePath = await ensureChromium(log);
  return chromium.launch({
    executablePath,
    args: [...chromiumArguments],
    // The process that runs the tests ends its children itself.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
}
