import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bareSettings, serveVSCode } from '../../src/sandbox/parts/codeServer';
import { exists, repositoryRoot, temporaryFolder } from '../../src/sandbox/parts/folders';
import { startBrowser } from '../support/browser';
import { isolatedEnvironment } from '../support/isolation';
import { type TestCounts, writeCounts } from '../support/reporter';
import { type HostReport, type Suite, chosenSuites, close, sum } from './report';

// When the workbench ignores the request to run tests nothing ever happens: hence a deadline.
const startDeadlineMs = 120_000;
const endDeadlineMs = 15 * 60_000;

async function runSuite(suite: Suite): Promise<TestCounts> {
  const folder = await temporaryFolder(`host-${suite}`);
  const workspace = join(folder.path, 'workspace');
  const report = join(folder.path, 'report.json');
  await mkdir(workspace);
  const served = await serveVSCode({
    dataDir: join(folder.path, 'server'),
    smokeTestDriver: true,
    disableTrust: suite !== 'untrusted',
    machineSettings: bareSettings,
    env: await isolatedEnvironment(folder.path),
    log: console.log,
  });
  const browser = await startBrowser(console.log);
  const noise: string[] = [];
  let exitCode: number | undefined;
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(startDeadlineMs);
    page.on('console', (message) => noise.push(`[${message.type()}] ${message.text()}`));
    page.on('pageerror', (error) => noise.push(`[page error] ${error.message}`));
    await page.exposeFunction('codeAutomationLog', (type: string, args: unknown[]) => {
      noise.push(`[${type}] ${args.map(String).join(' ')}`);
    });
    await page.exposeFunction('codeAutomationExit', (code: number) => {
      exitCode = code;
    });
    const remote = `vscode-remote://127.0.0.1:${served.port}`;
    const payload = [
      ['extensionDevelopmentPath', `${remote}${repositoryRoot}`],
      ['extensionTestsPath', `${remote}${join(repositoryRoot, 'out', 'test', 'host', 'index.js')}`],
      [
        'extensionEnvironment',
        JSON.stringify({
          CLUSTER_BACKUP_TEST_REPORT: report,
          CLUSTER_BACKUP_TEST_SUITE: suite,
          CLUSTER_BACKUP_TEST_FOLDER: folder.path,
          CLUSTER_BACKUP_TEST_GREP: process.env['CLUSTER_BACKUP_TEST_GREP'],
        }),
      ],
    ];
    await page.goto(served.folderUrl(workspace, { payload: JSON.stringify(payload) }));

    const text = `${report}.txt`;
    const began = Date.now();
    let printed = 0;
    const printNew = async (): Promise<void> => {
      const all = await readFile(text, 'utf8').catch(() => '');
      process.stdout.write(all.slice(printed));
      printed = all.length;
    };
    const problem = async (): Promise<string | undefined> => {
      while (exitCode === undefined) {
        await sleep(200);
        await printNew();
        const passed = Date.now() - began;
        if (passed > startDeadlineMs && !(await exists(text))) return 'the tests never started';
        if (passed > endDeadlineMs) return 'the tests did not end in time';
        if (served.ended()) return 'the VS Code server ended';
      }
      await printNew();
      return exitCode === 0 ? undefined : `the extension host ended the run with ${exitCode}`;
    };
    const failure = await problem();
    const counts = await readFile(report, 'utf8').then(
      (json) => JSON.parse(json) as HostReport,
      () => undefined,
    );
    if (counts === undefined || failure !== undefined) {
      console.log(`${suite}: ${failure ?? 'no report was left'}. What the window said last:`);
      console.log(noise.slice(-60).join('\n'));
      const known = counts ?? { passed: 0, failed: 0, skipped: 0 };
      return { ...known, failed: Math.max(1, known.failed) };
    }
    if (counts.passed + counts.failed === 0) {
      console.log(`${suite}: no test ran`);
      return { ...counts, failed: 1 };
    }
    return counts;
  } finally {
    await browser.close();
    await served.stop();
    await folder.remove();
  }
}

async function main(): Promise<void> {
  const results: TestCounts[] = [];
  for (const suite of chosenSuites(process.argv.slice(2))) {
    console.log(`\nIn the extension host, ${suite} workspace`);
    const counts = await runSuite(suite).catch((error: unknown): TestCounts => {
      console.error(error);
      return { passed: 0, failed: 1, skipped: 0 };
    });
    results.push(counts);
  }
  const total = sum(results);
  writeCounts(total);
  close(total);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
