import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, test } from 'vitest';
import { library } from '../../../src/app/library/library.ts';
import type { JsonObject, JsonValue } from '../../../src/core/json.ts';
import type { Model } from '../../../src/core/models.ts';
import type { Provider, ProviderClient } from '../../../src/core/provider.ts';
import { providers } from '../../../src/providers/providers.ts';
import { requestId } from '../../support/builders.ts';
import { manifestOf, workFolder } from '../../support/command-line.ts';

const painter: Model = {
  id: 'toy/painter',
  displayName: null,
  description: null,
  categories: [],
  kind: null,
  price: { usd: 0.01, unit: 'output' },
  pricingNote: null,
  modelUrl: null,
  inputSchema: {
    type: 'object',
    properties: { prompt: { type: 'string' }, hue: { type: 'integer', minimum: 0 } },
    required: ['prompt'],
  },
};

const onePixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

interface Toy {
  readonly provider: Provider;
  readonly bodies: JsonObject[];
  /** What polls and results were asked with. */
  readonly refs: JsonValue[];
  canPaint: boolean;
}

/** A provider without a wire, whose requests are known by their `ref` alone. */
function toyProvider(): Toy {
  const toy: Toy = { provider: undefined as never, bodies: [], refs: [], canPaint: true };
  const client: ProviderClient = {
    async submit({ model, input }) {
      toy.bodies.push(input);
      return { id: requestId(`toy-${toy.bodies.length}`), model, ref: { ticket: toy.bodies.length } };
    },
    async status({ ref }) {
      toy.refs.push(ref);
      return toy.canPaint ? { phase: 'finished' } : { phase: 'running' };
    },
    async result({ ref }) {
      toy.refs.push(ref);
      return {
        phase: 'succeeded',
        outputs: [{ type: 'bytes', bytes: onePixel, announced: null }],
        costUsd: 0.01,
      };
    },
    cancel: async () => 'not_cancellable',
    ping: async () => {},
  };
  const provider: Provider = {
    name: 'toy',
    title: 'Toy',
    nameInJobIds: 'toy',
    modelPrefix: null,
    address: { usual: 'http://127.0.0.1:1/', variable: 'TOY_BASE', parse: (text) => new URL(text) },
    tokens: { variables: ['TOY_TOKEN'], files: () => [], read: () => null },
    builtIn: [painter],
    defaultModel: painter,
    open: async () => client,
    catalogue: async () => ({
      model: async (id) => (id === painter.id ? painter : null),
      async *search() {
        yield painter;
      },
      balanceUsd: async () => 1,
    }),
    modelIn: async () => painter,
    requestId: (text) => (typeof text === 'string' && text.startsWith('toy-') ? requestId(text) : null),
    bodyLimits: { body: 1_000_000, media: { image: null, video: null, audio: null } },
    fileHosts: [],
    whereToLook: 'the shelf',
  };
  return Object.assign(toy, { provider });
}

let out: string;
let toy: Toy;
const bound = library({ env: {}, pid: process.pid });
const rows = [{ prompt: 'a cat' }, { prompt: 'a dog', hue: 3 }];
const policies = { pollMs: 50 };

beforeEach(() => {
  out = join(workFolder(), 'run');
  toy = toyProvider();
});

describe("a program's own provider", () => {
  test('gets the jobs, and its requests back as it named them', async () => {
    const running = bound.run({ rows, out, provider: toy.provider, policies });
    expect(await running.outcome).toMatchObject({ type: 'ended', finished: true, done_now: 2, cost: 0.02 });
    expect(toy.bodies).toEqual([{ prompt: 'a cat' }, { prompt: 'a dog', hue: 3 }]);
    expect(new Set(toy.refs.map((ref) => JSON.stringify(ref)))).toEqual(
      new Set(['{"ticket":1}', '{"ticket":2}']),
    );
    const [line] = manifestOf(out);
    expect(line).toMatchObject({ model: 'toy/painter', state: 'done' });
    expect(
      readFileSync(join(out, line?.outputs[0]?.path ?? ''))
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG');
  });

  test('is continued from what the ledger holds, by itself alone', async () => {
    toy.canPaint = false;
    const stop = new AbortController();
    const left = bound.run({ rows, out, provider: toy.provider, policies, signal: stop.signal });
    for await (const event of left) {
      if (event.event === 'job' && event.state === 'running') stop.abort();
    }
    await left.outcome;
    const database = new DatabaseSync(join(out, 'manifest.db'), { readOnly: true });
    const kept = database.prepare('SELECT ref FROM job WHERE request_id IS NOT NULL').all();
    database.close();
    expect(kept.map(({ ref }) => ref)).toContain('{"ticket":1}');

    toy.canPaint = true;
    const bare = bound.openRun(out).resume({ policies });
    await expect(bare.outcome).rejects.toThrow(`The jobs of ${out} are those of the provider "toy".`);
    const resumed = bound.openRun(out, { provider: toy.provider }).resume({ policies });
    expect(await resumed.outcome).toMatchObject({ type: 'ended', finished: true, counts: { done: 2 } });
    expect(toy.bodies).toHaveLength(2);
  });

  test('is part of what a job is', async () => {
    const other = { ...toy.provider, name: 'other', nameInJobIds: 'other' };
    await bound.run({ rows, out, provider: toy.provider, policies }).outcome;
    await bound.run({ rows, out: `${out}-2`, provider: other, policies }).outcome;
    const ids = [...manifestOf(out), ...manifestOf(`${out}-2`)].map(({ job }) => job);
    expect(new Set(ids).size).toBe(4);
  });

  test('has no simulator', async () => {
    const planned = bound.plan({ rows, out, provider: toy.provider, rehearse: true });
    await expect(planned).rejects.toThrow('The built-in simulator does not imitate Toy.');
  });
});

test('any provider of this program is rehearsed with', async () => {
  const model = 'deployment:11111111-1111-4111-8111-111111111111';
  const own = [{ model, '6.text': 'a cat', '31.seed': 1 }];
  const plan = await bound.plan({ rows: own, out, provider: providers.serverless, rehearse: true });
  expect(plan).toMatchObject({ type: 'planned', plan: { jobs: 1, rehearsed: true } });
});
