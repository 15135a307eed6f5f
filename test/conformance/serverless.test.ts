import { expect, onTestFinished, test } from 'vitest';
import { realClock } from '../../src/app/real-clock.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { openConnections } from '../../src/http/connections.ts';
import { transportOver } from '../../src/http/exchange.ts';
import { serverless } from '../../src/providers/serverless/serverless.ts';
import { bodyKey } from '../../src/simulator/census.ts';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { aJob } from '../support/builders.ts';
import { providerConformance } from './provider-conformance.ts';
import { submissionsOf } from './submission-conduct.ts';

/** A deployment of a workflow, one of a LoRA, and what either takes and refuses. */
const kinds: Readonly<
  Record<string, { model: string; cat: JsonObject; dog: JsonObject; refused: JsonObject }>
> = {
  workflow: {
    model: 'deployment:11111111-1111-4111-8111-111111111111',
    cat: { '6.text': 'a cat', '31.seed': 1 },
    dog: { '6.text': 'a dog', '31.seed': 2 },
    refused: { '6.text': 'a cat', '31.seed': 0.5 },
  },
  LoRA: {
    model: 'deployment:33333333-3333-4333-8333-333333333333',
    cat: { prompt: 'a cat', seed: 1 },
    dog: { prompt: 'a dog', seed: 2 },
    refused: { prompt: 'a cat', seed: -1 },
  },
};

test('a submission without inputs runs the workflow as it is', async () => {
  const simulator = await startSimulator({ wording: 'plain' });
  const connections = openConnections({ api: 1, files: 1 });
  onTestFinished(async () => {
    await connections.close();
    await simulator.close();
  });
  const base = serverless.address.parse(simulator.baseUrl);
  const client = await serverless.open({ base, token: 'any' }, transportOver(connections.api, realClock.now));
  const job = aJob({}, { model: kinds.workflow?.model as string });
  await client.submit(job, new AbortController().signal);
  expect(simulator.census().accepted[bodyKey(job.model, {})]).toBe(1);
});

for (const [kind, { model, cat, dog, refused }] of Object.entries(kinds)) {
  for (const wording of ['plain', 'varied'] as const) {
    providerConformance(`RunComfy Serverless with its simulator, a ${kind}, ${wording} answers`, async () => {
      // Its clock is ours, so that nothing starts or ends while a test looks.
      let nowMs = 1_700_000_000_000;
      const latencyMs = 1_000;
      const simulator = await startSimulator({
        maxInstances: 1,
        coldStartMs: 0,
        latency: { kind: 'fixed', ms: latencyMs },
        wording,
        clock: () => nowMs,
      });
      const connections = openConnections({ api: 4, files: 1 });
      const base = serverless.address.parse(simulator.baseUrl);
      return {
        client: await serverless.open({ base, token: 'any' }, transportOver(connections.api, realClock.now)),
        jobs: { cat: aJob(cat, { model }), dog: aJob(dog, { model }), refused: aJob(refused, { model }) },
        manner: { cost: 'not told', cancelsRunning: 'requested' },
        callback: (body) => serverless.callback?.(body) ?? null,
        accepted: async (job) => simulator.census().accepted[bodyKey(job.model, job.input)] ?? 0,
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
  }
}
