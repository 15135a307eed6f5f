import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quoted } from '../../src/core/shell-words.ts';

test('a real shell reads every quoted word as it was', () => {
  const word = fc.string({ unit: 'grapheme' }).filter((text) => text.isWellFormed() && !text.includes('\0'));
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 20 }), (words) => {
      const script = `printf '%s\\0' ${words.map(quoted).join(' ')}`;
      const said = execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' });
      expect(said.split('\0').slice(0, -1)).toEqual(words);
    }),
    { numRuns: 40 },
  );
});
