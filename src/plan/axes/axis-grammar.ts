/** One item of an axis as written, before its input is known. */
export type AxisItem =
  /** `quoted`: it stood in CSV quotes, so it is never read as a range, a star or a file. */
  | { readonly kind: 'value'; readonly text: string; readonly quoted: boolean }
  /** `1-4` (also `1..4`) · `1-10 (+3)` · `10-1 (-3)` · `0-1 [5]`. `text` is all of it as written: some inputs take it as a text. */
  | {
      readonly kind: 'range';
      readonly text: string;
      readonly from: string;
      readonly to: string;
      readonly step: string | null;
      readonly count: number | null;
    }
  /** `range(0,10,2)`: the stop is left out. */
  | {
      readonly kind: 'until';
      readonly text: string;
      readonly from: string;
      readonly to: string;
      readonly step: string | null;
    }
  /** `*` */
  | { readonly kind: 'all' }
  /** `!anime` */
  | { readonly kind: 'without'; readonly text: string };

/** A text that is not a list of axis values. The message ends the sentence `style=a,,b cannot be read: …`. */
export class AxisFault extends Error {
  override readonly name = 'AxisFault';
  /** Where in the text, from 0, in UTF-16 units. */
  readonly offset: number;

  constructor(sentence: string, offset: number) {
    super(sentence);
    this.offset = offset;
  }
}

// More digits than any number that can be sent has.
const number = String.raw`[+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})`;
const rangePattern = new RegExp(
  String.raw`^(${number})\s*(?:-|\.\.\.?)\s*(${number})(?:\s*\(\s*(${number})\s*\)|\s*\[\s*(\d{1,15})\s*\])?$`,
);
const untilPattern = new RegExp(
  String.raw`range\(\s*(${number})\s*(?:,\s*(${number})\s*(?:,\s*(${number})\s*)?)?\)`,
  'y',
);
const separator = /,|\|\|/g;
const blanks = /\s*/y;

/**
 * Reads the values of an axis: separated by commas, or by `||` where that stands outside quotes; in quotes as in CSV.
 * An empty text is one empty value. Throws `AxisFault` and nothing else.
 */
export function parseAxis(text: string): readonly AxisItem[] {
  const cuts = cutsIn(text);
  const wide = cuts.filter(({ width }) => width === 2);
  const items: AxisItem[] = [];
  let from = 0;
  for (const { at, width } of [...(wide.length > 0 ? wide : cuts), { at: text.length, width: 0 }]) {
    const raw = text.slice(from, at);
    const blank = raw.trim() === '';
    if (blank && (from > 0 || width > 0)) {
      throw new AxisFault(`there is no value at character ${from + 1}; write "" for an empty one`, from);
    }
    items.push(itemOf(raw, from));
    from = at + width;
  }
  return items;
}

/**
 * Reads the values of an input that takes any text: separated by `||` alone, since prompts are full of commas. Texts in
 * quotes as in CSV, alone or separated by commas, are the texts inside; any other quote is a letter. Throws `AxisFault`
 * and nothing else.
 */
export function parseTexts(text: string): readonly AxisItem[] {
  const items = quotedTexts(text);
  if (items !== null) return items;
  const texts: AxisItem[] = [];
  for (let from = 0; ; ) {
    const start = startOf(text, from);
    const close = text[start] === '"' ? endOfQuoted(text, start) : -1;
    const behind = close === -1 ? -1 : startOf(text, close + 1);
    const isQuoted = behind === text.length || (behind > 0 && text.startsWith('||', behind));
    const cut = text.indexOf('||', isQuoted ? behind : from);
    const raw = text.slice(from, cut === -1 ? text.length : cut);
    if (raw.trim() === '' && (cut !== -1 || from > 0)) {
      throw new AxisFault(`there is no value at character ${from + 1}; write "" for an empty one`, from);
    }
    texts.push(
      isQuoted
        ? { kind: 'value', text: unquoted(text.slice(start + 1, close)), quoted: true }
        : { kind: 'value', text: raw.trim(), quoted: false },
    );
    if (cut === -1) return texts;
    from = cut + 2;
  }
}

