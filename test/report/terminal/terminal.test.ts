import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { columnsOf, plainText, terminalOf, toned } from '../../../src/report/terminal/terminal.ts';
import { hostileText } from '../report-builders.ts';

const tty = (columns = 80) => Object.assign(new PassThrough(), { isTTY: true, columns });

describe('terminalOf', () => {
  test.each([
    ['a terminal', tty(), {}, true, true],
    ['a pipe', new PassThrough(), {}, false, false],
    ['a pipe with FORCE_COLOR', new PassThrough(), { FORCE_COLOR: '1' }, true, false],
    ['a terminal with NO_COLOR', tty(), { NO_COLOR: '1' }, false, true],
    ['a terminal with an empty NO_COLOR', tty(), { NO_COLOR: '' }, true, true],
    ['a terminal with both', tty(), { NO_COLOR: '1', FORCE_COLOR: '3' }, false, true],
    ['a terminal with FORCE_COLOR=0', tty(), { FORCE_COLOR: '0' }, false, true],
    ['a dumb terminal', tty(), { TERM: 'dumb' }, false, false],
    ['a terminal under CI', tty(), { CI: 'true' }, true, false],
    ['a terminal with CI=false', tty(), { CI: 'false' }, true, true],
    ['a terminal without a width', tty(0), {}, true, false],
  ])('knows what %s can show', (_, stream, env, colour, live) => {
    expect(terminalOf(stream, env)).toMatchObject({ colour, live });
  });

  test('colours by what it was told, not by the environment of the process', () => {
    expect(toned(terminalOf(tty(), {}), 'red', 'x')).toBe('\u001b[31mx\u001b[39m');
    expect(toned(terminalOf(tty(), { NO_COLOR: '1' }), 'red', 'x')).toBe('x');
  });

  test('limits lines on a terminal alone', () => {
    expect(columnsOf(terminalOf(tty(60), {}))).toBe(60);
    expect(columnsOf(terminalOf(tty(0), {}))).toBe(80);
    expect(columnsOf(terminalOf(new PassThrough(), {}))).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('plainText', () => {
  test('shows what would otherwise be obeyed', () => {
    expect(plainText(hostileText)).toBe('a␛]52;c;aGk=␇b␛[2Jc\\x9b31md\\u202ee␊f␍g\\u2066h\\u2028i');
  });

  test('leaves letters of any script and emoji as they are', () => {
    const text = 'naïve 紫色の猫 العربية עברית 👩‍👩‍👧 ❤️ ½ “quoted”';
    expect(plainText(text)).toBe(text);
  });

  test('lets no control character, direction change, line end or half character through', () => {
    const codes = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 });
    const likely = fc.array(fc.constantFrom(0x1b, 0x9b, 0x0a, 0x202e, 0x2069, 0xd800, 0xdc00, 0x7f, 0x41));
    fc.assert(
      fc.property(fc.oneof(codes, likely), (units) => {
        const shown = plainText(String.fromCharCode(...units));
        expect(shown).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069\u2028\u2029]/u);
        expect(shown.isWellFormed()).toBe(true);
        expect(plainText(shown)).toBe(shown);
      }),
    );
  });
});
