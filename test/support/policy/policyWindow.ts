import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { applyEdits, modify } from 'jsonc-parser';
import type { Locator } from 'playwright-core';
import { startConsul } from '../../../src/sandbox/parts/consulServer';
import type { RunningConsul } from '../../../src/sandbox/parts/consulServer';
import { plainEnvironment, startProcess } from '../../../src/sandbox/parts/processes';
import type { RunningProcess } from '../../../src/sandbox/parts/processes';
import { waitFor } from '../../../src/sandbox/parts/wait';
import { isolatedEnvironment } from '../isolation';
import { openWorkbench, packagedExtension } from '../workbench';
import type { Theme, Workbench } from '../workbench';

const THEMES: readonly Theme[] = ['light', 'high-contrast', 'high-contrast-light', 'dark'];
const CONFIG = 'cluster-backup.jsonc';
/** What a busy machine may take for anything (ms). */
const PATIENCE = 60_000;

/** A window on a folder whose configuration has a real Consul, and the agent of the package beside it. */
export interface PolicyWindow {
  consul: RunningConsul;
  workbench: Workbench;
  /** The item in the status bar. */
  status: Locator;
  /** The configuration's text. */
  configuration(): Promise<string>;
  /** Puts another policy into the configuration, as a person does in its text. */
  writePolicy(policy: object): Promise<void>;
  /** Starts the agent out of the installed package, with the window's folders. */
  startAgent(): Promise<RunningProcess>;
  /** The backups' files, oldest first. */
  backupFiles(): Promise<string[]>;
  /** The window as it is, in each theme. */
  inEachTheme(name: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startPolicyWindow(): Promise<PolicyWindow> {
  const consul = await startConsul();
  const undo = [() => consul.stop()];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    for (let i = 0; i < 40; i++) {
      const body = `value ${i} `.repeat(200 + i * 20);
      await consul.request('PUT', `/v1/kv/app/item-${i}`, { body });
    }
    const workbench = await openWorkbench({
      vsix: packagedExtension,
      viewport: { width: 1360, height: 900 },
      files: { [CONFIG]: configurationText(consul.address) },
      // Ports of the cluster are none of the person's; what is asked of a cluster shows soon.
      settings: {
        'remote.autoForwardPorts': false,
        'clusterBackup.health.interval': 5,
      },
    });
    undo.push(() => workbench.close());
    const file = join(workbench.workspace, CONFIG);
    const home = join(workbench.folder, 'home');
    const configuration = () => readFile(file, 'utf8');
    const cli = await installedCli(workbench);
    return {
      consul,
      workbench,
      status: workbench.page.locator('.statusbar-item[id$="clusterBackup.state"]'),
      configuration,
      writePolicy: async (policy) => {
        const formattingOptions = { insertSpaces: true, tabSize: 2 };
        const text = await configuration();
        const edits = modify(text, ['clusters', 'prod', 'policy'], policy, { formattingOptions });
        await writeFile(file, applyEdits(text, edits));
      },
      startAgent: async () => {
        const environment = await isolatedEnvironment(workbench.folder);
        const agent = startProcess(process.execPath, [cli, 'agent', '--no-listen'], {
          cwd: workbench.workspace,
          env: { ...plainEnvironment(), ...environment, CLUSTER_BACKUP_CONFIG: file },
          patienceMs: PATIENCE,
        });
        undo.push(() => agent.stop('SIGTERM'));
        await waitFor('the agent to work', () => agent.output().includes('works by') || undefined, {
          timeoutMs: PATIENCE,
          giveUp: () => (agent.ended() ? agent.output() : undefined),
        });
        return agent;
      },
      backupFiles: async () => {
        const all = await readdir(home, { recursive: true });
        return all
          .filter((name) => name.endsWith('.snap'))
          .sort()
          .map((name) => join(home, name));
      },
      inEachTheme: async (name) => {
        for (const theme of THEMES) {
          await workbench.setTheme(theme);
          await workbench.page.waitForTimeout(200);
          await workbench.screenshot(`${name}-${theme}`);
        }
      },
      stop,
    };
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
}

/** With remarks of a person, who wants to find them again. */
function configurationText(address: string): string {
  return `{
  // Kept by the platform team: ask before you change it.
  "clusters": {
    "prod": {
      "system": "consul", // the old servers
      "address": ${JSON.stringify(address)},
      /* Only in the test room. */
      "encryption": "none"
    }
  }
}
`;
}

/** The command line as it lies in the installed extension. */
async function installedCli({ server }: Workbench): Promise<string> {
  const folder = join(server.dataDir, 'extensions');
  const name = (await readdir(folder)).find((one) => one.startsWith('cluster-backup.'));
  return join(folder, name ?? '', 'dist', 'cli.js');
}
