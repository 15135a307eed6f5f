import { afterEach, describe, expect, test } from 'vitest';
import { UserError } from '../../src/core/complaints.ts';
import { parseFaults } from '../../src/simulator/faults/fault-rules.ts';
import { outageAnswers, parseOutage } from '../../src/simulator/faults/outage-rules.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts';
import { until } from '../support/processes.ts';
import { ask, type Seen, stillClock, submit } from './raw-client.ts';

const clock = stillClock();
let simulator: Simulator;
const start = async (outage: string, options: SimulatorOptions = {}): Promise<void> => {
  simulator = await startSimulator({
    clock: clock.now,
    latency: { kind: 'fixed', ms: 0 },
    wording: 'plain',
    faults: parseFaults(`outage=${outage}`),
    ...options,
  });
};
afterEach(() => simulator.close());

let seed = 0;
async function submitNext(): Promise<number | string | null> {
  seed += 1;
  const { status, failure } = await submit(simulator.baseUrl, { prompt: 'a cat', seed });
  return failure ?? status;
}
async function submitAll(n: number): Promise<readonly (number | string | null)[]> {
  const seen: (number | string | null)[] = [];
  for (let i = 0; i < n; i += 1) seen.push(await submitNext());
  return seen;
}
const balance = async (): Promise<number | null> =>
  (await ask(`${simulator.baseUrl}/prod/v2/balance`)).status;

describe('an outage', () => {
  test('begins after so many accepted submits and ends after its time', async () => {
    await start('submits 503 after 2 for 2m');
    expect(await submitAll(4)).toEqual([200, 200, 503, 503]);
    clock.pass(119_999);
    expect(await submitNext()).toBe(503);
    clock.pass(1);
    expect(await submitAll(2)).toEqual([200, 200]);
    const { outages } = simulator.census();
    expect(outages).toMatchObject([
      { rule: 'submits 503 after 2 for 2m', calls: 3, submits: 3, accepted: [] },
    ]);
    expect(outages[0]?.bodies).toHaveLength(3);
    expect(simulator.census().acceptedTotal).toBe(4);
  });

  test('begins at its time, whoever comes or not, and ends after so many calls', async () => {
    await start('submits 500 at 30s for 3');
    expect(await submitNext()).toBe(200);
    clock.pass(30_000);
    expect(await submitAll(5)).toEqual([500, 500, 500, 200, 200]);
  });

  test('that ends by time is over even if nobody saw it', async () => {
    await start('all reset at 10s for 20s');
    clock.pass(30_000);
    expect(await submitNext()).toBe(200);
  });

  test('comes and goes where it flaps, by time or by calls', async () => {
    await start('submits 502 flapping 10s/5s for 1m');
    const seen: (number | string | null)[] = [];
    for (let at = 0; at < 70; at += 5) {
      seen.push(await submitNext());
      clock.pass(5_000);
    }
    const turn = [502, 502, 200];
    expect(seen).toEqual([...turn, ...turn, ...turn, ...turn, 200, 200]);
    simulator.setFaults(parseFaults('outage=submits 502 flapping 2/1 for 4'));
    expect(await submitAll(8)).toEqual([502, 502, 200, 502, 502, 200, 200, 200]);
  });

  test.each([
    ['submits', [503, 200, 200, 200]],
    ['reads', [200, 503, 503, 200]],
    ['api', [503, 503, 503, 200]],
    ['files', [200, 200, 200, 503]],
    ['all', [503, 503, 503, 503]],
  ])('befalls %s alone', async (scope, expected) => {
    await start('submits 503 for 0');
    const { json } = await submit(simulator.baseUrl, { prompt: 'the first' });
    const path = `${simulator.baseUrl}/v1/requests/${json.request_id}`;
    const { output } = (await ask(`${path}/result`)).json;
    simulator.setFaults(parseFaults(`outage=${scope} 503`));
    const link = (output as { image: string }).image;
    expect([
      await submitNext(),
      (await ask(`${path}/status`)).status,
      await balance(),
      (await ask(link, { token: null })).status,
    ]).toEqual(expected);
    expect((await ask(`${simulator.baseUrl}/_simulator/census`)).status).toBe(200);
  });

  const sights: Readonly<Record<string, (seen: Seen) => boolean>> = {
    html200: (seen) => seen.status === 200 && seen.body.toString().startsWith('<!DOCTYPE'),
    redirect: (seen) => seen.status === 302 && seen.headers.location !== undefined,
    reset: (seen) => seen.failure === 'ECONNRESET' && seen.status === null,
    silent: (seen) => seen.failure === 'silence',
  };
  test.each(outageAnswers)('may say %s', async (answer) => {
    await start(`submits ${answer}`);
    const url = `${simulator.baseUrl}/v1/models/ideogram/ideogram-v2/generate`;
    const struck = () => until(() => (simulator.census().outages[0]?.submits ?? 0) > 0);
    // An answer to what struck would have come before one to a later call.
    const quick = answer === 'silent' ? { until: struck().then(() => ask(simulator.baseUrl)) } : {};
    const seen = await ask(url, { method: 'POST', body: { prompt: 'a cat' }, ...quick });
    const isSeen = sights[answer] ?? (({ status }: Seen): boolean => status === Number(answer));
    expect(isSeen(seen)).toBe(true);
    expect(simulator.census().acceptedTotal).toBe(0);
  });

  test('may accept what it does not answer, and the census tells which', async () => {
    await start('submits reset|504 for 40 accepting 0.5');
    const seen = await submitAll(40);
    expect(new Set(seen)).toEqual(new Set(['ECONNRESET', 504]));
    const { outages, acceptedTotal, requestIds } = simulator.census();
    const [outage] = outages;
    expect(outage?.submits).toBe(40);
    expect(outage?.accepted).toHaveLength(acceptedTotal);
    expect(new Set(outage?.accepted)).toEqual(new Set(Object.values(requestIds).flat()));
    expect(acceptedTotal).toBeGreaterThan(8);
    expect(acceptedTotal).toBeLessThan(32);
    expect(await submitNext()).toBe(200);
  });

  test('says the same of the same bodies under the same seed, in whatever order they come', async () => {
    const bodies = Array.from({ length: 20 }, (_, n) => ({ prompt: 'a dog', seed: n }));
    const run = async (own: number, order: typeof bodies): Promise<readonly string[]> => {
      await start('submits 500|502|reset accepting 0.5', { seed: own });
      const seen: string[] = [];
      for (const body of order) {
        const { status, failure } = await submit(simulator.baseUrl, body);
        seen.push(`${body.seed}: ${failure ?? status}`);
      }
      const accepted = Object.keys(simulator.census().accepted).sort();
      await simulator.close();
      return [...seen.sort(), ...accepted];
    };
    const first = await run(1, bodies);
    expect(await run(1, bodies.toReversed())).toEqual(first);
    expect(await run(2, bodies)).not.toEqual(first);
  });

  test('is one of several, each with its own count, before all other faults', async () => {
    const rules = parseFaults('outage=submits 500 for 1, outage=submits 502 after 1 for 1, submit.noId=1');
    await start('all 503 for 0', { faults: rules });
    expect(await submitAll(4)).toEqual([500, 200, 502, 200]);
    const { outages, faults } = simulator.census();
    expect(outages.map(({ submits }) => submits)).toEqual([1, 1]);
    expect(faults).toEqual({ 'submit.noId': 2 });
  });

  test('begins again when it is given again, from another process too', async () => {
    await start('submits 503 for 1');
    expect(await submitAll(2)).toEqual([503, 200]);
    const body = { submit: { html200: 0 }, outage: ['submits 502 after 1 for 1'] };
    await ask(`${simulator.baseUrl}/_simulator/faults`, { method: 'POST', body, token: null });
    expect(await submitAll(3)).toEqual([200, 502, 200]);
    simulator.setOptions({ slots: 3 });
    expect(await submitAll(1)).toEqual([200]);
    expect(simulator.census().outages.map(({ rule, submits }) => [rule, submits])).toEqual([
      ['submits 503 for 1', 1],
      ['submits 502 after 1 for 1', 1],
    ]);
  });
});

