import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { UserError } from '../../src/core/complaints.ts';
import { bodyKey } from '../../src/simulator/census.ts';
import {
  type FaultEndpoint,
  type FaultName,
  type FaultRules,
  faultEndpoints,
  faultFor,
  faultNames,
  faults,
  isAt,
  parseFaults,
} from '../../src/simulator/faults/fault-rules.ts';
import { flatPicture, samePicture } from '../../src/simulator/pictures/faulty-pictures.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { until } from '../support/processes.ts';
import { ask, ideogram, type Seen, submit, submitted } from './raw-client.ts';

let simulator: Simulator;
afterEach(() => simulator.close());

const isBroken = (seen: Seen): boolean => seen.failure === 'ECONNRESET' && seen.status === null;
const isServerError = (seen: Seen): boolean => [500, 502, 503, 504].includes(seen.status ?? 0);
const isPage = (seen: Seen): boolean => seen.status === 200 && seen.body.toString().startsWith('<!DOCTYPE');
const isRedirect = (seen: Seen): boolean => seen.status === 307 && seen.headers.location !== undefined;
const isCut = (seen: Seen): boolean =>
  seen.failure === 'ECONNRESET' && seen.body.length > 0 && seen.body.length < length(seen);
const isRight = (seen: Seen): boolean => seen.status !== null && seen.status < 300 && seen.failure === null;
const hasLink = (seen: Seen): boolean => seen.body.toString().includes(simulator.filesUrl);
const sameKeys = (value: object, keys: readonly string[]): boolean =>
  JSON.stringify(Object.keys(value)) === JSON.stringify(keys);
const unpacked = ({ body, headers }: Seen): Buffer => {
  const unpack = { gzip: gunzipSync, br: brotliDecompressSync, deflate: inflateSync }[
    headers['content-encoding'] as 'gzip' | 'br' | 'deflate'
  ];
  return unpack(body);
};
const length = (seen: Seen): number => Number(seen.headers['content-length']);

/** What a client must see of each fault. */
const sights: Record<FaultName, (seen: Seen) => boolean> = {
  http500: isServerError,
  http500Before: isServerError,
  http500After: isServerError,
  resetUnread: isBroken,
  resetBefore: isBroken,
  resetAfter: isBroken,
  resetMidway: isCut,
  silentBefore: (seen) => seen.failure === 'silence' && seen.status === null,
  silentAfter: (seen) => seen.failure === 'silence' && seen.status === null,
  slowBody: (seen) => isRight(seen) && seen.body.length === length(seen),
  truncatedBody: isCut,
  html200: isPage,
  html200After: isPage,
  rateLimited: (seen) => seen.status === 429 && seen.headers['retry-after'] !== undefined,
  notFoundAtFirst: (seen) => seen.status === 404 && seen.json.error_code === 404001,
  redirect: isRedirect,
  redirectAway: (seen) => seen.status === 302 && /files\.invalid/.test(seen.headers.location ?? ''),
  errorCode200: (seen) => seen.status === 200 && typeof seen.json.error_code === 'number',
  noId: (seen) => seen.status === 200 && seen.json.status === 'in_queue' && !('request_id' in seen.json),
  oddId: (seen) => seen.status === 200 && /[^\w-]/.test(seen.json.request_id as string),
  brokenJson: (seen) => isRight(seen) && seen.body.length > 0 && Object.keys(seen.json).length === 0,
  oddState: (seen) => seen.status === 200 && seen.json.status === 'hibernating',
  unfinished400: (seen) => seen.status === 400 && seen.json.error_code === 400005,
  noOutput: (seen) => seen.json.status === 'completed' && !JSON.stringify(seen.json).includes('http'),
  wrongContent: (seen) =>
    seen.headers['content-type'] === 'image/png' && !seen.body.subarray(1, 4).equals(Buffer.from('PNG')),
  numberId: (seen) => isRight(seen) && Number.isSafeInteger(seen.json.request_id),
  dottedId: (seen) => isRight(seen) && /^[0-9a-f]+(\.[0-9a-f]+)+$/.test(seen.json.request_id as string),
  otherIdKey: (seen) =>
    isRight(seen) && !('request_id' in seen.json) && /[0-9a-f-]{36}/.test(JSON.stringify(seen.json)),
  compressed: (seen) => unpacked(seen).length > 0 && seen.body.length === length(seen),
  gateway403: (seen) => seen.status === 403 && sameKeys(seen.json, ['message']),
  firewall403: (seen) => seen.status === 403 && seen.body.toString().startsWith('<!DOCTYPE'),
  refusal200: (seen) =>
    isRight(seen) && /^4/.test(String(seen.json.error_code)) && !('request_id' in seen.json),
  policy4xx: (seen) =>
    [400, 403, 422].includes(seen.status ?? 0) && /safety|content/i.test(seen.body.toString()),
  dataUri: (seen) => isRight(seen) && /"data:image\/png;base64,iVBOR/.test(seen.body.toString()),
  base64: (seen) => isRight(seen) && /"iVBOR/.test(seen.body.toString()),
  textOutput: (seen) => isRight(seen) && /caption|ball/i.test(seen.body.toString()) && !hasLink(seen),
  strayOutput: (seen) => isRight(seen) && hasLink(seen) && !/"image":/.test(seen.body.toString()),
  foreignLink: (seen) => isRight(seen) && hasLink(seen) && /files\.invalid/.test(seen.body.toString()),
  unsafeOutput: (seen) => isRight(seen) && /safe|nsfw/.test(seen.body.toString()) && !hasLink(seen),
  policyFailed: (seen) => seen.json.status === 'failed' && /content|safety/i.test(JSON.stringify(seen.json)),
  outOfMemory: (seen) => seen.json.status === 'failed' && /out of memory/.test(JSON.stringify(seen.json)),
  failedByStatus: (seen) => [400, 422, 500].includes(seen.status ?? 0),
  lateCost: (seen) => isRight(seen) && hasLink(seen) && !('cost' in seen.json),
  expired: (seen) => seen.status === 403,
  sameImage: (seen) => isRight(seen) && seen.body.equals(samePicture()),
  flatImage: (seen) =>
    isRight(seen) && [0, 0.25, 0.5, 0.75].some((drawn) => seen.body.equals(flatPicture(drawn))),
};

