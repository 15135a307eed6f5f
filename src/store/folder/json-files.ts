import { readFileSync, statSync } from 'node:fs';
import type { JsonValue } from '../../core/json.ts';

/** What a JSON file of ours holds; null: it is missing, damaged, larger than `maxBytes`, or cannot be read. */
export function jsonIn(path: string, maxBytes: number): JsonValue {
  try {
    return statSync(path).size > maxBytes ? null : (JSON.parse(readFileSync(path, 'utf8')) as JsonValue);
  } catch (error) {
    if (error instanceof SyntaxError || isOfTheSystem(error)) return null;
    throw error;
  }
}

/** Whether an error comes from the operating system, not from a mistake of ours. */
export function isOfTheSystem(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
