import { createHash } from 'node:crypto';
import type { JsonObject, JsonValue } from '../../core/json.ts';

/** What a request was sent, to tell what a server merely gives back. */
export interface SentBody {
  /** Whether this text, or a link that reads the same, was in it. */
  hasText(text: string): boolean;
  /** Whether these bytes were in it, as a file of the run folder. */
  hasBytes(bytes: Uint8Array): boolean;
  /** A text without what was in the body: its words are the user's, not the server's. */
  without(text: string): string;
}

const fileMarker = /^@inputs\/([0-9a-f]{64})\./;

// Shorter texts would tear words apart.
const shortestQuote = 4;

export function sentBody(body: JsonObject | null): SentBody {
  const texts = new Set<string>();
  const files = new Set<string>();
  collect(body, (text) => {
    const file = fileMarker.exec(text)?.[1];
    if (file === undefined) texts.add(plain(text));
    else files.add(file);
  });
  return {
    hasText: (text) => texts.has(plain(text)),
    hasBytes: (bytes) => files.size > 0 && files.has(createHash('sha256').update(bytes).digest('hex')),
    without: (text) =>
      [...texts]
        .filter((quote) => quote.length >= shortestQuote)
        .sort((a, b) => b.length - a.length)
        .reduce((rest, quote) => rest.replaceAll(quote, ' '), text),
  };
}

function plain(text: string): string {
  const trimmed = text.trim();
  return /^https?:\/\//i.test(trimmed) ? (URL.parse(trimmed)?.href ?? trimmed) : trimmed;
}

function collect(value: JsonValue, take: (text: string) => void): void {
  if (typeof value === 'string') take(value);
  else if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) collect(member, take);
  }
}