const all = faultEndpoints.flatMap((endpoint) =>
  faultNames.filter((name) => isAt(name, endpoint)).map((name) => [endpoint, name] as const),
);

describe('every fault is really seen', () => {
  test.each(all)('%s.%s', async (endpoint, name) => {
    simulator = await startSimulator({
      latency: { kind: 'fixed', ms: name === 'unfinished400' ? 1e6 : 0 },
      slowMs: 5,
      wording: 'plain',
    });
    const { baseUrl } = simulator;
    const id = await submitted(baseUrl, { prompt: 'the first' });
    const result = await ask(`${baseUrl}/v1/requests/${id}/result`);
    simulator.setFaults({ [endpoint]: { [name]: 1 } });
    // An answer to what struck would have come before one to a later call.
    const struck = () => until(() => Object.keys(simulator.census().faults).length > 0);
    const quick = name.startsWith('silent') ? { until: struck().then(() => ask(baseUrl)) } : {};
    const path = `${baseUrl}/v1/requests/${id}`;
    const link = (result.json.output as { image: string } | undefined)?.image ?? '';
    const act: Record<FaultEndpoint, () => Promise<Seen>> = {
      submit: () =>
        ask(`${baseUrl}/v1/models/${ideogram}`, { method: 'POST', body: { prompt: 'the second' }, ...quick }),
      status: () => ask(`${path}/status`, quick),
      result: () => ask(`${path}/result?include_cost=true`, quick),
      cancel: () => ask(`${path}/cancel`, { method: 'POST', ...quick }),
      file: () => ask(link, { token: null, ...quick }),
      catalogue: () => ask(`${baseUrl}/v1/models?include_schema=true`, quick),
    };
    const seen = await act[endpoint]();
    const { body, ...head } = seen;
    expect(sights[name](seen), JSON.stringify({ ...head, bytes: body.length })).toBe(true);
    const census = simulator.census();
    expect(census.faults).toEqual({ [`${endpoint}.${name}`]: 1 });
    const second = census.accepted[bodyKey(ideogram, { prompt: 'the second' })] ?? 0;
    expect(second).toBe(endpoint === 'submit' && faults[name].takesEffect ? 1 : 0);
  });

  test('tells two forms of Retry-After, and who does not wait', async () => {
    simulator = await startSimulator({ faults: { catalogue: { rateLimited: 1 } } });
    const forms = new Set<string>();
    for (let limit = 1; limit <= 12; limit += 1) {
      const { headers } = await ask(`${simulator.baseUrl}/v1/models?limit=${limit}`);
      forms.add(
        /^[12]$/.test(headers['retry-after'] ?? '')
          ? 'seconds'
          : typeof Date.parse(headers['retry-after'] ?? ''),
      );
    }
    expect(forms).toEqual(new Set(['seconds', 'number']));
    expect(simulator.census().early).toBe(0);
    await ask(`${simulator.baseUrl}/v1/models?limit=1`);
    expect(simulator.census().early).toBe(1);
  });

  test('proves by its census that a body was paid twice', async () => {
    simulator = await startSimulator({ faults: { submit: { resetAfter: 1 } } });
    const input = { seed: 1, prompt: 'a cat' };
    await submit(simulator.baseUrl, input);
    expect(simulator.census().doubled).toEqual([]);
    await submit(simulator.baseUrl, { prompt: 'a cat', seed: 1 });
    await submit(simulator.baseUrl, { prompt: 'a dog', seed: 1 });
    const key = bodyKey(ideogram, input);
    const census = simulator.census();
    expect(census.doubled).toEqual([key]);
    expect(census.accepted[key]).toBe(2);
    expect(new Set(census.requestIds[key]).size).toBe(2);
    expect(census.acceptedTotal).toBe(3);
    expect(census.calls.submit).toEqual({ reset: 3 });
  });
});

