import { expect, test } from 'vitest';
import { apiClient } from '../../../src/providers/runcomfy/client.ts';
import { aJob, calm, endpointAt, failureOf } from '../../support/hosted-api.ts';
import { http, submitTo } from '../../support/raw-answers.ts';

async function asked(body: unknown, status = '429 Slow', headers = ''): Promise<number | null> {
  const { origin } = await submitTo((socket) => socket.end(http(status, JSON.stringify(body), headers)));
  return (await failureOf(apiClient(endpointAt(origin)).submit(aJob(), calm()))).retryAfterMs;
}

test.each([
  [{ retry_after: 12 }, 12_000],
  [{ retry_after: '12' }, 12_000],
  [{ retryAfter: 3.5 }, 3_500],
  [{ message: 'Slow down', error: { retry_after: '7s' } }, 7_000],
  [{ errors: [{ retry_after_ms: 1_500 }] }, 1_500],
  [{ detail: 'Request was throttled. Your rate limit resets in ~5s.' }, 5_000],
  [{ error: { message: 'Too many requests. Please try again in 12 seconds.' } }, 12_000],
  [{ message: 'Rate limit reached, retry after 1m30s' }, 90_000],
  [{ error: 'Wait 2 minutes and 5 seconds' }, 125_000],
  [{ error: 'Try again in 20.5s.' }, 20_500],
])('a 429 with the body %j asks for a wait of %d ms', async (body, ms) => {
  expect(await asked(body)).toBe(ms);
});

test.each([
  {},
  { retry_after: -5 },
  { retry_after: 'NaN' },
  { retry_after: '1e20' },
  { retry_after: null },
  { retry_after: [3] },
  { message: 'The limit is 60 requests per minute' },
  { message: 'Try again later' },
  { message: 'Retry in 3 meters' },
])('a 429 with the body %j asks for nothing', async (body) => {
  expect(await asked(body)).toBeNull();
});

test('a number beyond all bounds in a body is a long wait, not a wrong one', async () => {
  expect(await asked({ retry_after: 1e20 })).toBe(Number.MAX_SAFE_INTEGER);
});

test('the header goes before the body, and only a 429 or 503 asks for a wait by its body', async () => {
  expect(await asked({ retry_after: 12 }, '429 Slow', 'retry-after: 3\r\n')).toBe(3_000);
  expect(await asked({ retry_after: 12, message: 'try again in 4s' }, '400 Bad')).toBeNull();
});
