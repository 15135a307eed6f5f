import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commands } from '../../../src/cli/argv/commands.ts';
import { seedCount, text } from '../../../src/cli/argv/settings.ts';
import { checkedCommand, checkedFlags } from '../../../src/cli/argv/words/misspellings.ts';
import { refuseStrayWords } from '../../../src/cli/argv/words/stray-words.ts';
import { UserError } from '../../../src/core/complaints.ts';
import { rcb, workFolder } from '../../support/command-line.ts';

function complaintOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof UserError) return `${error.message} ${error.hint ?? ''}`.trim();
    throw error;
  }
  return 'accepted';
}

const flagsOf = (line: readonly string[]): string =>
  complaintOf(() => checkedFlags(line, commands[checkedCommand(line)].flags));

test('a flag that no command has does not compile', () => {
  expect(text({ 'max-cost': '5' }, 'max-cost')).toBe('5');
  // @ts-expect-error: it is misspelt.
  expect(text({ 'max-cost': '5' }, 'max-cots')).toBe(null);
  // @ts-expect-error: it is misspelt.
  expect(text({ 'max-cots': '5' }, 'max-cost')).toBe(null);
});

describe('a flag that is not known is answered with the command to type', () => {
  test.each([
    [['run', 'p.csv', '--style', 'anime'], 'rcb run p.csv style=anime'],
    [['run', 'p.csv', '--style=anime'], 'rcb run p.csv style=anime'],
    [['run', '--prompt', 'a cat, sitting'], 'rcb run prompt="a cat, sitting"'],
    [['plan', '--seed', '4', 'p.csv'], 'rcb plan seed=4 p.csv'],
    [['run', 'p.csv', '--aspect-ratio', '16:9'], 'rcb run p.csv aspect_ratio=16:9'],
    [['run', 'p.csv', '--styl', 'anime'], 'rcb run p.csv style=anime'],
    [['run', 'p.csv', '--concurency', '8'], 'rcb run p.csv --concurrency 8'],
    [['run', 'p.csv', '--limt=8', 'x=1'], 'rcb run p.csv --limit=8 x=1'],
    [['run', 'p.csv', '--parallel', '8'], 'rcb run p.csv --concurrency 8'],
    [['run', 'p.csv', '--budget=8'], 'rcb run p.csv --max-cost=8'],
    [['run', '--input', 'p.csv', '-y'], 'rcb run p.csv -y'],
    [['run', 'p.csv', '-seeds', '4'], 'rcb run p.csv --seeds 4'],
    [['run', 'p.csv', '–seeds', '4'], 'rcb run p.csv --seeds 4'],
    [['run', 'p.csv', '--no-viwe'], 'rcb run p.csv --no-view'],
    [['run', 'p.csv', '--steps', '30'], 'rcb run p.csv steps=30'],
  ])('%j', (line, command) => {
    expect(flagsOf(line)).toMatch(new RegExp(`: ${command.replace(/[.*+?^$()|[\]\\]/g, '\\$&')}$`));
  });

  test('a token is not repeated', () => {
    for (const flag of ['--token', '--api-key', '--api_token', '--tokn', '--secret']) {
      const said = flagsOf(['run', 'p.csv', flag, 'sk-very-secret']);
      expect(said).toContain('--token-file FILE');
      expect(said).not.toContain('sk-very-secret');
    }
  });

  test('a flag without its value says so', () => {
    expect(flagsOf(['run', 'p.csv', '--limit'])).toBe('--limit needs a value. Write it like --limit 20.');
    expect(flagsOf(['run', 'p.csv', '--out', '--yes'])).toContain('--out needs a value.');
  });
});

test('spellings with one meaning are accepted', () => {
  const spelt = (...line: string[]) => checkedFlags(['run', ...line], commands.run.flags).slice(1);
  expect(spelt('--max_cost', '5', '--dryrun', '--Skip-Invalid')).toEqual([
    '--max-cost',
    '5',
    '--dry-run',
    '--skip-invalid',
  ]);
  expect(spelt('-oout/cats', '-j8', '-nq')).toEqual(['-o', 'out/cats', '-j', '8', '-nq']);
  expect(spelt('--limit', '-1', '--', '--style')).toEqual(['--limit', '-1', '--', '--style']);
});

