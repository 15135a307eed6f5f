import { defineConfig } from 'vitest/config';
import { isNight, testLimitMs, waitLimitMs } from './support/tiers.ts';

export default defineConfig({
  test: {
    // At night those alone that have two sizes: see `sized`.
    include: isNight ? ['test/kill/*.test.ts', 'test/cli/kill.test.ts'] : ['test/**/*.test.ts'],
    testTimeout: testLimitMs,
    hookTimeout: testLimitMs,
    expect: { poll: { timeout: waitLimitMs } },
    // Most tests wait for processes and servers, not for a processor.
    maxWorkers: 3,
    reporters: ['default', './test/support/closing-line.ts'],
  },
});
