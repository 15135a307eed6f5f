import type { JsonObject, JsonValue } from '../core/json.ts';
import { oneOf, roll } from './simulated-dice.ts';
import type { Standing } from './simulated-requests.ts';
import type { OutputForm, Wording } from './simulator-options.ts';

/** The answer to an accepted submission: the id, with or without URLs, with 200 or 202. */
export function acceptedForm(
  wording: Wording,
  seed: number,
  id: string,
  urls: JsonObject,
): { readonly status: number; readonly body: JsonObject } {
  const drawn = wording === 'plain' ? 0 : roll(seed, 'accepted form', id);
  if (drawn < 0.4) return { status: 200, body: { request_id: id, ...urls } };
  return drawn < 0.7
    ? { status: 202, body: { request_id: id, status: 'in_queue' } }
    : { status: 200, body: { request_id: id } };
}

const plainWords = {
  queued: 'in_queue',
  running: 'in_progress',
  succeeded: 'completed',
  failed: 'completed',
  cancelled: 'cancelled',
} as const satisfies Record<Standing['state'], string>;

const variedWords: Readonly<Record<Standing['state'], readonly [string, ...string[]]>> = {
  queued: ['in_queue', 'in_queue', 'pending', 'waiting'],
  running: ['in_progress', 'in_progress', 'starting', 'processing'],
  succeeded: ['completed'],
  failed: ['completed', 'failed'],
  cancelled: ['cancelled', 'canceled'],
};

/** The word of `/status`: `completed` says that it has ended, not how. */
export function stateWord(wording: Wording, seed: number, id: string, state: Standing['state']): string {
  if (wording === 'plain') return plainWords[state];
  return cased(wording, seed, id, oneOf(variedWords[state], roll(seed, 'state word', id)));
}

/** One request in five gets its state in capitals. */
export function cased(wording: Wording, seed: number, id: string, word: string): string {
  return wording === 'varied' && roll(seed, 'capitals', id) < 0.2 ? word.toUpperCase() : word;
}

/** `drawn` in [0, 1) decides where there is a choice. */
export function outputOf(
  makes: 'image' | 'video',
  links: readonly string[],
  form: OutputForm,
  drawn: number,
): JsonValue {
  const isBare = form === 'bare' || (form === 'mixed' && drawn < 0.5);
  if (!isBare) return { [makes]: links[0] ?? null, [`${makes}s`]: links };
  const asText = (form === 'bare' ? drawn : drawn * 2) < 0.5;
  return links.length === 1 && asText ? (links[0] as string) : links;
}

/** `2026-11-28T22:00:48.641123+00:00`: in microseconds; this server's clock provides only the first three digits. */
export function timestamp(ms: number): string {
  const micros = String((Math.trunc(ms) * 7_919) % 1_000).padStart(3, '0');
  return new Date(ms).toISOString().replace('Z', `${micros}+00:00`);
}

/** The error of a failed generation. The API does not document the form, so clients must understand each of these. */
export const generationErrors: readonly [JsonValue, ...JsonValue[]] = [
  'The worker was lost while it ran.',
  'Model run failed',
  { error_code: 500101, error_message: 'The worker ran out of memory.' },
  { message: 'Generation failed.', details: [{ node: 'KSampler', type: 'runtime_error' }] },
  [{ errorCode: 'RUNTIME_ERROR', error: 'CUDA error: an illegal memory access', debugInfo: 'node 12' }],
  [
    {
      errorCode: 'NODE_FAILED',
      error: 'The node KSampler failed.',
      debugInfo: 'Traceback (most recent call last)',
    },
    { errorCode: 'WORKFLOW_FAILED', error: 'The workflow ended early.', debugInfo: '' },
  ],
];
