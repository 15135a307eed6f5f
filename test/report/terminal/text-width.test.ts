import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import {
  cutStart,
  cutText,
  flowSpans,
  padText,
  spanLine,
  textWidth,
  wrapText,
} from '../../../src/report/terminal/text-width.ts';
import { bare, fakeStream } from '../report-builders.ts';

const mixed = fc
  .array(fc.constantFrom('a', 'Z', ' ', '紫', '한', 'é', 'e\u0301', '👩‍👩‍👧', '🇩🇪', '❤️', 'ﾊ', 'क्षि', '-'))
  .map((parts) => parts.join(''));
const columns = fc.integer({ min: 0, max: 30 });

describe('textWidth', () => {
  test.each([
    ['plain', 5],
    ['紫色の猫', 8],
    ['e\u0301', 1],
    ['👩‍👩‍👧', 2],
    ['🇩🇪', 2],
    ['❤️', 2],
    ['1️⃣', 2],
    ['ＡＢ', 4],
    ['ﾊ', 1],
    ['한국', 4],
    ['│█…', 3],
    ['', 0],
  ])('takes %j for %i columns', (text, width) => {
    expect(textWidth(text)).toBe(width);
  });

  test('agrees with string-width on every character, also where it does without', () => {
    const differing: string[] = [];
    for (let code = 0x20; code < 0x30_00; code += 1) {
      for (const text of [String.fromCodePoint(code), `a${String.fromCodePoint(code)}b█`]) {
        if (textWidth(text) !== stringWidth(text, { countAnsiEscapeCodes: true })) differing.push(text);
      }
    }
    expect(differing).toEqual([]);
  });
});

describe('cutting and padding', () => {
  test('never makes a text wider than it may be, and keeps what fits', () => {
    fc.assert(
      fc.property(mixed, columns, (text, room) => {
        for (const cut of [cutText(text, room), cutStart(text, room)]) {
          expect(textWidth(cut)).toBeLessThanOrEqual(room);
          if (textWidth(text) <= room) expect(cut).toBe(text);
        }
        expect(textWidth(padText(cutText(text, room), room))).toBe(room);
      }),
    );
  });

  test('keeps the start, or the end', () => {
    expect(cutText('紫色の猫が', 6)).toBe('紫色…');
    expect(cutStart('files/a/b.png', 6)).toBe('…b.png');
  });

  test('wraps between words, losing none of them', () => {
    fc.assert(
      fc.property(mixed, fc.integer({ min: 2, max: 30 }), (text, room) => {
        const lines = wrapText(text, room);
        for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(Math.max(room, 3));
        expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
      }),
    );
    expect(wrapText('one two three', 7)).toEqual(['one two', 'three']);
  });
});

describe('spans', () => {
  test('make a line that is never wider than the terminal, coloured or not', () => {
    const spans = fc.array(mixed.map((text) => ({ text, tone: 'green' as const })));
    fc.assert(
      fc.property(spans, columns, (all, room) => {
        for (const env of [{}, { NO_COLOR: '1' }]) {
          const line = spanLine(fakeStream(80).terminal(env), all, room);
          expect(textWidth(bare(line))).toBeLessThanOrEqual(room);
        }
      }),
    );
  });

  test('flow onto as many lines as they need', () => {
    const groups = ['aaaa', 'bbbb', 'cccc'].map((text) => [{ text }]);
    const lines = flowSpans(groups, 11).map((line) => line.map(({ text }) => text).join(''));
    expect(lines).toEqual(['aaaa   bbbb', 'cccc']);
  });
});
