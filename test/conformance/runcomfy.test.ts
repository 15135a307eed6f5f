import { realClock } from '../../src/app/real-clock.ts';
import { openConnections } from '../../src/http/connections.ts';
import { transportOver } from '../../src/http/exchange.ts';
import { runcomfy } from '../../src/providers/runcomfy/runcomfy.ts';
import { bodyKey } from '../../src/simulator/census.ts';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { aJob } from '../support/builders.ts';
import { providerConformance } from './provider-conformance.ts';
import { submissionsOf } from './submission-conduct.ts';

providerConformance('RunComfy with its simulator', async () => {
  // Its clock is ours, so that nothing starts or ends while a test looks.
  let nowMs = 1_700_000_000_000;
  const latencyMs = 1_000;
  const simulator = await startSimulator({
    slots: 1,
    latency: { kind: 'fixed', ms: latencyMs },
    clock: () => nowMs,
  });
  const connections = openConnections({ api: 4, files: 1 });
  const base = new URL(simulator.baseUrl);
  return {
    client: await runcomfy.open({ base, token: 'any' }, transportOver(connections.api, realClock.now)),
    jobs: {
      cat: aJob({ prompt: 'a cat', seed: 1 }),
      dog: aJob({ prompt: 'a dog', seed: 2 }),
      refused: aJob({ prompt: 'a cat', seed: -1 }),
    },
    manner: { cost: 'told', cancelsRunning: 'not_cancellable' },
    accepted: async ({ model, input }) => simulator.census().accepted[bodyKey(model, input)] ?? 0,
    async untilEnded() {
      nowMs += latencyMs + 1;
    },
    submitsWill: submissionsOf(simulator),
    async close() {
      await connections.close();
      await simulator.close();
    },
  };
});
