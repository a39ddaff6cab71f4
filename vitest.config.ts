import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      reporter: ['text-summary', 'html'],
      // What tests run as a process of its own (most of src/cli) is not counted. A little below what the whole suite reaches.
      thresholds: { statements: 83, branches: 74, functions: 78, lines: 84 },
    },
  },
});
