import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runTests } from '@vscode/test-electron';
import { bareSettings } from '../../src/sandbox/parts/codeServer';
import { repositoryRoot, temporaryFolder } from '../../src/sandbox/parts/folders';
import { isolatedEnvironment } from '../support/isolation';
import { type TestCounts, writeCounts } from '../support/reporter';
import { type HostReport, type Suite, chosenSuites, close, sum } from './report';

/** The same suites in the desktop VS Code, where it can be downloaded. */
async function runSuite(suite: Suite): Promise<TestCounts> {
  const folder = await temporaryFolder(`desktop-${suite}`);
  const workspace = join(folder.path, 'workspace');
  const userData = join(folder.path, 'user');
  const report = join(folder.path, 'report.json');
  await mkdir(workspace);
  await mkdir(join(userData, 'User'), { recursive: true });
  await writeFile(
    join(userData, 'User', 'settings.json'),
    JSON.stringify({ ...bareSettings, 'security.workspace.trust.startupPrompt': 'never' }),
  );
  const version = process.env['CLUSTER_BACKUP_VSCODE_VERSION'];
  try {
    await runTests({
      ...(version === undefined ? {} : { version }),
      extensionDevelopmentPath: repositoryRoot,
      extensionTestsPath: join(repositoryRoot, 'out', 'test', 'host', 'index.js'),
      extensionTestsEnv: {
        ...(await isolatedEnvironment(folder.path)),
        CLUSTER_BACKUP_TEST_REPORT: report,
        CLUSTER_BACKUP_TEST_SUITE: suite,
        CLUSTER_BACKUP_TEST_FOLDER: folder.path,
      },
      launchArgs: [
        workspace,
        '--user-data-dir',
        userData,
        '--extensions-dir',
        join(folder.path, 'extensions'),
        '--disable-extensions',
        ...(suite === 'trusted' ? ['--disable-workspace-trust'] : []),
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ],
    });
    process.stdout.write(await readFile(`${report}.txt`, 'utf8'));
    return JSON.parse(await readFile(report, 'utf8')) as HostReport;
  } finally {
    await folder.remove();
  }
}

async function main(): Promise<void> {
  const results: TestCounts[] = [];
  for (const suite of chosenSuites(process.argv.slice(2))) {
    console.log(`\nIn the desktop's extension host, ${suite} workspace`);
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
