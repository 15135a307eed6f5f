import { aJob, at } from '../support/builders.ts';
import { sharedMemory } from '../support/shared-memory.ts';
import { sharedLedgerConformance } from './shared-ledger-conformance.ts';

sharedLedgerConformance('the ledger in memory', async (count) => {
  let now = 1_700_000_000_000;
  const memory = sharedMemory(() => at(now));
  const jobs = Array.from({ length: count }, (_, seed) => aJob({ prompt: 'a cat', seed }));
  memory.put(jobs);
  return {
    jobs: jobs.map(({ id }) => id),
    join: async (runner) => memory.join(runner),
    async pass(ms) {
      now += ms;
    },
    close: async () => {},
  };
});
