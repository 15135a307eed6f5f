import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseArgv } from '../../../src/cli/argv/argv.ts';
import { commands } from '../../../src/cli/argv/commands.ts';
import { plainCall } from '../../../src/cli/argv/plain-call.ts';
import type { System } from '../../../src/cli/system.ts';

const word = fc.oneof(
  fc.string(),
  fc.constantFrom(
    '',
    'jobs.csv',
    '-',
    '--',
    '-o',
    '--json',
    '–seeds',
    '"a"',
    "'",
    'a=b',
    '1.0',
    '__proto__',
    'words',
  ),
);

test('a command line without flags is called as yargs would have it, and any other is left to yargs', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...Object.keys(commands)), fc.array(word), async (name, words) => {
      const plain = plainCall([name, ...words]);
      if (plain === null) {
        const end = words.indexOf('--');
        const before = end === -1 ? words : words.slice(0, end);
        expect(before.some((each) => /^[-\u2010-\u2015\u2212]/.test(each))).toBe(true);
        return;
      }
      const parsed = await parseArgv({ argv: [name, ...words] } as unknown as System);
      expect(plain).toMatchObject({ name: parsed.name, call: { flags: {}, words: parsed.call.words } });
      // What yargs adds to no flags is how often --verbose was given.
      expect(Object.values(parsed.call.flags).every((value) => value === 0)).toBe(true);
    }),
  );
});

test('what is no command is left to whoever says so', () => {
  for (const argv of [[], ['rnu'], ['help'], ['--json', 'status'], ['constructor']]) {
    expect(plainCall(argv)).toBe(null);
  }
});
