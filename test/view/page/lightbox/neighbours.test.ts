import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextFile, type ShownFile } from '../../../../src/view/page/lightbox/neighbours.ts';
import { jobAt, pictureAt } from '../page-builders.ts';

const cells = fc
  .array(fc.nat(3), { minLength: 1, maxLength: 5 })
  .map((counts) =>
    counts.map((count, x) =>
      jobAt(x, 0, { outputs: Array.from({ length: count }, (_, file) => pictureAt(x, 0, file)) }),
    ),
  );

test('stepping forwards reaches every file of a cell once, and jobs without files, and backwards the same', () => {
  fc.assert(
    fc.property(cells, (jobs) => {
      const walked: ShownFile[] = [];
      for (
        let at: ShownFile | null = { job: jobs[0] as ShownFile['job'], file: 0 };
        at;
        at = nextFile(at, jobs, 1)
      )
        walked.push(at);
      const files = jobs.flatMap((job) =>
        (job.outputs.length === 0 ? [0] : job.outputs.map((_, file) => file)).map((file) => ({ job, file })),
      );
      expect(walked).toEqual(files);
      const back: ShownFile[] = [];
      for (let at: ShownFile | null = walked.at(-1) ?? null; at; at = nextFile(at, jobs, -1)) back.push(at);
      expect(back).toEqual(files.reverse());
    }),
  );
});

test('a job that is in no cell has only its own files', () => {
  const job = jobAt(0, 0);
  expect(nextFile({ job, file: 0 }, [], 1)).toBeNull();
  expect(nextFile({ job, file: 0 }, [], -1)).toBeNull();
});
