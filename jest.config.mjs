/** @type {import('jest').Config} */
export default {
  rootDir: import.meta.dirname,
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/data/', '/artefacts/'],
  modulePathIgnorePatterns: ['/dist/', '/data/', '/artefacts/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': './scripts/jest/strip-types.mjs' },
  globalSetup: './tests/support/global-setup.ts',
  globalTeardown: './tests/support/global-teardown.ts',
  testEnvironment: 'node',
  injectGlobals: false,
  // One more than cores: many tests wait for processes more than they work.
  maxWorkers: 3,
  testTimeout: 60_000,
  testSequencer: './scripts/jest/light-tests-first.mjs',
  reporters: ['default', './scripts/jest/tally-reporter.mjs'],
};
