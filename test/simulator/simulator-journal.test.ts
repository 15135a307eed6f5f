import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UserError } from '../../src/core/complaints.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts';
import { ask, stillClock, submit, submitted } from './raw-client.ts';

let folder: string;
let journal: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'simulator-'));
  journal = join(folder, 'deep', 'requests.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true }));

const clock = stillClock();
const started = (options: SimulatorOptions = {}): Promise<Simulator> =>
  startSimulator({
    journal,
    clock: clock.now,
    slots: 1,
    latency: { kind: 'fixed', ms: 1_000 },
    wording: 'plain',
    ...options,
  });

describe('the journal', () => {
  test('keeps requests, their times, their cancellations and the count of bodies over a restart', async () => {
    const first = await started({ balanceUsd: 1 });
    const ids = [];
    for (const seed of [1, 2, 3, 4]) ids.push(await submitted(first.baseUrl, { prompt: 'a cat', seed }));
    const [one, two, three, four] = ids as [string, string, string, string];
    await ask(`${first.baseUrl}/v1/requests/${two}/cancel`, { method: 'POST' });
    await first.close();

    clock.pass(1_500);
    const second = await started({ balanceUsd: 1, latency: { kind: 'fixed', ms: 9_000 } });
    const look = async (id: string) => (await ask(`${second.baseUrl}/v1/requests/${id}/status`)).json;
    expect((await look(one)).status).toBe('completed');
    expect((await look(two)).status).toBe('cancelled');
    expect((await look(three)).status).toBe('in_progress');
    expect(await look(four)).toMatchObject({ status: 'in_queue', queue_position: 1 });
    expect((await ask(`${second.baseUrl}/prod/v2/balance`)).json.balance_usd).toBe(0.76);

    const again = await submitted(second.baseUrl, { prompt: 'a cat', seed: 1 });
    expect(ids).not.toContain(again);
    expect(second.census().doubled.length).toBe(1);
    expect(second.census().acceptedTotal).toBe(5);
    await second.close();
  });

  test('keeps the links of a request over a restart', async () => {
    const first = await started();
    const id = await submitted(first.baseUrl, { prompt: 'a cat' });
    clock.pass(1_000);
    const link = async (simulator: Simulator): Promise<URL> => {
      const { json } = await ask(`${simulator.baseUrl}/v1/requests/${id}/result`);
      return new URL((json.output as { image: string }).image);
    };
    const before = await link(first);
    await first.close();
    const second = await started();
    const after = await link(second);
    expect(after.pathname).toBe(before.pathname);
    expect((await ask(after.href, { token: null })).status).toBe(200);
    await second.close();
  });

  test('has a request on disk before the answer leaves, also when the answer is lost', async () => {
    const simulator = await started({ faults: { submit: { resetAfter: 1 } } });
    expect((await submit(simulator.baseUrl, { prompt: 'a cat' })).failure).toBe('ECONNRESET');
    expect(readFileSync(journal, 'utf8')).toMatch(/^\{"type":"accepted".*a cat.*\}\n$/);
    await simulator.close();
  });

  test('gets over a last line that was cut off', async () => {
    const first = await started();
    const id = await submitted(first.baseUrl, { prompt: 'a cat' });
    await first.close();
    appendFileSync(journal, '{"type":"accepted","id":"x","mod');
    const second = await started();
    await submitted(second.baseUrl, { prompt: 'a dog' });
    await second.close();
    const third = await started();
    expect((await ask(`${third.baseUrl}/v1/requests/${id}/status`)).status).toBe(200);
    expect(third.census().acceptedTotal).toBe(2);
    await third.close();
  });

  test('is refused in a sentence where it cannot be', async () => {
    await expect(started({ journal: folder })).rejects.toThrow(UserError);
  });
});
