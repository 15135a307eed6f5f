import type { JsonValue } from '../json.ts';

// What spreadsheets take for a formula, in the forms that Apple's reads as well.
const formulaStart = /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;

/** A value as the text of a cell, without the apostrophe that keeps spreadsheets from running it. */
function valueText(value: JsonValue): string {
  if (value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The text of an edited cell without the apostrophe that an export has put before what looks like a formula. */
export function unguarded(cell: string): string {
  return cell.startsWith("'") && formulaStart.test(cell.slice(1)) ? cell.slice(1) : cell;
}

/**
 * Whether a cell is the one that an export wrote for this value, untouched except for what spreadsheet programs
 * change when they save a table: line breaks, numbers, times and dates in their own notation, truth values in
 * capitals, `?` for letters that their encoding lacks.
 */
export function saysTheSame(cell: string, value: JsonValue): boolean {
  const text = valueText(value);
  if (cell === text) return true;
  const bare = cell.startsWith("'") && formulaStart.test(text) ? cell.slice(1) : cell;
  const [found, written] = [plainLines(bare), plainLines(text)];
  if (found === written) return true;
  return (
    (/^(true|false)$/i.test(written) && found.toLowerCase() === written.toLowerCase()) ||
    isSameNumber(found, written) ||
    isSameTime(found, written) ||
    isDateOf(found, written) ||
    isLossyCopy(found, written)
  );
}

function plainLines(text: string): string {
  return text.replace(/\r\n?/g, '\n');
}

const number = /^[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?$/;

/** Even if fewer digits are shown, as in `1,23E+12`. */
function isSameNumber(found: string, written: string): boolean {
  if (!number.test(found) || !number.test(written)) return false;
  const [shown, meant] = [found, written].map((text) => Number(text.replace(',', '.'))) as [number, number];
  if (shown === meant) return true;
  const digits = found
    .replace(/[eE].*$/, '')
    .replace(/\D/g, '')
    .replace(/^0+/, '').length;
  const isShortened = /[eE]/.test(found) || digits >= 15;
  return isShortened && digits > 0 && Number(meant.toPrecision(Math.min(digits, 21))) === shown;
}

/** `16:9` comes back as `16:09` or `16:09:00`. */
function isSameTime(found: string, written: string): boolean {
  const [, hours, minutes] = /^(\d{1,3}):(\d{1,2})$/.exec(written) ?? [];
  const [, shownHours, shownMinutes] = /^(\d{1,3}):(\d{2})(?::00)?$/.exec(found) ?? [];
  return (
    hours !== undefined &&
    shownHours !== undefined &&
    Number(hours) === Number(shownHours) &&
    Number(minutes) === Number(shownMinutes)
  );
}

const month = /jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz]/i;

/** `1/2` comes back as `02. Jan`: a text that looked like a date has become one. */
function isDateOf(found: string, written: string): boolean {
  if (written.length > 20 || found.length > 24) return false;
  const isDatable = /^\d{1,4}[./-]\d{1,2}(?:[./-]\d{1,4})?$/.test(written) || isMonthAndNumber(written);
  const isDate = /^\d{1,4}[./-] ?\d{1,2}(?:[./-]\d{1,4})?(?:T.*)?$/.test(found) || isMonthAndNumber(found);
  return isDatable && isDate;
}

function isMonthAndNumber(text: string): boolean {
  return (
    month.test(text) &&
    /^(?:\d{1,4}[. -]*[\p{L}.]{3,10}|[\p{L}.]{3,10}[. -]*\d{1,4})(?:[,. -]+\d{1,4})?$/u.test(text)
  );
}

/** Letters that an old encoding lacks have become question marks. */
function isLossyCopy(found: string, written: string): boolean {
  if (!found.includes('?') || !/[^\0-\x7f]/.test(written)) return false;
  const byCharacter = [...written];
  return isLossy(found, byCharacter) || isLossy(found, written.split(''));
}

function isLossy(found: string, letters: readonly string[]): boolean {
  const shown = [...found];
  return (
    shown.length === letters.length &&
    shown.every(
      (letter, at) => letter === letters[at] || (letter === '?' && (letters[at] as string) > '\x7f'),
    )
  );
}

/**
 * Whether no spreadsheet program and no encoding changes this text, so that the cell needs no other record of it: a
 * longer ASCII text on one line that begins with a letter.
 */
export function isSteady(value: JsonValue): boolean {
  return typeof value === 'string' && value.length > 40 && /^[A-Za-z][\x20-\x7e]*[\x21-\x7e]$/.test(value);
}
