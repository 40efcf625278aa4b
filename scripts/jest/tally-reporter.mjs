import { writeFileSync } from 'node:fs';

/** Hands the numbers of a run to scripts/test.mjs, through the file named in `GYRE_TEST_TALLY`, for the closing line. */
export default class TallyReporter {
  onRunComplete(_contexts, results) {
    const file = process.env.GYRE_TEST_TALLY;
    if (!file) return;
    // A suite that could not even be loaded has no failed test of its own, yet something is broken in it.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    writeFileSync(file, JSON.stringify({ passed: results.numPassedTests, failed }));
  }
}
