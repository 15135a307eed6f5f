import { expect, test } from 'vitest';
import { rcb, workFolder } from '../support/command-line.ts';

test.each([[[]], [['-h']], [['--help']], [['help']]])('rcb %j shows the commands', async (argv) => {
  const { code, stdout, stderr } = await rcb(argv, { cwd: workFolder() });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('rcb run [INPUT…] [key=value…]');
});

test.each([[['run', '-h']], [['run', '--help']], [['help', 'run']]])(
  'rcb %j shows the flags of run',
  async (argv) => {
    const { code, stdout, stderr } = await rcb(argv, { cwd: workFolder() });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('--max-cost');
    expect(stdout).toContain('-h, --help');
  },
);

test.each([['version'], ['--version'], ['-V']])('rcb %s shows the version', async (word) => {
  const { code, stdout } = await rcb([word], { cwd: workFolder() });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test.each([
  ['prompts.csv', 'rcb run prompts.csv'],
  ['prompt=a cat', "rcb run 'prompt=a cat'"],
])('rcb %s is answered with the command to type', async (word, command) => {
  const { code, stderr } = await rcb([word], { cwd: workFolder() });
  expect(code).toBe(64);
  expect(stderr).toContain(`Did you mean: ${command}`);
});

test('help for what is not a command says so', async () => {
  const { code, stderr } = await rcb(['help', 'rnu'], { cwd: workFolder() });
  expect(code).toBe(64);
  expect(stderr).toContain('Did you mean rcb run?');
});
