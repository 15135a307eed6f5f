import { isJsonObject, type JsonObject } from '../core/json.ts';
import type { Counting } from './census.ts';
import type { Endpoint } from './faults/fault-rules.ts';
import type { OutageWatch } from './faults/outages.ts';
import type { Answer } from './simulated-answers.ts';
import type { Settings } from './simulator-options.ts';

/** What both origins share. `now` is milliseconds since the epoch. */
export interface Stage {
  readonly seed: number;
  readonly settings: Settings;
  readonly counts: Counting;
  readonly outages: OutageWatch;
  readonly now: () => number;
  /** How often this was asked before with the same key. */
  readonly turnOf: (...words: readonly string[]) => number;
  readonly filesUrl: () => string;
  /** What the file origin answers for a link. */
  readonly fileBehind: (link: string) => Answer;
}

/** One call, recognised by its head. */
export interface Call {
  readonly endpoint: Endpoint;
  /** What the dice for it depend on, together with how often it came; the body is empty for reads. */
  readonly keyOf: (body: Buffer) => string;
  /** Refuses calls before anything else: wrong tokens, and clients that call too often. */
  readonly guard?: () => Answer | null;
  readonly perform: (body: Buffer) => Answer;
}

/** The JSON object in a body; null: there is none. */
export function objectIn(body: Buffer): JsonObject | null {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}