test('whatever is typed, only a UserError comes out, and known command lines pass unchanged', () => {
  const names = Object.keys(commands.run.flags);
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom(...names.map((name) => `--${name}`), '-', '--', '-y', 'a=b'),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), (line) => {
      complaintOf(() => checkedFlags(['run', ...line], commands.run.flags));
      complaintOf(() => checkedCommand(line));
      complaintOf(() => refuseStrayWords(line, line));
    }),
  );
});

describe('a word that is not a command', () => {
  test.each([
    [['prompts.csv', '--yes'], 'Did you mean: rcb run prompts.csv --yes'],
    [['prompt=a cat'], 'Did you mean: rcb run prompt="a cat"'],
    [
      ['https://docs.google.com/spreadsheets/d/x'],
      'Did you mean: rcb run https://docs.google.com/spreadsheets/d/x',
    ],
    [['a cat in a hat'], 'If it is a prompt: rcb run prompt="a cat in a hat"'],
    [['rnu', 'x.csv'], 'Did you mean: rcb run x.csv'],
    [['list'], 'Did you mean: rcb ls'],
    [['frobnicate'], 'See rcb --help.'],
  ])('%j', (line, hint) => {
    expect(complaintOf(() => checkedCommand(line))).toBe(`Unknown command "${line[0]}". ${hint}`);
  });
});

describe('words that the shell has cut off a value', () => {
  test.each([
    [['p.csv', 'style=anime,', 'realistic'], 'rcb run p.csv style=anime,realistic'],
    [['p.csv', 'style=anime', 'realistic'], 'rcb run p.csv style=anime,realistic'],
    [['prompt=a', 'cat,', 'sitting'], 'rcb run prompt="a cat, sitting"'],
    [['p.csv', 'style', '=', 'anime'], 'rcb run p.csv style=anime'],
  ])('%j', (words, command) => {
    const said = complaintOf(() => refuseStrayWords(words, ['run', ...words, '--yes']));
    expect(said).toMatch(new RegExp(`Did you mean: ${command} --yes$`));
  });

  test('files, links and patterns are left alone', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'rcb-words-')), 'list');
    writeFileSync(file, '');
    expect(() =>
      refuseStrayWords(['style=anime', file, 'https://a.b/c', 'jobs/*', 'x.csv', '-'], []),
    ).not.toThrow();
  });
});

test('--seeds with values is answered with seed=', () => {
  const said = (given: string, ...argv: string[]) => complaintOf(() => seedCount({ seeds: given }, argv));
  expect(said('1,2,3', 'run', 'p.csv', '--seeds=1,2,3')).toMatch(/: rcb run p\.csv seed=1,2,3$/);
  expect(said('1..4', 'run', '--seeds', '1..4', 'p.csv')).toMatch(/: rcb run seed=1-4 p\.csv$/);
  expect(said('4', 'run', '--seeds', '4')).toBe('accepted');
});

test.each([
  ['$5', null],
  ['5 USD', null],
  ['', '--max-cost 5: to the shell, $5 is a variable.'],
  ['5,50', 'Write --max-cost 5.50.'],
  ['five', '--max-cost "five" is not an amount in dollars.'],
])('--max-cost %j is read as dollars or says how to write them', async (given, message) => {
  const { code, stderr } = await rcb(
    ['run', 'prompt=x', '--rehearse', '--no-view', '-q', '--max-cost', given],
    { cwd: workFolder() },
  );
  expect({ code, stderr }).toEqual(
    message === null ? { code: 0, stderr: '' } : { code: 64, stderr: expect.stringContaining(message) },
  );
});

test('the words that a flag takes complete in the shells', async () => {
  const complete = async (...typed: string[]) =>
    (await rcb(['__complete', 'bash', '--', ...typed], { cwd: workFolder() })).stdout
      .split('\n')
      .map((line) => line.split('\t')[0]);
  expect(await complete('run', '--order', '')).toEqual(['breadth', 'depth', '']);
  expect(await complete('run', '--order=d')).toEqual(['--order=depth', '']);
  expect(await complete('ls', '--state', 'fa')).toEqual(['failed', '']);
  expect(await complete('completion', '')).toEqual(['bash', 'zsh', 'fish', '']);
  expect(await complete('help', 're')).toEqual(expect.arrayContaining(['resume', 'retry', 'reconcile']));
});
