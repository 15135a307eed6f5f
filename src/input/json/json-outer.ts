import { skipSpace, stringAt, stringEnd } from './json-walk.ts';

/** A member of an object whose value has not been looked into. */
export interface OuterMember {
  readonly name: string;
  /** Where the key, and where the value starts. */
  readonly at: number;
  readonly value: number;
  /** The offset after the value and its trailing white space. */
  readonly end: number;
}

interface OuterObject {
  readonly members: readonly OuterMember[];
  /** The offset after the closing brace. */
  readonly end: number;
}

/** The members of the object that starts at `opening`, found by brackets only; null where they do not match. */
export function outerObject(text: string, opening: number): OuterObject | null {
  const members: OuterMember[] = [];
  let at = skipSpace(text, opening + 1);
  while (text[at] !== '}') {
    const keyEnd = text[at] === '"' ? stringEnd(text, at) : 0;
    const colon = skipSpace(text, keyEnd);
    if (keyEnd === 0 || text[colon] !== ':') return null;
    const value = skipSpace(text, colon + 1);
    const name = keyAt(text, at, keyEnd);
    const end = skipSpace(text, valueEnd(text, value));
    if (name === null || (text[end] !== ',' && text[end] !== '}')) return null;
    members.push({ name, at, value, end });
    at = text[end] === ',' ? skipSpace(text, end + 1) : end;
  }
  return { members, end: at + 1 };
}

/** The first member whose name an earlier one has, too. */
export function doubledMember(members: readonly OuterMember[]): OuterMember | undefined {
  const names = new Set<string>();
  return members.find(({ name }) => names.size === names.add(name.toLowerCase()).size);
}

function keyAt(text: string, from: number, to: number): string | null {
  try {
    return stringAt(text, from, to);
  } catch {
    return null;
  }
}

/** The offset after the value that starts here; the end of the text where brackets and quotes do not show it. */
export function valueEnd(text: string, at: number): number {
  switch (text[at]) {
    case '"':
      return stringEnd(text, at) || text.length;
    case '{':
    case '[':
      return bracketEnd(text, at);
  }
  return Math.max(itemEnd(text, at), at + 1);
}

function bracketEnd(text: string, opening: number): number {
  let depth = 0;
  for (let at = opening; at < text.length; at += 1) {
    const letter = text[at];
    if (letter === '"') {
      const end = stringEnd(text, at);
      if (end === 0) return text.length;
      at = end - 1;
    } else if (letter === '{' || letter === '[') depth += 1;
    else if (letter === '}' || letter === ']') depth -= 1;
    if (depth === 0) return at + 1;
  }
  return text.length;
}

/** Where the item that starts here ends: at a comma or closing bracket outside of it, or at the end of the text. */
export function itemEnd(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    switch (text[at]) {
      case '"': {
        const end = stringEnd(text, at);
        if (end === 0) return text.length;
        at = end - 1;
        break;
      }
      case '{':
      case '[':
        depth += 1;
        break;
      case '}':
      case ']':
        if (depth === 0) return at;
        depth -= 1;
        break;
      case ',':
        if (depth === 0) return at;
        break;
    }
  }
  return text.length;
}
