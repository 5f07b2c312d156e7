import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/** What a run of tests came to; one shape for every kind of run. */
export interface TestCounts {
  passed: number;
  failed: number;
  skipped: number;
  /** Which failed and why, to be told once more at the end of a long run. */
  failures?: string[];
}

const STORY_LINES = 25;

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
    const failures: string[] = [];
    runner.on(Mocha.Runner.constants.EVENT_TEST_FAIL, (test, error: unknown) => {
      failures.push(`${test.fullTitle()}\n${storyOf(error)}`);
    });
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      writeCounts({
        passed: this.stats.passes,
        failed: this.stats.failures,
        skipped: this.stats.pending,
        failures,
      });
    });
  }
}

/** An assertion's own stack says where; of the rest the beginning is enough. */
export function storyOf(error: unknown): string {
  const story = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const lines = story.split('\n').slice(0, STORY_LINES);
  return lines.map((line) => `    ${line}`).join('\n');
}

export default CountingReporter;
