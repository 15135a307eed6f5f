import { maxAxisValues } from '../axes/axis-range.ts';
import { type WildcardFault, type WildcardPart, wildcardParts, withoutWeight } from './wildcard-syntax.ts';

/** The lines of a wildcard file; or why there are none, as the end of a sentence about its name. */
export type WildcardLines = (name: string) => readonly string[] | { readonly fault: string };

/** A wildcard of a text as an axis: its values in the order in which they are written. */
export interface WildcardAxis {
  readonly name: string;
  readonly values: readonly string[];
}

/** A text whose wildcards are placeholders of axes. */
interface Expandable {
  readonly text: string;
  readonly axes: readonly WildcardAxis[];
  /** Some option has a weight, which is ignored. */
  readonly isWeighted: boolean;
}

/** How the axes of wildcards are named. */
interface WildcardNaming {
  /** Names that columns, inputs or other wildcards have. */
  isTaken(name: string): boolean;
  /** `__colour__` is the axis `colour`, or `__colour__` where nobody knows the columns yet. */
  readonly ofFiles: 'bare' | 'written';
}

/** Every text that a text with wildcards can become. */
interface Expanded {
  readonly texts: readonly string[];
  readonly isWeighted: boolean;
}

const maxDepth = 16;

/**
 * A text with each wildcard as `{{name}}`, and the axes of these names; null: it holds none, and no escape of one.
 */
export function expandable(
  text: string,
  linesOf: WildcardLines,
  naming: WildcardNaming,
): Expandable | WildcardFault | null {
  const parts = wildcardParts(text);
  if ('fault' in parts) return parts;
  const source = { linesOf, isWeighted: false };
  const axes: WildcardAxis[] = [];
  let whole = '';
  for (const part of parts) {
    if (part.kind === 'text') {
      whole += part.text;
      continue;
    }
    const values = valuesOf(part, source, []);
    if ('fault' in values) return values;
    const isTaken = (each: string): boolean =>
      naming.isTaken(each) || axes.some((axis) => axis.name.toLowerCase() === each.toLowerCase());
    const name = freeName(part, naming.ofFiles, isTaken);
    axes.push({ name, values: [...new Set(values)] });
    whole += `{{${name}}}`;
  }
  if (axes.length === 0 && whole === text) return null;
  return { text: whole, axes, isWeighted: source.isWeighted };
}

/** Every text that a text with wildcards can become. */
export function everyText(text: string, linesOf: WildcardLines): Expanded | WildcardFault {
  const source = { linesOf, isWeighted: false };
  const texts = textsOf(text, source, []);
  return 'fault' in texts ? texts : { texts: [...new Set(texts)], isWeighted: source.isWeighted };
}

/** Where lines come from, and what has been noticed in them. */
interface LineSource {
  readonly linesOf: WildcardLines;
  isWeighted: boolean;
}

/** All texts that a part can become, with the wildcards in its options chosen too. */
function valuesOf(
  part: WildcardPart,
  source: LineSource,
  trail: readonly string[],
): readonly string[] | WildcardFault {
  if (part.kind === 'text') return [part.text];
  const written = part.kind === 'file' ? `__${part.name}__` : part.written;
  if (trail.includes(written)) {
    return { fault: `refers to itself: ${[...trail, written].join(' → ')}`, written };
  }
  if (trail.length >= maxDepth) return { fault: `is nested more than ${maxDepth} levels deep`, written };
  const lines = part.kind === 'file' ? source.linesOf(part.name) : part.options;
  if ('fault' in lines) return { fault: lines.fault, written };
  const values: string[] = [];
  for (const line of lines) {
    const bare = withoutWeight(line);
    if (bare !== line) source.isWeighted = true;
    const texts = textsOf(bare, source, [...trail, written]);
    if ('fault' in texts) return texts;
    for (const text of texts) values.push(text);
    if (values.length > maxAxisValues) return tooMany(written);
  }
  return values;
}

/** Every text that a line can become: each part combined with each other one. */
function textsOf(
  line: string,
  source: LineSource,
  trail: readonly string[],
): readonly string[] | WildcardFault {
  const parts = wildcardParts(line);
  if ('fault' in parts) return parts;
  let texts: readonly string[] = [''];
  for (const part of parts) {
    const values = valuesOf(part, source, trail);
    if ('fault' in values) return values;
    if (texts.length * values.length > maxAxisValues) return tooMany(line);
    texts = texts.flatMap((before) => values.map((value) => before + value));
  }
  return texts;
}

function tooMany(written: string): WildcardFault {
  return { fault: `stands for more than ${maxAxisValues.toLocaleString('en-US')} values`, written };
}

const maxNameLetters = 40;

/** `colour` for `__colour__`, `red|blue` for `{red|blue}`; with a number where that is taken. */
function freeName(
  part: Exclude<WildcardPart, { kind: 'text' }>,
  ofFiles: WildcardNaming['ofFiles'],
  isTaken: (name: string) => boolean,
): string {
  const bare = part.kind === 'options' ? nameOfOptions(part.written) : nameOfFile(part.name, ofFiles);
  for (let nth = 1; ; nth += 1) {
    const name = nth === 1 ? bare : `${bare} ${nth}`;
    if (!isTaken(name)) return name;
  }
}

function nameOfFile(name: string, ofFiles: WildcardNaming['ofFiles']): string {
  return ofFiles === 'written' ? `__${name}__` : (name.split('/').at(-1) as string);
}

function nameOfOptions(written: string): string {
  return written
    .slice(1, -1)
    .replace(/[{}\s]+/g, ' ')
    .trim()
    .slice(0, maxNameLetters)
    .toWellFormed();
}
