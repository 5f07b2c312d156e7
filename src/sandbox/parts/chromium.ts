import { existsSync } from 'node:fs';
import { ensureDebianPackage } from './debian';
import { type Log, silent } from './log';
import { findOnPath } from './processes';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const places = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];

/** Arguments under which Chromium runs without a screen, as root, and without calling home. */
export const chromiumArguments: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Gives the path of a Chromium or Chrome, installing Debian's where there is none. */
export async function ensureChromium(log: Log = silent): Promise<string> {
  for (const name of names) {
    const found = findOnPath(name);
    if (found !== undefined) return found;
  }
  const app = places.find((place) => existsSync(place));
  return app ?? ensureDebianPackage('chromium', 'chromium', log);
}
