import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rcb, workFolder } from '../support/command-line.ts';

// A colour, a clipboard write, an escape in one character, and a change of direction.
const hostile = 'x\u001b[31m\u001b]52;c;aGk=\u0007\u009b2J\u202ey';
const obeyed = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

test.each([
  [[`ru${hostile}`]],
  [['run', `${hostile}.csv`]],
  [['run', 'a.csv', '-j', hostile]],
  [['run', 'a.csv', '--map', hostile]],
  [['run', 'a.csv', `--${hostile}`]],
  [['plan', 'a.csv', `style=${hostile}`]],
  [['plan', 'a.csv', '--exclude', hostile]],
  [['plan', 'a.csv', '-m', hostile]],
  [['show', hostile]],
  [['ls', hostile]],
  [['status', hostile]],
  [['export', '-o', hostile]],
  [['reconcile', hostile]],
  [['fetch', hostile]],
  [['cancel', hostile]],
  [['retry', hostile]],
])('what the command line said is shown and not obeyed: %#', async (args) => {
  const cwd = workFolder();
  writeFileSync(join(cwd, 'a.csv'), 'prompt\na cat\n');
  const { stdout, stderr, code } = await rcb(args, { cwd, env: { NO_COLOR: '1' } });
  expect(code).not.toBe(0);
  expect(code).not.toBe(70);
  expect(stdout + stderr).not.toMatch(obeyed);
});

test('a word that every object has is no command', async () => {
  const { stderr, code } = await rcb(['toString'], { cwd: workFolder() });
  expect([code, stderr]).toEqual([64, expect.stringContaining('Unknown command "toString".')]);
});
