// The same jobs as the bare loop's, through the real thing.
import { runJobs } from './batch.ts';
import { measure } from './workload.ts';

const [base = '', count = '1000', concurrency = '64'] = process.argv.slice(2);

await runJobs(
  base,
  Number(count),
  {
    concurrency: { atMost: Number(concurrency), adapts: false },
    submits: Number(concurrency),
    // The simulator answers at once: waiting would be measured, not work.
    pace: { everyMs: 0.001 },
    looksPerSecond: 1e9,
  },
  (work) => measure(Number(count), work),
);
