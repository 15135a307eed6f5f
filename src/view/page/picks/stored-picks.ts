import { isJsonObject, type JsonObject } from '../../../core/json.ts';
import type { Pick } from '../state/app.ts';

/** Stars and notes as the text that the browser stores. */
export function storedText(picks: Iterable<Pick>): string {
  const members = [...picks].map(({ job, isStarred, note }) => [job, { starred: isStarred, note }] as const);
  return JSON.stringify(Object.fromEntries(members));
}

/** Picks by job; null: this page did not write the text. */
export function readStored(text: string): Map<string, Pick> | null {
  const kept = jsonOf(text);
  if (!isJsonObject(kept)) return null;
  const picks = new Map<string, Pick>();
  for (const [job, entry] of Object.entries(kept)) {
    if (!isJsonObject(entry)) return null;
    const { starred, note } = entry as JsonObject;
    if (typeof starred !== 'boolean' || typeof note !== 'string') return null;
    picks.set(job, { job, isStarred: starred, note });
  }
  return picks;
}

export function isWorthKeeping({ isStarred, note }: Pick): boolean {
  return isStarred || note !== '';
}

/** null: the text is not JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
