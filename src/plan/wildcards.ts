import { mostAxisValues } from './axis-range.ts';
import { type WildcardFault, type WildcardPart, wildcardParts } from './wildcard-syntax.ts';

/** The lines of a wildcard file; or why there are none, as the end of a sentence about its name. */
export type WildcardLines = (name: string) => readonly string[] | { readonly fault: string };

/** A wildcard of a text as an axis: its values in the order in which they are written. */
export interface WildcardAxis {
  readonly name: string;
  readonly values: readonly string[];
}

/** A text whose wildcards are placeholders of axes. */
export interface Expandable {
  readonly text: string;
  readonly axes: readonly WildcardAxis[];
}

const maxDepth = 16;

/**
 * A text with each wildcard as `{{name}}`, and the axes of these names; null: it holds none. `isTaken` says which names
 * are used already, by columns or other wildcards of the row.
 */
export function expandable(
  text: string,
  linesOf: WildcardLines,
  isTaken: (name: string) => boolean,
): Expandable | WildcardFault | null {
  const parts = wildcardParts(text);
  if ('fault' in parts) return parts;
  const axes: WildcardAxis[] = [];
  let whole = '';
  for (const part of parts) {
    if (part.kind === 'text') {
      whole += part.text;
      continue;
    }
    const values = valuesOf(part, linesOf, []);
    if ('fault' in values) return values;
    const name = freeName(part, (each) => isTaken(each) || axes.some((axis) => axis.name === each));
    axes.push({ name, values: [...new Set(values)] });
    whole += `{{${name}}}`;
  }
  return axes.length === 0 && whole === text ? null : { text: whole, axes };
}

/** Every text that a text can be, its wildcards chosen. */
export function everyText(text: string, linesOf: WildcardLines): readonly string[] | WildcardFault {
  const texts = textsOf(text, linesOf, []);
  return 'fault' in texts ? texts : [...new Set(texts)];
}

/** All texts that a part can be, with the wildcards in its options chosen too. */
function valuesOf(
  part: WildcardPart,
  linesOf: WildcardLines,
  trail: readonly string[],
): readonly string[] | WildcardFault {
  if (part.kind === 'text') return [part.text];
  const written = part.kind === 'file' ? `__${part.name}__` : part.written;
  if (trail.includes(written)) {
    return { fault: `goes round in a circle: ${[...trail, written].join(' → ')}`, written };
  }
  if (trail.length >= maxDepth) return { fault: `is nested more than ${maxDepth} deep`, written };
  const lines = part.kind === 'file' ? linesOf(part.name) : part.options;
  if ('fault' in lines) return { fault: lines.fault, written };
  const values: string[] = [];
  for (const line of lines) {
    const texts = textsOf(line, linesOf, [...trail, written]);
    if ('fault' in texts) return texts;
    values.push(...texts);
    if (values.length > mostAxisValues) {
      return { fault: `stands for more than ${mostAxisValues.toLocaleString('en-US')} values`, written };
    }
  }
  return values;
}

/** Every text that a line can be: each part with each other one. */
function textsOf(
  line: string,
  linesOf: WildcardLines,
  trail: readonly string[],
): readonly string[] | WildcardFault {
  const parts = wildcardParts(line);
  if ('fault' in parts) return parts;
  let texts: readonly string[] = [''];
  for (const part of parts) {
    const values = valuesOf(part, linesOf, trail);
    if ('fault' in values) return values;
    if (texts.length * values.length > mostAxisValues) {
      return {
        fault: `stands for more than ${mostAxisValues.toLocaleString('en-US')} values`,
        written: line,
      };
    }
    texts = texts.flatMap((before) => values.map((value) => before + value));
  }
  return texts;
}

const maxNameLetters = 40;

/** `colour` for `__colour__`, `red|blue` for `{red|blue}`; with a number where that is taken. */
function freeName(part: Exclude<WildcardPart, { kind: 'text' }>, isTaken: (name: string) => boolean): string {
  const bare =
    part.kind === 'file'
      ? (part.name.split('/').at(-1) as string)
      : part.written
          .slice(1, -1)
          .replace(/[{}\s]+/g, ' ')
          .trim()
          .slice(0, maxNameLetters);
  for (let nth = 1; ; nth += 1) {
    const name = nth === 1 ? bare : `${bare} ${nth}`;
    if (!isTaken(name)) return name;
  }
}
