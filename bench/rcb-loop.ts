// The same jobs as the bare loop's, through the real thing.
import { join } from 'node:path';
import { runJobs } from './batch.ts';
import { measure } from './workload.ts';

const [home = '', base = '', count = '1000', concurrency = '64', recipes = 'without'] = process.argv.slice(2);

let timed = {};
const { calls } = await runJobs(
  join(home, `rcb-${process.pid}`),
  base,
  Number(count),
  {
    concurrency: { max: Number(concurrency), adapts: false },
    maxSubmissions: Number(concurrency),
    embeds: recipes === 'with',
    // The simulator answers at once: waiting would be measured, not work.
    pace: { everyMs: 0.001 },
    maxPollsPerSecond: 1e9,
  },
  async (work) => {
    timed = await measure(Number(count), work);
  },
);
console.log(JSON.stringify({ ...timed, calls }));
