import Sequencer from '@jest/test-sequencer';

/** Paths of tests that start processes or a browser; a broken rule should be reported before they take their time. */
const HEAVY = ['/tests/cluster/', '/tests/fuzz/', '/tests/e2e/'];

/** Runs unit tests before heavy ones, each group in Jest's own order (slowest and failed first). */
export default class LightTestsFirst extends Sequencer {
  sort(tests) {
    const weight = (test) => HEAVY.findIndex((folder) => test.path.includes(folder)) + 1;
    return super.sort(tests).toSorted((a, b) => weight(a) - weight(b));
  }
}
