import assert from 'node:assert/strict';
import { SHOP } from '../../standins/upsun/sample';
import { startUpsunStandIn } from '../../standins/upsun/standIn';
import type { Backup, UpsunStandIn } from '../../standins/upsun/contract';
import { openWorkbench, packagedExtension } from '../workbench';
import type { Theme, Workbench } from '../workbench';

const THEMES: readonly Theme[] = ['light', 'high-contrast', 'high-contrast-light', 'dark'];

/** A window on an empty folder, and a stand-in of the platform that is reached from it. */
export interface UpsunWindow {
  upsun: UpsunStandIn;
  workbench: Workbench;
  /** The backups of an environment, newest first. */
  backups(environment: string): Backup[];
  /** What was asked that way, bodies parsed. */
  sent(line: RegExp): unknown[];
  /** The window as it is, in each theme. */
  inEachTheme: (name: string) => Promise<void>;
  /** Ends all; then what the stand-in found wrong must be nothing. */
  stop(): Promise<void>;
}

/** The shop of the sample; its production has a limit of two backups made by hand, and `main` as many. */
export async function startUpsunWindow(): Promise<UpsunWindow> {
  const upsun = await startUpsunStandIn({ step: 250 });
  upsun.project(SHOP).settings.data_retention = {
    production: {
      max_backups: 20,
      default_config: { manual_count: 2, schedule: [{ interval: '1d', count: 7 }] },
    },
  };
  const workbench = await openWorkbench({
    vsix: packagedExtension,
    viewport: { width: 1360, height: 900 },
    // Ports of the stand-in are none of the person's.
    settings: { 'remote.autoForwardPorts': false },
  }).catch(async (error: unknown) => {
    await upsun.stop();
    throw error;
  });
  return {
    upsun,
    workbench,
    backups: (environment) =>
      upsun
        .project(SHOP)
        .backups.filter((backup) => backup.environment === environment)
        .sort((a, b) => b.created_at.localeCompare(a.created_at)),
    sent: (line) =>
      upsun.requests
        .filter((request) => line.test(request.line))
        .map(({ body }) => (body === '' ? undefined : (JSON.parse(body) as unknown))),
    inEachTheme: async (name) => {
      for (const theme of THEMES) {
        await workbench.setTheme(theme);
        await workbench.page.waitForTimeout(200);
        await workbench.screenshot(`${name}-${theme}`);
      }
    },
    stop: async () => {
      await workbench.close();
      upsun.hold(false);
      await upsun.stop();
      assert.deepEqual(upsun.violations, []);
    },
  };
}