describe('a fault that lasts', () => {
  const bodies = Array.from({ length: 30 }, (_, seed) => ({ prompt: 'a cat', seed }));

  test('refuses the same bodies again and again, and accepts the others', async () => {
    simulator = await startSimulator({ faults: { submit: { gateway403: 0.2, policy4xx: 0.2 } } });
    const refusedOf = async (): Promise<readonly number[]> => {
      const seen = await Promise.all(bodies.map((body) => submit(simulator.baseUrl, body)));
      return bodies.filter((_, n) => (seen[n]?.status ?? 0) >= 400).map(({ seed }) => seed);
    };
    const first = await refusedOf();
    expect(first.length).toBeGreaterThan(0);
    expect(first.length).toBeLessThan(bodies.length);
    expect(await refusedOf()).toEqual(first);
    expect(simulator.census().acceptedTotal).toBe(2 * (bodies.length - first.length));
  });

  test('holds beneath what befalls a single call: a body that is refused for good is not accepted by a lost answer', async () => {
    simulator = await startSimulator({ faults: { submit: { policy4xx: 1, resetAfter: 1 } } });
    expect((await submit(simulator.baseUrl, { prompt: 'a cat' })).failure).toBe('ECONNRESET');
    expect(simulator.census()).toMatchObject({
      acceptedTotal: 0,
      faults: { 'submit.policy4xx': 1, 'submit.resetAfter': 1 },
    });
  });

  test('tells the same result each time, and the cost from the second time on', async () => {
    simulator = await startSimulator({
      latency: { kind: 'fixed', ms: 0 },
      faults: { result: { dataUri: 0.3, unsafeOutput: 0.3, lateCost: 0.4 } },
    });
    for (const body of bodies.slice(0, 9)) {
      const id = await submitted(simulator.baseUrl, body);
      const told = [1, 2, 3].map(() =>
        ask(`${simulator.baseUrl}/v1/requests/${id}/result?include_cost=true`),
      );
      const [first, second, third] = (await Promise.all(told)).map(({ json }) => json.output);
      expect(second).toEqual(first);
      expect(third).toEqual(first);
      const late = (await ask(`${simulator.baseUrl}/v1/requests/${id}/result?include_cost=true`)).json;
      expect(late.cost).toBe(0.08);
    }
    expect(simulator.census().faults['result.lateCost']).toBeGreaterThan(0);
  });

  test.each(['numberId', 'dottedId'] as const)('%s names a request that is found by it', async (name) => {
    simulator = await startSimulator({
      latency: { kind: 'fixed', ms: 0 },
      faults: { submit: { [name]: 1 } },
    });
    const { json } = await submit(simulator.baseUrl, { prompt: 'a cat' });
    const found = await ask(`${simulator.baseUrl}/v1/requests/${json.request_id}/result`);
    expect(found.json).toHaveProperty('output');
  });

  test('does not touch what has not succeeded', async () => {
    simulator = await startSimulator({
      failRate: 1,
      latency: { kind: 'fixed', ms: 0 },
      wording: 'plain',
      faults: { result: { failedByStatus: 1 } },
    });
    const id = await submitted(simulator.baseUrl, { prompt: 'a cat' });
    expect((await ask(`${simulator.baseUrl}/v1/requests/${id}/result`)).json.status).toBe('failed');
    expect(simulator.census().faults).toEqual({});
  });

  test('is told by body in the census, as is whatever befell a submit of it', async () => {
    simulator = await startSimulator({ faults: { submit: { noId: 1 } } });
    await submit(simulator.baseUrl, { prompt: 'a cat' });
    simulator.setFaults({});
    await submit(simulator.baseUrl, { prompt: 'a dog' });
    expect(simulator.census().struckSubmits).toEqual([bodyKey(ideogram, { prompt: 'a cat' })]);
  });
});

