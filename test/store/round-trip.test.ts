import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Failure, failureKinds } from '../../src/core/job/failures.ts';
import type { Instant, JobState, RequestId, SavedFile } from '../../src/core/job/job.ts';
import { resumed } from '../../src/core/job/lifecycle.ts';
import { fromColumns, toColumns } from '../../src/core/job/state-columns.ts';
import { isAtRest, notesOf, requestIdOf } from '../../src/core/job/state-facts.ts';
import type { JsonValue } from '../../src/core/json.ts';
import { openLedger } from '../../src/store/ledger/ledger.ts';
import { openReader } from '../../src/store/ledger/reader.ts';
import { aLink } from '../support/builders.ts';
import { sized } from '../support/tiers.ts';
import { at, jobId, ledgerWith } from './store-support.ts';

const instant = fc.integer({ min: 0, max: 4e12 }).map((ms) => ms as Instant);
const requestId = fc.stringMatching(/^[A-Za-z0-9_-]{1,40}$/).map((text) => text as RequestId);
const attempt = fc.integer({ min: 1, max: 9 });
const costUsd = fc.option(fc.double({ min: 0, max: 1e4, noNaN: true }).map((usd) => usd + 0));
const costEstimated = fc.constant(true as const);
const fail: fc.Arbitrary<Failure> = fc.record({
  kind: fc.constantFrom(...(Object.keys(failureKinds) as (keyof typeof failureKinds)[])),
  message: fc.string({ unit: 'grapheme' }),
  http: fc.option(fc.integer({ min: 100, max: 599 })),
  code: fc.option(fc.oneof(fc.integer(), fc.string())),
});
const stalled = fc.option(fail);
const pixels = fc.option(fc.integer({ min: 1, max: 10_000 }));
const file: fc.Arbitrary<SavedFile> = fc.record({
  path: fc.stringMatching(/^files\/[a-z0-9]{1,20}\.png$/),
  bytes: fc.integer({ min: 1, max: 2 ** 40 }),
  sha256: fc.stringMatching(/^[0-9a-f]{64}$/),
  original_sha256: fc.option(fc.stringMatching(/^[0-9a-f]{64}$/)),
  mime: fc.constant('image/png'),
  width: pixels,
  height: pixels,
});

/** A request that a provider names by its id alone, or by a reference as well. */
const named = fc.record(
  { requestId, ref: fc.json().map((text): JsonValue => JSON.parse(text) ?? 'null') },
  { requiredKeys: ['requestId'] },
);

function withRequest<T>(rest: fc.Arbitrary<T>) {
  return fc.tuple(named, rest).map(([request, state]) => ({ ...state, ...request }));
}

const anyState: fc.Arbitrary<JobState> = fc.oneof(
  fc.record({ status: fc.constant('pending'), attempt, stalled }),
  fc.record({ status: fc.constant('submitting'), attempt, since: instant }),
  withRequest(fc.record({ status: fc.constant('queued'), attempt, since: instant, stalled })),
  withRequest(
    fc.record({ status: fc.constant('running'), attempt, since: instant, startedAt: instant, stalled }),
  ),
  withRequest(
    fc.record({
      status: fc.constant('succeeded'),
      ...{ attempt, costUsd, stalled },
      outputs: fc.option(fc.array(fc.webUrl().map(aLink), { minLength: 1 })),
    }),
  ),
  withRequest(
    fc.record({
      status: fc.constant('succeeded'),
      ...{ attempt, costUsd: fc.constant(0.25), costEstimated, stalled, outputs: fc.constant(null) },
    }),
  ),
  withRequest(
    fc.record(
      {
        status: fc.constant('done'),
        attempt,
        files: fc.array(file, { maxLength: 4 }),
        costUsd,
        notes: fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 3 }),
      },
      { requiredKeys: ['status', 'attempt', 'files', 'costUsd'] },
    ),
  ),
  fc.record({
    status: fc.constantFrom('failed', 'cancelled', 'lost'),
    ...{ attempt, requestId: fc.constant(null), failure: fail, costUsd },
  }),
  withRequest(
    fc.record({
      status: fc.constantFrom('failed', 'cancelled', 'lost'),
      ...{ attempt, failure: fail, costUsd },
    }),
  ),
  withRequest(
    fc.record({
      status: fc.constantFrom('failed', 'cancelled'),
      ...{ attempt, failure: fail, costUsd: fc.constant(0.25), costEstimated },
    }),
  ),
  fc.record({ status: fc.constant('unknown'), attempt, since: instant, failure: fail }),
) as fc.Arbitrary<JobState>;

test('every state comes back from its columns, but for links, which expire', () => {
  fc.assert(
    fc.property(anyState, (state) => {
      const files = state.status === 'done' ? state.files : [];
      const expected = state.status === 'succeeded' ? { ...state, outputs: null } : state;
      expect(fromColumns(toColumns(state), files)).toEqual(expected);
    }),
  );
});

/** The last state as it is resumed; a result whose files were saved before, in the same attempt, says so. */
function resumedAfter(states: readonly JobState[]): JobState {
  const expected = resumed(states.at(-1) as JobState);
  const saved = states.findLast((state) => state.status === 'done' && state.attempt === expected.attempt);
  const isSaved = saved?.status === 'done' && saved.files.length > 0;
  return expected.status === 'succeeded' && isSaved ? { ...expected, savedBefore: true } : expected;
}

test('after reopening, a job goes on from its last recorded state as resumed reads it, or rests', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyState, { minLength: 1, maxLength: 4 }), async (states) => {
      const ledger = ledgerWith('a');
      const id = jobId('a');
      for (const state of states) await ledger.record(id, state, at(7));
      await ledger.close();

      const expected = resumedAfter(states);
      const again = openLedger(ledger.dir);
      const claimed = await again.claim(5);
      await again.close();
      expect(claimed.map(({ state }) => state)).toEqual(isAtRest(expected.status) ? [] : [expected]);

      const reader = openReader(ledger.dir);
      const [line] = reader.find(id);
      reader.close();
      expect(line).toMatchObject({ state: expected.status, request_id: requestIdOf(expected) });
      if (expected.status === 'done') expect(line?.outputs).toEqual(expected.files);
      expect(line?.notes).toEqual(notesOf(expected));
    }),
    { numRuns: sized(10, 40) },
  );
});
