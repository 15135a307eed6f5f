import { canonicalJson } from '../../src/core/json.ts';
import { aJob } from '../support/builders.ts';
import { type SubmitFate, world } from '../support/world.ts';
import { providerConformance } from './provider-conformance.ts';

providerConformance('the world in memory', async () => {
  let fate: SubmitFate = 'accepted';
  const w = world({
    slots: 1,
    latencyMs: () => 1_000,
    submitFate: (_nth, { input }) => (input.seed === -1 ? 'refused' : fate),
  });
  return {
    client: w.api,
    jobs: {
      cat: aJob({ prompt: 'a cat', seed: 1 }),
      dog: aJob({ prompt: 'a dog', seed: 2 }),
      refused: aJob({ prompt: 'a cat', seed: -1 }),
    },
    manner: { cost: 'told', cancelsRunning: 'not_cancellable' },
    accepted: async ({ input, model, rep }) => w.accepted.get(canonicalJson({ input, model, rep })) ?? 0,
    untilEnded: () => w.clock.run(w.clock.sleep(1_001, new AbortController().signal)),
    async submitsWill(what) {
      const fates = {
        'be rate limited': 'rateLimited',
        'lose their answer': 'lostAfter',
        'be reset before they count': 'lostBefore',
      } as const;
      fate = fates[what];
    },
    close: async () => {},
  };
});
