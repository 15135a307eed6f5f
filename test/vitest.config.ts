import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Guards against what hangs: machines may be busy, and no test is about time.
    testTimeout: 90_000,
    hookTimeout: 90_000,
    // Most tests wait for processes and servers, not for a processor.
    maxWorkers: 3,
    reporters: ['default', './test/support/closing-line.ts'],
  },
});