/** `"a, b","c, d"`: nothing but texts in quotes, separated by commas; null: it is something else. */
function quotedTexts(text: string): readonly AxisItem[] | null {
  const items: AxisItem[] = [];
  for (let from = 0; ; ) {
    const start = startOf(text, from);
    const close = text[start] === '"' ? endOfQuoted(text, start) : -1;
    if (close === -1) return null;
    items.push({ kind: 'value', text: unquoted(text.slice(start + 1, close)), quoted: true });
    const behind = startOf(text, close + 1);
    if (behind === text.length) return items;
    if (text[behind] !== ',') return null;
    from = behind + 1;
  }
}

function unquoted(text: string): string {
  return text.replaceAll('""', '"');
}

/** Reads one unquoted item: commas and quotes in it are text. */
export function bareItem(text: string): AxisItem {
  const bare = text.trim();
  if (bare === '*') return { kind: 'all' };
  if (bare.startsWith('!') && bare !== '!') return { kind: 'without', text: bare.slice(1).trim() };
  const [, from, to, step, count] = rangePattern.exec(bare) ?? [];
  if (from !== undefined && to !== undefined) {
    return {
      kind: 'range',
      text: bare,
      from,
      to,
      step: step ?? null,
      count: count === undefined ? null : Number(count),
    };
  }
  return untilItem(bare) ?? { kind: 'value', text: bare, quoted: false };
}

function untilItem(bare: string): AxisItem | null {
  untilPattern.lastIndex = 0;
  const [whole, first, second, step] = untilPattern.exec(bare) ?? [];
  if (whole !== bare || first === undefined) return null;
  return second === undefined
    ? { kind: 'until', text: bare, from: '0', to: first, step: null }
    : { kind: 'until', text: bare, from: first, to: second, step: step ?? null };
}

/** Every `,` and `||` that stands neither in quotes nor in `range(…)` nor in the braces of a file pattern. */
function cutsIn(text: string): readonly { readonly at: number; readonly width: number }[] {
  const cuts: { at: number; width: number }[] = [];
  let from = 0;
  for (;;) {
    separator.lastIndex = afterWhole(text, startOf(text, from));
    const found = separator.exec(text);
    if (found === null) return cuts;
    cuts.push({ at: found.index, width: found[0].length });
    from = found.index + found[0].length;
  }
}

/** The offset of an item's first non-blank character. */
function startOf(text: string, from: number): number {
  blanks.lastIndex = from;
  blanks.exec(text);
  return blanks.lastIndex;
}

/** Where the search for the end of an item may begin: after the part that is not to be cut. */
function afterWhole(text: string, start: number): number {
  const quote = text[start] === '!' ? startOf(text, start + 1) : start;
  if (text[quote] === '"') return closingQuote(text, quote) + 1;
  if (text[start] === '@') return afterBraces(text, start);
  untilPattern.lastIndex = start;
  return untilPattern.test(text) ? untilPattern.lastIndex : start;
}

/** Where the quote that opens here closes; -1: nowhere. */
function endOfQuoted(text: string, open: number): number {
  for (let at = text.indexOf('"', open + 1); at !== -1; at = text.indexOf('"', at + 2)) {
    if (text[at + 1] !== '"') return at;
  }
  return -1;
}

function closingQuote(text: string, open: number): number {
  const close = endOfQuoted(text, open);
  if (close !== -1) return close;
  const sentence = `the quote at character ${open + 1} is never closed; write "" for a quote within quotes`;
  throw new AxisFault(sentence, open);
}

/** `@photos/*.{png,jpg}`: after the last brace that closes before the item ends. */
function afterBraces(text: string, start: number): number {
  let after = start;
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === '{') {
      const close = text.indexOf('}', at);
      if (close === -1) return after;
      at = close;
      after = close + 1;
    } else if (text[at] === ',' || text.startsWith('||', at)) return after;
  }
  return after;
}

function itemOf(raw: string, offset: number): AxisItem {
  const start = startOf(raw, 0);
  const open = raw[start] === '!' ? startOf(raw, start + 1) : start;
  if (raw[open] !== '"') return bareItem(raw);
  const close = closingQuote(raw, open);
  const after = startOf(raw, close + 1);
  if (after < raw.length) {
    const sentence = `text follows the closing quote at character ${offset + close + 1}; quote the whole value and double the quotes within it`;
    throw new AxisFault(sentence, offset + after);
  }
  const text = raw.slice(open + 1, close).replaceAll('""', '"');
  return open === start ? { kind: 'value', text, quoted: true } : { kind: 'without', text };
}
