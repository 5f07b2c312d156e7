import type { TestCounts } from '../support/reporter';

/** What the suite in the extension host leaves in the file named by CLUSTER_BACKUP_TEST_REPORT. */
export type HostReport = TestCounts;

/** The ways the editor is opened; each has a folder of tests. `bench` runs only when it is named. */
export const suites = ['trusted', 'untrusted', 'bench'] as const;
export type Suite = (typeof suites)[number];

/** Which suites to run: those named as arguments, all of them otherwise. */
export function chosenSuites(args: readonly string[]): readonly Suite[] {
  for (const name of args) {
    if (!suites.some((suite) => suite === name)) throw new Error(`No suite is called ${name}`);
  }
  return suites.filter((suite) => (args.length === 0 ? suite !== 'bench' : args.includes(suite)));
}

/** Prints the closing line and sets the exit code: a failure, or no test at all, is one. */
export function close(total: TestCounts): void {
  console.log(`\n${total.passed} passed, ${total.failed} failed`);
  process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
}

/** Adds up the counts of several runs. */
export function sum(all: readonly TestCounts[]): TestCounts {
  const total = { passed: 0, failed: 0, skipped: 0, failures: [] as string[] };
  for (const one of all) {
    total.passed += one.passed;
    total.failed += one.failed;
    total.skipped += one.skipped;
    total.failures.push(...(one.failures ?? []));
  }
  return total;
}
