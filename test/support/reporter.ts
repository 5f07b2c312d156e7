import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/** What a run of tests came to; one shape for every kind of run. */
export interface TestCounts {
  passed: number;
  failed: number;
  skipped: number;
}

/** Where a run leaves its counts for whoever started it. */
export const countsFileVariable = 'CLUSTER_BACKUP_TEST_COUNTS';

/** Leaves the counts in the file the environment names. */
export function writeCounts(counts: TestCounts): void {
  const file = process.env[countsFileVariable];
  if (file !== undefined) writeFileSync(file, JSON.stringify(counts));
}

/** Prints as the spec reporter does and leaves the counts in a file, so that nobody has to parse text. */
class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      writeCounts({
        passed: this.stats.passes,
        failed: this.stats.failures,
        skipped: this.stats.pending,
      });
    });
  }
}

export default CountingReporter;
