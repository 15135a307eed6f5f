import { afterEach, describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/complaints.ts';
import { bodyKey } from '../../src/simulator/census.ts';
import { flatPicture, samePicture } from '../../src/simulator/dud-pictures.ts';
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
} from '../../src/simulator/fault-rules.ts';
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
  expired: (seen) => seen.status === 403,
  sameImage: (seen) => isRight(seen) && seen.body.equals(samePicture()),
  flatImage: (seen) =>
    isRight(seen) && [0, 0.25, 0.5, 0.75].some((drawn) => seen.body.equals(flatPicture(drawn))),
};

const all = faultEndpoints.flatMap((endpoint) =>
  faultNames.filter((name) => isAt(name, endpoint)).map((name) => [endpoint, name] as const),
);

describe('every fault is really seen', () => {
  it.each(all)('%s.%s', async (endpoint, name) => {
    simulator = await startSimulator({
      latency: { kind: 'fixed', ms: name === 'unfinished400' ? 1e6 : 0 },
      slowMs: 5,
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
      result: () => ask(`${path}/result`, quick),
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

  it('tells two forms of Retry-After, and who does not wait', async () => {
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

  it('proves by its census that a body was paid twice', async () => {
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

describe('the same faults under the same seed', () => {
  it('befall the same bodies, in whatever order they come', async () => {
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
  it('are read from text', () => {
    expect(parseFaults('submit.resetAfter=0.05, status.http500=0.1,submit.noId=0')).toEqual({
      submit: { resetAfter: 0.05, noId: 0 },
      status: { http500: 0.1 },
    });
    expect(parseFaults('')).toEqual({});
  });

  it('share one roll in proportion', () => {
    const rules = parseFaults('status.http500=0.25,status.redirect=0.25');
    expect([0, 0.24, 0.26, 0.49, 0.51].map((drawn) => faultFor(rules, 'status', drawn))).toEqual([
      'http500',
      'http500',
      'redirect',
      'redirect',
      null,
    ]);
  });

  it.each([
    ['submit.resetafter=0.1', 'submit has no fault "resetafter".', /resetAfter/],
    ['status.noId=0.1', 'status has no fault "noId".', /oddState/],
    ['poll.http500=0.1', 'No endpoint is called "poll".', /submit, status/],
    ['submit.noId=2', 'The probability of submit.noId is not a number from 0 to 1.', null],
    ['submit.noId=x', 'The probability of submit.noId is not a number from 0 to 1.', null],
    ['submit=1', 'The fault "submit=1" cannot be read.', /submit\.resetAfter=0\.05/],
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
