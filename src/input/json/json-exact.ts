import type { JsonValue } from '../../core/json.ts';
import { jsonTree } from './json-tree.ts';
import { plainValue, type ValueNode } from './value-tree.ts';

/**
 * The value of a text that is known to be valid JSON and not deeply nested. For texts with escapes in their keys:
 * V8 may give such a key the name of another one that it has met before (nodejs/node#63785), in Node 24 and 26.
 */
export function exactJson(text: string): JsonValue {
  return plainValue(jsonTree(text) as ValueNode);
}
