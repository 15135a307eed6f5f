import type { JsonValue } from '../../core/json.ts';
import { skipSpace, stringAt, stringEnd } from './json-walk.ts';
import { type MapEntry, plainValue, type Scalar, type ValueNode } from './value-tree.ts';

const scalar = /[^\s,\]}]+/y;

interface Found {
  readonly node: ValueNode;
  /** The offset after it. */
  readonly end: number;
}

/**
 * The values of a text that is known to be valid JSON, not deeply nested and free of duplicate keys; null where there
 * are more than `max` values.
 */
export function jsonTree(text: string, max: number = Number.POSITIVE_INFINITY): ValueNode | null {
  let left = max;
  const { node } = nodeAt(skipSpace(text, 0));
  return left < 0 ? null : node;

  function nodeAt(at: number): Found {
    left -= 1;
    switch (text[at]) {
      case '{':
        return mapAt(at);
      case '[':
        return listAt(at);
      case '"': {
        const end = stringEnd(text, at);
        return { node: { kind: 'scalar', at, value: stringAt(text, at, end) }, end };
      }
    }
    scalar.lastIndex = at;
    const written = scalar.exec(text)?.[0] as string;
    const value = JSON.parse(written) as Scalar;
    return { node: { kind: 'scalar', at, value }, end: at + written.length };
  }

  function mapAt(opening: number): Found {
    const entries: MapEntry[] = [];
    let at = skipSpace(text, opening + 1);
    while (left >= 0 && text[at] !== '}') {
      const keyEnd = stringEnd(text, at);
      const colon = skipSpace(text, keyEnd);
      const { node, end } = nodeAt(skipSpace(text, colon + 1));
      entries.push({ name: stringAt(text, at, keyEnd), at, value: node });
      at = behindComma(text, end);
    }
    return { node: { kind: 'map', at: opening, entries }, end: at + 1 };
  }

  function listAt(opening: number): Found {
    const items: ValueNode[] = [];
    let at = skipSpace(text, opening + 1);
    while (left >= 0 && text[at] !== ']') {
      const { node, end } = nodeAt(at);
      items.push(node);
      at = behindComma(text, end);
    }
    return { node: { kind: 'list', at: opening, items }, end: at + 1 };
  }
}

function behindComma(text: string, end: number): number {
  const at = skipSpace(text, end);
  return text[at] === ',' ? skipSpace(text, at + 1) : at;
}

/**
 * The value of a text that is known to be valid JSON and not deeply nested. For texts with escapes in their keys:
 * V8 may give such a key the name of another one that it has met before (nodejs/node#63785), in Node 24 and 26.
 */
export function exactJson(text: string): JsonValue {
  return plainValue(jsonTree(text) as ValueNode);
}
