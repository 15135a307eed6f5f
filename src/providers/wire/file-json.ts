import type { JsonValue } from '../../core/json.ts';
import { cleanText } from '../../http/server-text.ts';

/** The JSON in a user's file, with or without a byte order mark. `wrong` makes the error of what is said of the file. */
export function fileJson(text: string, wrong: (what: string) => Error): JsonValue {
  try {
    return JSON.parse(text.replace(/^\ufeff/, '')) as JsonValue;
  } catch (error) {
    const why = error instanceof Error ? cleanText(error.message, '', 160) : '';
    throw wrong(text.trim() === '' ? 'is empty' : `is not JSON: ${why}`);
  }
}
