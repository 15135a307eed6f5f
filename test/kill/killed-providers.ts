import type { JsonObject } from '../../src/core/json.ts';
import type { ProviderClient } from '../../src/core/provider.ts';
import { ideogramV2 } from '../../src/providers/runcomfy/built-in.ts';
import { apiClient } from '../../src/providers/runcomfy/client.ts';
import { deploymentClient } from '../../src/providers/serverless/deployment-client.ts';
import { withRefusalsTold } from '../../src/providers/wire/refused-submissions.ts';
import type { SimulatorOptions } from '../../src/simulator/simulator.ts';

interface Killed {
  readonly title: string;
  readonly client: (endpoint: Parameters<typeof apiClient>[0]) => ProviderClient;
  readonly model: string;
  readonly input: (prompt: string, seed: number) => JsonObject;
  /** Where a submission is POSTed, and what, to learn what every picture looks like. */
  readonly example: { readonly path: string; readonly body: JsonObject };
  /** So that as many run at once as the other provider's slots allow. */
  readonly simulated: SimulatorOptions;
  readonly costUsd: number | null;
}

const deployment = '11111111-1111-4111-8111-111111111111';
const picture = 'what pictures are made of';

/** The providers that runs are killed and worn out with. */
export const killedProviders = {
  runcomfy: {
    title: 'RunComfy',
    client: (endpoint) => withRefusalsTold(apiClient(endpoint)),
    model: ideogramV2.id,
    input: (prompt, seed) => ({ prompt, seed }),
    example: { path: `/v1/models/${ideogramV2.id}`, body: { prompt: picture } },
    simulated: {},
    costUsd: 0.08,
  },
  serverless: {
    title: 'RunComfy Serverless',
    client: (endpoint) => withRefusalsTold(deploymentClient(endpoint)),
    model: `deployment:${deployment}`,
    input: (prompt, seed) => ({ '6.text': prompt, '31.seed': seed }),
    example: {
      path: `/prod/v2/deployments/${deployment}/inference`,
      body: { overrides: { '6': { inputs: { text: picture } } } },
    },
    simulated: { maxInstances: 64, coldStartMs: 10 },
    costUsd: null,
  },
} as const satisfies Record<string, Killed>;

export type KilledProvider = keyof typeof killedProviders;