describe('the same faults under the same seed', () => {
  test('befall the same bodies, in whatever order they come', async () => {
    const rules: FaultRules = { submit: { http500Before: 0.3, noId: 0.2, rateLimited: 0.2 } };
    const bodies = Array.from({ length: 20 }, (_, seed) => ({ prompt: 'a cat', seed }));
    const outcomes = async (seed: number, order: typeof bodies): Promise<readonly string[]> => {
      simulator = await startSimulator({ seed, faults: rules });
      const found: string[] = [];
      for (const body of order) {
        const seen = await submit(simulator.baseUrl, body);
        found.push(`${body.seed}: ${seen.status} ${'request_id' in seen.json}`);
      }
      await simulator.close();
      return found.sort();
    };
    const first = await outcomes(1, bodies);
    expect(await outcomes(1, bodies.toReversed())).toEqual(first);
    expect(await outcomes(2, bodies)).not.toEqual(first);
    expect(new Set(first.map((each) => each.slice(each.indexOf(':')))).size).toBeGreaterThan(2);
  });
});

describe('fault rules', () => {
  test('are read from text', () => {
    expect(parseFaults('submit.resetAfter=0.05, status.http500=0.1,submit.noId=0')).toEqual({
      submit: { resetAfter: 0.05, noId: 0 },
      status: { http500: 0.1 },
    });
    expect(parseFaults('')).toEqual({});
  });

  test('share one roll in proportion', () => {
    const rules = parseFaults('status.http500=0.25,status.redirect=0.25');
    expect([0, 0.24, 0.26, 0.49, 0.51].map((drawn) => faultFor(rules, 'status', drawn))).toEqual([
      'http500',
      'http500',
      'redirect',
      'redirect',
      null,
    ]);
  });

  test.each([
    ['submit.resetafter=0.1', 'submit has no fault "resetafter".', /resetAfter/],
    ['status.noId=0.1', 'status has no fault "noId".', /oddState/],
    ['poll.http500=0.1', 'No endpoint is called "poll".', /submit, status/],
    ['submit.noId=2', 'The probability of submit.noId is not a number from 0 to 1.', null],
    ['submit.noId=x', 'The probability of submit.noId is not a number from 0 to 1.', null],
    ['submit=1', 'The fault "submit=1" cannot be read.', /submit\.resetAfter=0\.05/],
    ['submit.gateway403=0.6,submit.policy4xx=0.6', 'The probabilities of submit add up to 1.2', null],
    ['submit.noId=0.6,submit.html200=0.6', 'The probabilities of submit add up to 1.2', null],
    ['submit.__proto__=1', 'The fault "submit.__proto__=1" cannot be read.', null],
    ['__proto__.noId=1', 'The fault "__proto__.noId=1" cannot be read.', null],
  ])('refuse %s with a sentence and the known names', (text, sentence, hint) => {
    let thrown: unknown;
    try {
      parseFaults(text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(UserError);
    expect((thrown as UserError).message).toContain(sentence);
    if (hint) expect((thrown as UserError).hint).toMatch(hint);
  });
});
