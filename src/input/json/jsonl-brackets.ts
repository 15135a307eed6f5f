import { maxDepth } from './json-faults.ts';
import { stringEnd } from './json-walk.ts';

/** The state of an object that spans several lines. */
export interface OpenBrackets {
  /** The brackets that are open, from the outermost. */
  readonly stack: string;
  /** The last character that is not white space. */
  readonly last: string;
}

type LineEnd =
  | { readonly kind: 'closed' }
  | { readonly kind: 'open'; readonly brackets: OpenBrackets }
  /** No further line can make JSON of this. */
  | { readonly kind: 'broken' };

const matches = /["{}[\]]|[^\s"{}[\]]+/g;

/** Reads one line of an object for its brackets, from the offset of its first letter. */
export function lineBrackets(text: string, from: number, before: OpenBrackets | null): LineEnd {
  let stack = before?.stack ?? '';
  let last = before?.last ?? '';
  matches.lastIndex = from;
  for (let found = matches.exec(text); found !== null; found = matches.exec(text)) {
    const [token] = found;
    last = token.at(-1) as string;
    switch (token) {
      case '"': {
        const end = stringEnd(text, found.index);
        // No string crosses the end of a line.
        if (end === 0) return { kind: 'broken' };
        matches.lastIndex = end;
        break;
      }
      case '{':
      case '[':
        stack += token;
        if (stack.length > maxDepth) return { kind: 'broken' };
        break;
      case '}':
      case ']':
        if (stack.at(-1) !== (token === '}' ? '{' : '[')) return { kind: 'broken' };
        stack = stack.slice(0, -1);
        break;
    }
  }
  return stack === '' ? { kind: 'closed' } : { kind: 'open', brackets: { stack, last } };
}

/** Whether a line that starts with this letter can follow. */
export function canFollow({ stack, last }: OpenBrackets, letter: string): boolean {
  const inObject = stack.endsWith('{');
  switch (last) {
    case '{':
      return letter === '"' || letter === '}';
    case '[':
      return !',}:'.includes(letter);
    case ',':
      return inObject ? letter === '"' || letter === '}' : !',}:'.includes(letter);
    case ':':
      return !',}]:'.includes(letter);
  }
  return ',}]:'.includes(letter);
}