describe('the words of an outage', () => {
  test('may come in any order, each with a default', async () => {
    await start('all 503 for 0');
    expect(parseOutage('')).toEqual({
      of: 'all',
      answers: ['503'],
      after: { calls: 0 },
      lasts: null,
      flapping: null,
      accepting: 0,
      text: '',
    });
    const words = 'for 2m accepting 1 502|silent flapping 3s/1s reads after 500ms';
    expect(parseOutage(words)).toMatchObject({
      of: 'reads',
      answers: ['502', 'silent'],
      after: { ms: 500 },
      lasts: { ms: 120_000 },
      flapping: { off: { ms: 3_000 }, on: { ms: 1_000 } },
      accepting: 1,
    });
    expect(parseOutage('mixed').answers).toEqual(outageAnswers);
  });

  test.each([
    ['submit 503', '"submit" is not part of one'],
    ['501', '"501" is not part of one'],
    ['503|505', '"503|505" is not part of one'],
    ['after', '"after" is not part of one'],
    ['for ever', '"for ever" is not part of one'],
    ['for -1', '"for -1" is not part of one'],
    ['flapping 10s', '"flapping 10s" is not part of one'],
    ['flapping 10s/3', '"flapping 10s/3" is not part of one'],
    ['flapping 0/0', '"flapping 0/0" is not part of one'],
    ['accepting 2', '"accepting 2" is not part of one'],
    ['503 502', 'says "502" where it has said so before'],
    ['after 3 at 4s', 'says "at" where it has said so before'],
  ])('refuse "%s" with a sentence and the form', async (text, sentence) => {
    await start('all 503 for 0');
    let thrown: unknown;
    try {
      parseFaults(`submit.noId=0.1,outage=${text}`);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(UserError);
    expect((thrown as UserError).message).toContain(`The outage "${text}"`);
    expect((thrown as UserError).message).toContain(sentence);
    expect((thrown as UserError).hint).toMatch(/outage=submits 503 after 100 for 2m/);
  });
});
