import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const main = fileURLToPath(new URL('../../bench/main.ts', import.meta.url));

test('the bench names its suites to somebody who asks for another one', () => {
  const { status, stderr } = spawnSync(process.execPath, [main, 'speed'], { encoding: 'utf8' });
  expect(stderr).toBe(
    'There is no suite "speed". There are: commands, overhead, efficiency, limits, planning, scale, shared, start-up, machines.\n',
  );
  expect(status).toBe(64);
});
