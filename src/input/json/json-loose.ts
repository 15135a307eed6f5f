import {
  doubledKey,
  type JsonFault,
  type JsonPiece,
  keepsItsDigits,
  losesDigits,
  maxDepth,
  maxFaults,
  nestedTooDeep,
  notJson,
  syntaxFault,
  unexpected,
} from './json-faults.ts';
import { skipSpace, stringAt, stringEnd } from './json-walk.ts';
import type { MapEntry, Scalar, ValueNode } from './value-tree.ts';

/** The values of a text that JSON.parse may refuse for a trailing comma or a NaN. */
export interface LooseJson {
  /** null: it holds more values than asked for. */
  readonly tree: ValueNode | null;
  /** What is wrong with it though it can be read, as `inspectJson` reports it. */
  readonly faults: readonly JsonFault[];
  /** Where NaN and the like stand, which are null in the tree. */
  readonly blanks: ReadonlySet<number>;
}

interface LooseOptions {
  readonly piece: JsonPiece;
  /** The maximum number of values in the tree. */
  readonly max?: number;
  /** How many levels of lists and maps there are around what a row holds. */
  readonly around?: number;
}

const word = /[^\s,:[\]{}"]+/y;
const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/;
const words = new Map<string, Scalar>([
  ['null', null],
  ['true', true],
  ['false', false],
]);
// As Python's json.dumps and JavaScript's console write what JSON cannot hold.
const blankWords = new Set(['NaN', '-NaN', 'Infinity', '-Infinity', 'undefined']);

class Broken extends Error {
  override readonly name = 'Broken';
  readonly fault: JsonFault;

  constructor(fault: JsonFault) {
    super(fault.message);
    this.fault = fault;
  }
}

/**
 * Reads JSON with trailing commas, and with NaN, Infinity and undefined for a value. Gives the first fault that makes
 * the text unreadable, if there is one.
 */
export function looseJson(text: string, options: LooseOptions): LooseJson | { readonly broken: JsonFault } {
  const { piece, max = Number.POSITIVE_INFINITY, around = 0 } = options;
  const faults: JsonFault[] = [];
  const blanks = new Set<number>();
  let left = max;
  let at = skipSpace(text, 0);
  try {
    const tree = node(0);
    at = skipSpace(text, at);
    if (left >= 0 && at < text.length) refuse();
    return { tree: left < 0 ? null : tree, faults: faults.slice(0, maxFaults), blanks };
  } catch (error) {
    if (error instanceof Broken) return { broken: error.fault };
    throw error;
  }

  function refuse(): never {
    throw new Broken(notJson(piece, at, unexpected(text, at)));
  }

  /** Every function reads what starts at `at`, and leaves `at` after it. */
  function node(depth: number): ValueNode {
    left -= 1;
    const start = at;
    const letter = text[at];
    if (letter === '"') return { kind: 'scalar', at: start, value: string() };
    if (letter !== '{' && letter !== '[') return { kind: 'scalar', at: start, value: scalar() };
    if (depth >= maxDepth + around) throw new Broken(nestedTooDeep(at));
    at = skipSpace(text, at + 1);
    return letter === '{'
      ? { kind: 'map', at: start, entries: entries(depth + 1) }
      : { kind: 'list', at: start, items: items(depth + 1) };
  }

  function entries(depth: number): MapEntry[] {
    const found: MapEntry[] = [];
    const names = new Set<string>();
    while (left >= 0 && text[at] !== '}') {
      const start = at;
      if (text[at] !== '"') refuse();
      const name = string();
      const folded = depth === 1 ? name.toLowerCase() : name;
      if (names.has(folded)) faults.push(doubledKey(name, start));
      names.add(folded);
      at = skipSpace(text, at);
      if (text[at] !== ':') refuse();
      at = skipSpace(text, at + 1);
      found.push({ name, at: start, value: node(depth) });
      passComma('}');
    }
    at += 1;
    return found;
  }

  function items(depth: number): ValueNode[] {
    const found: ValueNode[] = [];
    while (left >= 0 && text[at] !== ']') {
      found.push(node(depth));
      passComma(']');
    }
    at += 1;
    return found;
  }

  function passComma(closing: string): void {
    at = skipSpace(text, at);
    if (left < 0 || text[at] === closing) return;
    if (text[at] !== ',') refuse();
    at = skipSpace(text, at + 1);
  }

  function string(): string {
    const [value, end] = stringFrom(text, at, piece);
    at = end;
    return value;
  }

  function scalar(): Scalar {
    word.lastIndex = at;
    const written = word.exec(text)?.[0] ?? '';
    const value = words.get(written);
    if (blankWords.has(written)) blanks.add(at);
    else if (value === undefined) {
      if (!number.test(written)) refuse();
      if (!keepsItsDigits(written)) faults.push({ at, kind: 'number', message: losesDigits(written) });
      at += written.length;
      return Number(written);
    }
    at += written.length;
    return value ?? null;
  }
}

/** The string that starts at a quotation mark, and where it ends. Throws `Broken`. */
function stringFrom(text: string, start: number, piece: JsonPiece): [value: string, end: number] {
  const closed = stringEnd(text, start);
  const end = closed === 0 ? text.length : closed;
  try {
    // Most strings are fine; for the others, V8 words the fault.
    const isOdd = closed === 0 || hasControl(text, start, end);
    return [isOdd ? JSON.parse(text.slice(start, end)) : stringAt(text, start, end), end];
  } catch (error) {
    const fault = syntaxFault(text.slice(start, end), error as SyntaxError, piece);
    throw new Broken({ ...fault, at: start + fault.at });
  }
}

function hasControl(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) {
    if (text.charCodeAt(at) < 0x20) return true;
  }
  return false;
}

/** Where a NaN stands within a value that is to be sent; a cell that is nothing but NaN is a blank one. */
export function blankWithin(node: ValueNode, { blanks }: Pick<LooseJson, 'blanks'>): JsonFault | null {
  if (blanks.size === 0 || node.kind === 'scalar') return null;
  const children = node.kind === 'list' ? node.items : node.entries.map(({ value }) => value);
  for (const child of children) {
    if (child.kind === 'scalar' && blanks.has(child.at)) {
      const message = 'a NaN within a list or an object cannot be sent; write null, or leave it out.';
      return { at: child.at, kind: 'number', message };
    }
    const deeper = blankWithin(child, { blanks });
    if (deeper !== null) return deeper;
  }
  return null;
}
