import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Most tests wait for processes and servers, not for a processor.
    maxWorkers: 3,
    reporters: ['default', './test/support/closing-line.ts'],
  },
});
