import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UserError } from '../../src/core/complaints.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { ask, submit } from './raw-client.ts';

let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 0 } });
});
afterEach(() => simulator.close());

const steer = (what: string, body: unknown) =>
  ask(`${simulator.baseUrl}/_simulator/${what}`, { method: 'POST', body, token: null });

describe('steering from another process', () => {
  test('shows the census as the program itself sees it', async () => {
    await submit(simulator.baseUrl, { prompt: 'a cat' });
    const { json, status } = await ask(`${simulator.baseUrl}/_simulator/census`, { token: null });
    expect(status).toBe(200);
    const { calls, bytesOut, ...now } = simulator.census();
    expect(json).toMatchObject({ ...now, calls: { submit: { 200: 1 } } });
    expect(calls.steering).toEqual({ 200: 1 });
    expect(bytesOut).toBeGreaterThan(json.bytesOut as number);
    expect(simulator.census().bytesIn).toBe(Buffer.byteLength('{"prompt":"a cat"}'));
  });

  test('switches faults on and off, as JSON or as text', async () => {
    expect((await steer('faults', { submit: { noId: 1 } })).status).toBe(200);
    expect((await submit(simulator.baseUrl, { prompt: 'a cat' })).json).not.toHaveProperty('request_id');
    expect((await steer('faults', JSON.stringify('submit.html200=1'))).status).toBe(200);
    expect((await submit(simulator.baseUrl, { prompt: 'a cat' })).headers['content-type']).toMatch(/html/);
    await steer('faults', {});
    expect((await submit(simulator.baseUrl, { prompt: 'a cat' })).json).toHaveProperty('request_id');
  });

  test('changes options, and leaves everything as it was where one is wrong', async () => {
    expect((await steer('options', { balanceUsd: 0.01, latency: 'uniform(1s,2s)', slots: 3 })).status).toBe(
      200,
    );
    expect((await submit(simulator.baseUrl, { prompt: 'a cat' })).status).toBe(402);
    const wrong = await steer('options', { balanceUsd: null, slot: 3 });
    expect([wrong.status, wrong.json.detail]).toEqual([400, 'The simulator has no option "slot".']);
    expect((await steer('options', { latency: 'soon' })).status).toBe(400);
    expect((await steer('options', '{')).status).toBe(400);
    expect((await submit(simulator.baseUrl, { prompt: 'a cat' })).status).toBe(402);
  });

  test('is closed to pages in a browser', async () => {
    const url = `${simulator.baseUrl}/_simulator/census`;
    expect((await ask(url, { headers: { origin: 'https://evil.test' } })).status).toBe(403);
  });
});

describe('starting', () => {
  test('says in a sentence that a port is taken', async () => {
    const port = Number(new URL(simulator.baseUrl).port);
    const second = startSimulator({ port });
    await expect(second).rejects.toThrow(UserError);
    await expect(second).rejects.toThrow(`The simulator cannot listen on 127.0.0.1:${port}.`);
  });

  test('refuses options that make no sense', async () => {
    await expect(startSimulator({ slots: 0 })).rejects.toThrow("The simulator's option slots cannot be 0.");
    await expect(startSimulator({ failRate: 2 })).rejects.toThrow(UserError);
  });

  test('puts the outputs on an origin of their own', () => {
    expect(new URL(simulator.filesUrl).host).not.toBe(new URL(simulator.baseUrl).host);
    expect(new URL(simulator.filesUrl).hostname).toBe('127.0.0.1');
  });
});
