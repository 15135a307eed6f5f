import { globSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { isNight, testLimitMs, waitLimitMs } from './support/tiers.ts';

const nightFiles = 'test/**/*.night.test.ts';

/** The tests that have two sizes: see `sized` and `isNight`. */
const sizedFiles = (): string[] =>
  globSync('test/**/*.test.ts').filter((file) => /\bsized\(|\bisNight\b/.test(readFileSync(file, 'utf8')));

export default defineConfig({
  test: {
    include: isNight ? [nightFiles, ...sizedFiles()] : ['test/**/*.test.ts'],
    exclude: isNight ? [] : [nightFiles],
    globalSetup: ['test/support/postgres-for-run.ts'],
    testTimeout: testLimitMs,
    hookTimeout: testLimitMs,
    expect: { poll: { timeout: waitLimitMs } },
    // The built program is run as it is.
    server: { deps: { external: [/\/dist\//] } },
    // No test leaves anything behind in its process, so that the next file finds the program loaded.
    isolate: false,
    // A process that lives long lets its garbage grow; several of them have to fit into a small machine.
    execArgv: ['--max-old-space-size=2048'],
    // Most tests wait for processes and servers, not for a processor.
    maxWorkers: 5,
    reporters: ['default', './test/support/closing-line.ts'],
  },
});
