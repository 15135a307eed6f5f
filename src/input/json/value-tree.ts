import type { JsonValue } from '../../core/json.ts';

/** A value of a JSON or YAML text with where it starts, as an offset. */
export type ValueNode =
  | { readonly kind: 'scalar'; readonly at: number; readonly value: Scalar }
  | { readonly kind: 'list'; readonly at: number; readonly items: readonly ValueNode[] }
  | MapNode;

export interface MapNode {
  readonly kind: 'map';
  readonly at: number;
  /** In the order of the text; no name appears twice. */
  readonly entries: readonly MapEntry[];
}

export interface MapEntry {
  readonly name: string;
  /** Where the key starts. */
  readonly at: number;
  readonly value: ValueNode;
}

export type Scalar = null | boolean | number | string;

/** No person writes a list with more values than this, and its tree would not fit into memory. */
export const maxValues = 1_500_000;

export const tooManyValues =
  'this is too much for a sweep; put the rows into a JSONL or CSV file of their own and name it under input.';

/** The plain value of a node. */
export function plainValue(node: ValueNode): JsonValue {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(plainValue);
    case 'map':
      // Unlike an assignment, it takes `__proto__` for a name like any other.
      return Object.fromEntries(node.entries.map(({ name, value }) => [name, plainValue(value)]));
  }
}
