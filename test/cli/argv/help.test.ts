import { expect, test } from 'vitest';
import { commands } from '../../../src/cli/argv/commands.ts';
import { commandHelp, helpFor, mainHelp } from '../../../src/cli/argv/help.ts';
import { rcb, workFolder } from '../../support/command-line.ts';

test.each([[[]], [['-h']], [['--help']], [['help']], [['--help-all']]])(
  'rcb %j shows the commands, in groups',
  async (argv) => {
    const { code, stdout, stderr } = await rcb(argv, { cwd: workFolder() });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/\nRun:\n {2}run \[INPUT…\].*\n {2}plan /);
    expect(stdout).toContain('\nAccount and tools:\n');
  },
);

test.each([[['run', '-h']], [['run', '--help']], [['help', 'run']], [['run', 'prompts.csv', '-h']]])(
  'rcb %j shows usage, examples and the flags of run on one screen',
  async (argv) => {
    const { code, stdout, stderr } = await rcb(argv, { cwd: workFolder() });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: rcb run \[INPUT…\] \[input=values…\] \[options\]\n/);
    const titles = [...stdout.matchAll(/^(\S.*):$/gm)].map(([, title]) => title);
    expect(titles).toEqual(['Examples', 'Input', 'Grid', 'Money', 'Speed', 'Output', 'Account']);
    expect(stdout.match(/^ {2}rcb run /gm)).toHaveLength(5);
    expect(stdout).toContain('Exit codes: 0 all done');
    expect(stdout).toMatch(/-j, --concurrency N\|auto .*\[auto\]/);
    expect(stdout).not.toContain('--poll-rps');
    expect(stdout.split('\n').length).toBeLessThanOrEqual(53);
  },
);

test('rcb run --help-all shows every flag', async () => {
  const { code, stdout } = await rcb(['run', '--help-all'], { cwd: workFolder() });
  expect(code).toBe(0);
  for (const [name, { hidden }] of Object.entries(commands.run.flags as Record<string, { hidden?: boolean }>))
    if (hidden !== true) expect(stdout).toContain(` --${name}`);
});

test.each([['version'], ['--version'], ['-V']])('rcb %s shows the version', async (word) => {
  const { code, stdout } = await rcb([word], { cwd: workFolder() });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test('the short list of commands fits on a screen, and rcb --help-all lists every one', () => {
  const short = mainHelp(false, 100);
  expect(short.trimEnd().split('\n').length).toBeLessThanOrEqual(33);
  const all = mainHelp(true, 100);
  for (const [name, { group }] of Object.entries(commands))
    if (group !== null) expect(all).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
  expect(short).not.toContain('\n  simulate');
});

test('help for what is not a command says so', async () => {
  const { code, stderr } = await rcb(['help', 'rnu'], { cwd: workFolder() });
  expect(code).toBe(64);
  expect(stderr).toContain('Did you mean: rcb run');
});

test('no page of help is wider than its terminal, but for words that cannot be broken', () => {
  const names = Object.keys(commands) as (keyof typeof commands)[];
  for (const page of [
    mainHelp(false, 80),
    mainHelp(true, 80),
    ...names.map((name) => commandHelp(name, true, 80)),
  ]) {
    for (const line of page.split('\n')) {
      const isBreakable = line
        .replace(/^ *(-., )?(--)?\S+( \S+)? {2,}/, '')
        .trim()
        .includes(' ');
      if (isBreakable && !line.includes('rcb ')) expect(line.length, line).toBeLessThanOrEqual(84);
    }
  }
});

test('a flag that many commands share is listed where it is asked for', () => {
  expect(helpFor(['resume', '-h'], 100)).not.toContain('--poll');
  expect(helpFor(['resume', '--help-all'], 100)).toContain('--poll');
});

test('what follows -- is not a request for help', async () => {
  const { code, stderr } = await rcb(['run', '--', '--help'], { cwd: workFolder() });
  expect(code).toBe(65);
  expect(stderr).not.toContain('Usage:');
});
