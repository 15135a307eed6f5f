import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { JobFailure } from '../../../src/core/job/failures.ts';
import type { JobState } from '../../../src/core/job/job.ts';
import type { RunEvent, Stop } from '../../../src/core/ports.ts';
import { ledgerRecords } from '../../../src/store/ledger/ledger-records.ts';
import { at, jobId, requestId } from '../store-support.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const busy = Object.assign(new Error('database is locked'), { errcode: 5 });
const announced: JobState = { status: 'submitting', attempt: 1, since: at(1) };
const accepted: JobState = {
  status: 'queued',
  attempt: 1,
  requestId: requestId('r1'),
  since: at(1),
  stalled: null,
};
const running: JobState = { ...accepted, status: 'running' };

/** Records of a ledger that is held from the start, with what was kept and what was told. */
function heldLedger() {
  const kept: string[] = [];
  const events: RunEvent[] = [];
  const told: string[] = [];
  const held = { now: true };
  const records = ledgerRecords('manifest.db', (entries) => {
    if (held.now) throw busy;
    kept.push(...entries.map(({ job, state }) => `${job === jobId('a') ? 'a' : 'b'} ${state.status}`));
    return null;
  });
  records.wait((event) => events.push(event));
  const drain = new AbortController();
  const leave = new AbortController();
  const stop: Stop = { drain: drain.signal, leave: leave.signal };
  function record(job: 'a' | 'b', state: JobState): void {
    const name = `${job} ${state.status}`;
    records.record(jobId(job), state, at(1), stop).then(
      () => told.push(`${name} kept`),
      (error) => told.push(`${name} ${error instanceof JobFailure ? error.failure.kind : error.message}`),
    );
  }
  return { records, kept, events, told, held, drain, leave, record };
}

test('a ledger that is held for a moment is waited for without a word', async () => {
  const { kept, events, told, held, record } = heldLedger();
  record('a', accepted);
  record('b', announced);
  await vi.advanceTimersByTimeAsync(500);
  expect(told).toEqual([]);
  held.now = false;
  await vi.advanceTimersByTimeAsync(500);
  expect(kept).toEqual(['a queued', 'b submitting']);
  expect(told).toEqual(['a queued kept', 'b submitting kept']);
  expect(events).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});

test('one that is held for longer is told once, and what was recorded meanwhile is kept in its order', async () => {
  const { kept, events, held, record } = heldLedger();
  record('a', accepted);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(events).toMatchObject([
    { type: 'waiting', for: 'ledger', message: expect.stringContaining('held') },
  ]);
  record('a', running);
  record('b', announced);
  await vi.advanceTimersByTimeAsync(20_000);
  held.now = false;
  await vi.advanceTimersByTimeAsync(500);
  expect(kept).toEqual(['a queued', 'a running', 'b submitting']);
  expect(events.slice(1)).toMatchObject([{ type: 'resumed', for: 'ledger' }]);
});

test('an announcement that still waits when the run is stopped is never kept', async () => {
  const { kept, told, held, drain, record } = heldLedger();
  record('a', accepted);
  record('b', announced);
  await vi.advanceTimersByTimeAsync(2_000);
  drain.abort(new Error('stopped'));
  await vi.advanceTimersByTimeAsync(500);
  expect(told).toEqual(['b submitting stopped']);
  held.now = false;
  await vi.advanceTimersByTimeAsync(500);
  expect(kept).toEqual(['a queued']);
});

test('after minutes nothing more is announced, and nobody waits any longer for what has happened to be kept', async () => {
  const { records, kept, told, held, record } = heldLedger();
  record('a', accepted);
  record('b', announced);
  await vi.advanceTimersByTimeAsync(299_000);
  expect(told).toEqual([]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(told).toEqual(['a queued kept', 'b submitting ledger_held']);
  record('b', announced);
  record('a', running);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(told.slice(2)).toEqual(['b submitting ledger_held', 'a running kept']);
  expect(kept).toEqual([]);
  held.now = false;
  records.flush();
  expect(kept).toEqual(['a queued', 'a running']);
  expect(records.take()).toEqual([]);
});

test('when the run is left nobody waits either, and what is not kept can be taken away', async () => {
  const { records, told, leave, drain, record } = heldLedger();
  record('a', accepted);
  await vi.advanceTimersByTimeAsync(2_000);
  drain.abort(new Error('left'));
  leave.abort(new Error('left'));
  await vi.advanceTimersByTimeAsync(500);
  expect(told).toEqual(['a queued kept']);
  expect(records.take()).toMatchObject([{ job: jobId('a'), state: accepted }]);
  expect(vi.getTimerCount()).toBe(0);
});
