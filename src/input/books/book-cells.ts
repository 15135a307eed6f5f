/** How the numbers of a cell are shown, as far as that decides what they mean. */
export type NumberKind = 'number' | 'date' | 'time' | 'datetime' | 'duration';

// The formats that have a number but no text, by ECMA-376 18.8.30; 27 to 36 and 50 to 58 are those of East Asia.
const builtInDates = new Set([
  14, 15, 16, 17, 27, 28, 29, 30, 31, 34, 35, 36, 50, 51, 52, 53, 54, 55, 56, 57, 58,
]);
const builtInTimes = new Set([18, 19, 20, 21, 32, 33]);

/** What a format makes of a number: by its id, or by its code where the workbook has one for it. */
export function numberKind(id: number, code: string | undefined): NumberKind {
  if (code === undefined) {
    if (builtInDates.has(id)) return 'date';
    if (builtInTimes.has(id)) return 'time';
    if (id === 22) return 'datetime';
    return id === 45 || id === 46 || id === 47 ? 'duration' : 'number';
  }
  // Only the section for positive numbers counts; texts in quotes, escaped letters, colours and locales do not.
  const [section = ''] = code.split(';');
  const bare = section
    .replace(/"[^"]*"|\\.|_.|\*./g, '')
    .replace(/\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi, '')
    .toLowerCase();
  if (bare.includes('general')) return 'number';
  if (/\[(h+|m+|s+)\]/.test(bare)) return 'duration';
  const hasTime = /[hs]/.test(bare);
  // Beside hours or seconds it is minutes, otherwise a month.
  const dates = bare.replace(/am\/pm|a\/p/g, '').replace(/h+[^ydhs]*m+|m+[^ydhm]*s+/g, '');
  const hasDate = /[ydm]/.test(dates);
  if (hasDate && hasTime) return 'datetime';
  if (hasTime) return 'time';
  return hasDate && !/[0#?]/.test(bare) ? 'date' : 'number';
}

/**
 * A number as its cell shows it: by 15 digits, since the others are noise, and whole ones as they are written. Dates
 * are ISO 8601; times are so too, without seconds that are zero.
 */
export function numberText(written: string, kind: NumberKind, isSince1904: boolean): string {
  const plain = written.trim();
  if (kind === 'number' && /^-?\d+$/.test(plain))
    return plain.replace(/^(-?)0+(?=\d)/, '$1').replace(/^-0$/, '0');
  const value = Number(plain);
  if (plain === '' || !Number.isFinite(value)) return plain;
  if (kind === 'number') return String(Number(value.toPrecision(15)) || 0);
  return dateText(value, kind, isSince1904) ?? String(Number(value.toPrecision(15)) || 0);
}

const dayMs = 86_400_000;
// Day 0 of the calendar that takes 1900 for a leap year, and of the other one, in days since 1970.
const epoch1900 = -25_569;
const epoch1904 = -24_107;
const lastDay = 2_958_465;

/** null: no calendar has that day. */
function dateText(serial: number, kind: NumberKind, isSince1904: boolean): string | null {
  if (kind === 'duration') return durationText(serial);
  if (serial < 0 || serial > lastDay + 1) return null;
  if (kind === 'time' && serial < 1) return clockText(serial);
  // Before the leap day that never was, days are one less.
  const day = isSince1904 ? serial + epoch1904 : serial + epoch1900 + (serial < 60 ? 1 : 0);
  const ms = Math.round((day * dayMs) / 1000) * 1000;
  const [date, time = ''] = isoTime(ms).split('T');
  const clock = time.slice(0, 8);
  return clock === '00:00:00' && kind !== 'time' ? (date as string) : `${date}T${clock}`;
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** `16:09`, as a spreadsheet shows a ratio of 16:9. */
function clockText(share: number): string {
  const seconds = Math.round(share * 86_400);
  if (seconds >= 86_400) return '00:00';
  return clock(seconds);
}

function durationText(days: number): string {
  const seconds = Math.round(Math.abs(days) * 86_400);
  return `${days < 0 ? '-' : ''}${clock(seconds)}`;
}

function clock(seconds: number): string {
  const two = (part: number): string => String(part).padStart(2, '0');
  const [hours, minutes, rest] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  return rest === 0 ? `${two(hours)}:${two(minutes)}` : `${two(hours)}:${two(minutes)}:${two(rest)}`;
}

/** A text as Excel escapes what XML cannot hold: `_x000D_` is a carriage return. */
export function unescaped(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** The number of a column, from 1, and of a row, in a reference such as `B7`; null: it is not one. */
export function cellPosition(reference: string): { readonly column: number; readonly row: number } | null {
  const [, letters, digits] = /^\$?([A-Za-z]{1,3})\$?(\d{1,7})$/.exec(reference) ?? [];
  if (letters === undefined || digits === undefined) return null;
  let column = 0;
  for (const letter of letters.toUpperCase()) column = column * 26 + letter.charCodeAt(0) - 64;
  const row = Number(digits);
  return column <= maxColumns && row >= 1 && row <= maxRows ? { column, row } : null;
}

export function columnLetters(column: number): string {
  let letters = '';
  for (let rest = column; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters;
  }
  return letters;
}

/** The maximum of a sheet. */
export const maxColumns = 16_384;
export const maxRows = 1_048_576;
