import { afterEach, describe, expect, test } from 'vitest';
import { bodyKey } from '../../../src/simulator/census.ts';
import type { FaultName } from '../../../src/simulator/faults/fault-rules.ts';
import { parseFaults } from '../../../src/simulator/faults/fault-rules.ts';
import { type Simulator, startSimulator } from '../../../src/simulator/simulator.ts';
import { ask, type Seen } from '../raw-client.ts';
import { asked, infer, inferred, poster, prompting } from './deployed.ts';

let simulator: Simulator;
afterEach(() => simulator.close());
const start = async (): Promise<string> => {
  simulator = await startSimulator({
    latency: { kind: 'fixed', ms: 0 },
    coldStartMs: 0,
    wording: 'plain',
    slowMs: 5,
  });
  return simulator.baseUrl;
};

const text = (seen: Seen): string => seen.body.toString();

/** Faults of results, and what they make of outputs by node. */
const results: Partial<Record<FaultName, (seen: Seen) => boolean>> = {
  noOutput: (seen) => seen.json.status === 'succeeded' && !text(seen).includes('http'),
  dataUri: (seen) => /"outputs":\{"9":\{"images":\[\{"url":"data:image\/png;base64,iVBOR/.test(text(seen)),
  base64: (seen) => /"outputs":.*"url":"iVBOR/.test(text(seen)),
  textOutput: (seen) => /"outputs":\{"9":\{"text":\["/.test(text(seen)),
  strayOutput: (seen) => /http.*ComfyUI/.test(text(seen)),
  foreignLink: (seen) => /ComfyUI_00001/.test(text(seen)) && /files\.invalid/.test(text(seen)),
  unsafeOutput: (seen) => /nsfw/.test(text(seen)) && !text(seen).includes('http'),
  policyFailed: (seen) => seen.json.status === 'failed' && /content|safety/i.test(text(seen)),
  outOfMemory: (seen) =>
    seen.json.status === 'failed' &&
    /"error":\[\{"errorCode":1001,"error":"CUDA out of memory/.test(text(seen)),
  failedByStatus: (seen) => [400, 422, 500].includes(seen.status ?? 0),
  oddState: (seen) => seen.json.status === 'hibernating',
  notFoundAtFirst: (seen) => seen.status === 404 && seen.json.error_code === 404001,
};

/** Faults of submissions, and whether the submission counts all the same. */
const submissions: Partial<Record<FaultName, readonly [accepted: number, (seen: Seen) => boolean]>> = {
  refusal200: [0, (seen) => [200, 202].includes(seen.status ?? 0) && /"error_code"/.test(text(seen))],
  gateway403: [0, (seen) => seen.status === 403 && text(seen) === '{"message":"Forbidden"}'],
  errorCode200: [0, (seen) => seen.status === 200 && seen.json.error_code === 500000],
  resetBefore: [0, (seen) => seen.failure !== null],
  resetAfter: [1, (seen) => seen.failure !== null],
  noId: [1, (seen) => seen.status === 200 && !('request_id' in seen.json)],
  otherIdKey: [1, (seen) => !('request_id' in seen.json) && /[0-9a-f-]{36}/.test(text(seen))],
  rateLimited: [0, (seen) => seen.status === 429],
};

describe('faults', () => {
  test.each(Object.entries(results))('result.%s', async (name, isSeen) => {
    const base = await start();
    const id = await inferred(base, prompting('a cat'));
    simulator.setFaults({ result: { [name]: 1 } });
    const { failure, ...seen } = await asked(base, 'result', id);
    expect(isSeen({ failure, ...seen }), text({ failure, ...seen })).toBe(true);
    expect(simulator.census().faults).toEqual({ [`result.${name}`]: 1 });
  });

  test.each(Object.entries(submissions))('submit.%s', async (name, [accepted, isSeen]) => {
    const base = await start();
    simulator.setFaults({ submit: { [name]: 1 } });
    const seen = await infer(base, prompting('a cat'));
    expect(isSeen(seen), text(seen)).toBe(true);
    const { accepted: counted, struckSubmits } = simulator.census();
    const key = bodyKey(`deployment:${poster}`, { '6.text': 'a cat' });
    expect(counted[key] ?? 0).toBe(accepted);
    expect(struckSubmits).toEqual([key]);
  });

  test.each(['numberId', 'dottedId'])('the id of submit.%s finds the request', async (name) => {
    const base = await start();
    simulator.setFaults({ submit: { [name]: 1 } });
    const { json } = await infer(base, prompting('a cat'));
    expect((await asked(base, 'status', String(json.request_id))).json.status).toBe('completed');
  });

  test('strike files and the list of deployments as well', async () => {
    const base = await start();
    simulator.setFaults({ catalogue: { brokenJson: 1 } });
    const list = await ask(`${base}/prod/v2/deployments`);
    expect(() => JSON.parse(text(list))).toThrow(SyntaxError);
  });
});

test('an outage strikes submissions to deployments, and accepts some of them', async () => {
  const base = await start();
  simulator.setFaults(parseFaults('outage=submits 503 after 1 accepting 1'));
  expect((await infer(base, prompting('a cat'))).status).toBe(200);
  expect((await infer(base, prompting('a dog'))).status).toBe(503);
  const [outage] = simulator.census().outages;
  expect(outage).toMatchObject({ submits: 1, accepted: [expect.any(String)] });
  expect(simulator.census().acceptedTotal).toBe(2);
});
