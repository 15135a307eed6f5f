import type { JsonObject } from './json.ts';
import type { Price } from './money/prices.ts';

/**
 * A model as its provider describes it. `inputSchema` is standard JSON Schema (2020-12) in which links to media have
 * the format `image_uri`, `video_uri` or `audio_uri`, and a text that may be a data URI the format `data_uri`. Where keys
 * of inputs are addresses such as `6.text`, `x-names` lists what else an input may be called, `title` begins with what
 * people call its group, before ` · `, and an input that something else in the model fills is `readOnly`.
 */
export interface Model {
  readonly id: string;
  readonly displayName: string | null;
  readonly description: string | null;
  readonly categories: readonly string[];
  /** How it is run, where the catalogue says so: `model`, `workflow`, `inference`. What it makes is in `categories`. */
  readonly kind: string | null;
  /** null: unknown. */
  readonly price: Price | null;
  readonly pricingNote: string | null;
  readonly modelUrl: string | null;
  /** null: the catalogue does not say. */
  readonly inputSchema: JsonObject | null;
  /** How many of its requests the API works on or lets wait without delay at once; absent: it does not say. */
  readonly capacity?: number;
  /** How long a machine takes to start before it works on its first request; absent: none has to start. */
  readonly coldStartMs?: number;
  /** The most machines that work on its requests; absent: the API does not say. */
  readonly machines?: number;
  /** How long a machine keeps running, and is billed, after its last request; absent: the API does not say. */
  readonly keepWarmMs?: number;
}
