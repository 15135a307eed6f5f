import { type Answer, jsonAnswer } from '../simulated-answers.ts';

/**
 * Where a 429 says how long to wait: in Retry-After as seconds or as a date, in its JSON as `retry_after` or in words,
 * or nowhere.
 */
export const retryHints = ['seconds', 'date', 'body', 'text', 'none'] as const;
export type RetryHint = (typeof retryHints)[number];

/** 429. Waits are given in whole seconds, rounded up; a date has whole seconds too. */
export function paceRefused(message: string, waitMs: number, hint: RetryHint, now: number): Answer {
  const seconds = Math.max(1, Math.ceil(waitMs / 1_000));
  switch (hint) {
    case 'seconds':
      return jsonAnswer(429, { message }, { 'retry-after': String(seconds) });
    case 'date': {
      const date = new Date(Math.ceil((now + waitMs) / 1_000) * 1_000);
      return jsonAnswer(429, { message }, { 'retry-after': date.toUTCString() });
    }
    case 'body':
      return jsonAnswer(429, { message, retry_after: seconds });
    case 'text':
      return jsonAnswer(429, {
        detail: `Request was throttled. ${message} Your limit resets in ~${seconds}s.`,
      });
    case 'none':
      return jsonAnswer(429, { message });
  }
}
