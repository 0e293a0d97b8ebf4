import { defineConfig } from 'vitest/config';

/** One runner for every suite: no globals, a bound on each test, and the tests that lie beside the code they test. */
export default defineConfig({
  test: {
    include: ['{impl,machines,model-tests,cli,bench,inspector}/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    teardownTimeout: 10_000,
    restoreMocks: true,
  },
});
