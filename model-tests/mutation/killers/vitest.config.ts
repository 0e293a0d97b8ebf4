import { defineConfig } from 'vitest/config';

/** The suites that look for mutants of the implementation: generated ones only. Stryker gives the folder. */
export default defineConfig({
  test: {
    include: ['**/*.killers.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A mutant that never answers is given up sooner: nothing that is simulated takes long.
    env: { STPCONNECT_PATIENCE: '0.1' },
  },
});
