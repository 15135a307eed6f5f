import { expect, test } from 'vitest';
import type { JobState } from '../../src/core/job/job.ts';
import type { RunEvent } from '../../src/core/ports.ts';
import { LeaseLost } from '../../src/core/sharing/shared-ledger.ts';
import { drive } from '../../src/engine/drive.ts';
import { aJob, at, requestId } from '../support/builders.ts';
import { handles } from '../support/running.ts';

const job = aJob({ prompt: 'a cat' });
const queued: JobState = {
  ...{ status: 'queued', attempt: 1, requestId: requestId('r-1'), since: at(1), stalled: null },
};

test('a job that another runner has taken meanwhile is let go of after what has happened to it is told', async () => {
  const observed: RunEvent[] = [];
  let isLost = false;
  const driven = drive(job, queued, 'watch', {
    ledger: {
      async record(_, __, now) {
        isLost = true;
        return now;
      },
      tenure: {
        onLost() {},
        ended() {},
        check(id) {
          if (isLost) throw new LeaseLost(id);
        },
      },
    },
    clock: { now: () => at(2) },
    observe: (event) => observed.push(event),
    perform: async () => ({ type: 'started' }),
    costed: (event) => event,
    stop: handles().stop,
  });
  await expect(driven).rejects.toBeInstanceOf(LeaseLost);
  expect(observed).toMatchObject([{ type: 'advanced', from: queued, state: { status: 'running' } }]);
});
