/** @type {import('jest').Config} */
export default {
  rootDir: import.meta.dirname,
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/data/', '/artefacts/'],
  modulePathIgnorePatterns: ['/dist/', '/data/', '/artefacts/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': './scripts/jest/strip-types.mjs' },
  testEnvironment: 'node',
  injectGlobals: false,
  maxWorkers: 2,
  testTimeout: 20_000,
  testSequencer: './scripts/jest/light-tests-first.mjs',
  reporters: ['default', './scripts/jest/tally-reporter.mjs'],
};
