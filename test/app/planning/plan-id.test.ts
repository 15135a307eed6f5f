import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planIdOf } from '../../../src/app/planning/plan-id.ts';
import { openReader } from '../../../src/store/ledger/reader.ts';
import { openStage } from '../../../src/store/stage/stage.ts';
import { adopt, at, jobId, ledgerWith, planned, temporaryFolder } from '../../store/store-support.ts';

const api = { models: ['m'], provider: 'runcomfy', address: 'https://api.example/' };
const idOf = (ids: Iterable<string>, more: Partial<typeof api> = {}): string =>
  planIdOf({ ...api, ...more, ids });

const prompts = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 30 });

/** The id of a plan of these prompts, in this order, of a folder that is empty. */
function staged(names: readonly string[], dir: string | null = null): string {
  const stage = openStage(dir);
  try {
    for (const name of names) stage.add(planned(name));
    return idOf(stage.idsToSubmit(false));
  } finally {
    stage.discard();
  }
}

test('the order of rows makes no other plan', () => {
  fc.assert(
    fc.property(
      prompts.chain((names) =>
        fc.tuple(fc.constant(names), fc.shuffledSubarray(names, { minLength: names.length })),
      ),
      ([names, others]) => {
        expect(staged(others)).toBe(staged(names));
      },
    ),
    { numRuns: 30 },
  );
});

test('any job more, less or other makes another plan', () => {
  fc.assert(
    fc.property(prompts, fc.nat(), fc.string({ minLength: 9, maxLength: 12 }), (names, nth, other) => {
      const at = nth % names.length;
      const id = staged(names);
      expect(staged([...names, other])).not.toBe(id);
      expect(staged(names.toSpliced(at, 1))).not.toBe(id);
      expect(staged(names.toSpliced(at, 1, other))).not.toBe(id);
    }),
    { numRuns: 30 },
  );
});

test('another API, provider or model makes another plan', () => {
  const id = idOf(['a', 'b']);
  expect(id).toMatch(/^[0-9a-f]{32}$/);
  expect(idOf(['a', 'b'], { address: 'https://other.example/' })).not.toBe(id);
  expect(planIdOf({ ...api, address: null, ids: ['a', 'b'] })).not.toBe(id);
  expect(idOf(['a', 'b'], { provider: 'other' })).not.toBe(id);
  expect(idOf(['a', 'b'], { models: ['n'] })).not.toBe(id);
  expect(idOf(['a', 'b'], { models: ['m'] })).toBe(id);
});

test('any number of ids is hashed alike, whatever is hashed in one go', () => {
  const many = Array.from({ length: 9_000 }, (_, n) => n.toString(16).padStart(16, '0'));
  expect(idOf(many)).toBe(idOf(new Set(many)));
  expect(idOf(many.toSpliced(4_096, 1))).not.toBe(idOf(many.toSpliced(4_095, 1)));
});

test('a folder has the id that its plan had on the stage, and another one when a job has gone', async () => {
  const names = ['owl', 'fox', 'hen'];
  const onStage = staged(names);
  const ledger = ledgerWith(...names);
  const reader = openReader(ledger.dir);
  expect(idOf(reader.idsToSubmit(false))).toBe(onStage);
  expect(staged(names, ledger.dir)).toBe(onStage);
  expect(staged([...names].reverse(), ledger.dir)).toBe(onStage);

  await ledger.record(jobId('fox'), { status: 'submitting', attempt: 1, since: at(2) }, at(2));
  const failure = { kind: 'unanswered', message: 'No answer.', http: null, code: null } as const;
  await ledger.record(jobId('fox'), { status: 'unknown', attempt: 1, since: at(2), failure }, at(3));
  expect(idOf(reader.idsToSubmit(false))).toBe(staged(['owl', 'hen']));
  expect(staged(names, ledger.dir)).toBe(staged(['owl', 'hen']));
  // With --on-unknown resubmit it is submitted again.
  expect(idOf(reader.idsToSubmit(true))).toBe(onStage);
  reader.close();
  await ledger.close();
});

test('a plan that drops a row drops its job, also where the folder has it', async () => {
  const ledger = ledgerWith('owl', 'fox');
  expect(staged(['owl'], ledger.dir)).toBe(staged(['owl'], temporaryFolder()));
  adopt(ledger, [planned('owl')]);
  const reader = openReader(ledger.dir);
  expect(idOf(reader.idsToSubmit(false))).toBe(staged(['owl']));
  reader.close();
  await ledger.close();
});
