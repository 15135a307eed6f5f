import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextFile, type Place } from '../../src/view/page/walk.ts';
import { pageJob, pictureOf } from './box-jobs.ts';

const mates = fc
  .array(fc.nat(3), { minLength: 1, maxLength: 5 })
  .map((counts) =>
    counts.map((count, x) =>
      pageJob(x, 0, { outputs: Array.from({ length: count }, (_, file) => pictureOf(x, 0, file)) }),
    ),
  );

test('walking forwards meets every file of a cell once, jobs without files too, and backwards the same', () => {
  fc.assert(
    fc.property(mates, (jobs) => {
      const walked: Place[] = [];
      for (let at: Place | null = { job: jobs[0] as Place['job'], file: 0 }; at; at = nextFile(at, jobs, 1))
        walked.push(at);
      const places = jobs.flatMap((job) =>
        (job.outputs.length === 0 ? [0] : job.outputs.map((_, file) => file)).map((file) => ({ job, file })),
      );
      expect(walked).toEqual(places);
      const back: Place[] = [];
      for (let at: Place | null = walked.at(-1) ?? null; at; at = nextFile(at, jobs, -1)) back.push(at);
      expect(back).toEqual(places.reverse());
    }),
  );
});

test('a job that stands in no cell has its own files alone', () => {
  const job = pageJob(0, 0);
  expect(nextFile({ job, file: 0 }, [], 1)).toBeNull();
  expect(nextFile({ job, file: 0 }, [], -1)).toBeNull();
});
