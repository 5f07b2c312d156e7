import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'node:util';
import { globSync } from 'glob';
import Mocha from 'mocha';
import { storyOf } from '../support/reporter';
import type { HostReport } from './report';

/** Runs in the extension host: finds the suite's files, runs them, leaves text and counts in files. */
export async function run(): Promise<void> {
  const report = process.env['CLUSTER_BACKUP_TEST_REPORT'];
  const suite = process.env['CLUSTER_BACKUP_TEST_SUITE'];
  // To run only some of them, as mocha's own option.
  const grep = process.env['CLUSTER_BACKUP_TEST_GREP'];
  if (report === undefined || suite === undefined) {
    throw new Error('CLUSTER_BACKUP_TEST_REPORT and CLUSTER_BACKUP_TEST_SUITE say what to do');
  }
  const print = (...args: unknown[]): void => {
    appendFileSync(`${report}.txt`, `${format(...args)}\n`);
  };
  // The launcher waits for this file: with none, the editor never got here.
  writeFileSync(`${report}.txt`, '');
  const leave = (counts: HostReport): void => {
    writeFileSync(report, JSON.stringify(counts));
  };

  try {
    // The console belongs to the editor's log; the report goes to a file.
    Mocha.reporters.Base.consoleLog = print;
    const mocha = new Mocha({
      ui: 'bdd',
      timeout: 120_000,
      color: false,
      forbidOnly: process.env['CI'] !== undefined,
      ...(grep === undefined ? {} : { grep }),
    });
    const folder = join(__dirname, suite);
    for (const file of globSync('**/*.test.js', { cwd: folder }).sort()) {
      mocha.addFile(join(folder, file));
    }
    const failures: string[] = [];
    await new Promise<void>((resolve) => {
      const runner = mocha.run(() => {
        const stats = runner.stats ?? { passes: 0, failures: 0, pending: 0 };
        leave({
          passed: stats.passes,
          failed: stats.failures,
          skipped: stats.pending,
          failures,
        });
        resolve();
      });
      runner.on('fail', (test, error: unknown) => {
        failures.push(`${test.fullTitle()}\n${storyOf(error)}`);
      });
    });
  } catch (error) {
    print('The tests could not be run:', error);
    leave({ passed: 0, failed: 1, skipped: 0 });
  }
}
