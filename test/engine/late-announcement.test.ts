import { expect, test } from 'vitest';
import type { JobState } from '../../src/core/job/job.ts';
import type { RunEvent } from '../../src/core/ports.ts';
import { drive } from '../../src/engine/drive.ts';
import { aJob, at } from '../support/builders.ts';
import { handles } from '../support/running.ts';

test('a job counts as submitted from when it was announced, not from when that began to wait', async () => {
  const observed: RunEvent[] = [];
  const pending: JobState = { status: 'pending', attempt: 1, stalled: null };
  const state = await drive(aJob({ prompt: 'a cat', seed: 1 }), pending, 'enter', {
    ledger: { record: async (_, { status }, now) => (status === 'submitting' ? at(60_000) : now) },
    clock: { now: () => at(1) },
    observe: (event) => observed.push(event),
    perform: async (step) => (step.type === 'announce' ? { type: 'announced', at: at(1) } : null),
    costed: (event) => event,
    stop: handles().stop,
  });
  const submitting: JobState = { status: 'submitting', attempt: 1, since: at(60_000) };
  expect(state).toEqual(submitting);
  expect(observed).toMatchObject([{ from: pending, state: submitting, at: at(60_000) }]);
});
