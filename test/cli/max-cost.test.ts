import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { paintCard } from '../../src/simulator/pictures/card-picture.ts';
import { palettePng } from '../../src/simulator/pictures/palette-png.ts';
import { rcb, workFolder } from '../support/command-line.ts';

const model = 'a-house/dear-model/generate';
const picture = palettePng(
  paintCard({ prompt: 'a cat', style: 'auto', aspectRatio: '1:1', facts: [], notes: [], variant: 1 }),
);

interface Conduct {
  /** In the catalogue; null: not known there. */
  readonly price: number | null;
  /** What a result names; a string as it stands in the JSON. */
  readonly cost: number | string | null;
  /** Accepts each submission and names no id. */
  readonly isMute?: boolean;
}

/** An API of one model that charges as told. */
async function chargingApi(conduct: Conduct) {
  let accepted = 0;
  const server = createServer((request, response) => {
    const url = request.url ?? '';
    const answer = (text: string): void => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(text);
    };
    if (url.startsWith('/picture')) {
      response.writeHead(200, { 'content-type': 'image/png' }).end(picture);
    } else if (request.method === 'POST') {
      request.resume().on('end', () => {
        accepted += 1;
        if (conduct.isMute) response.writeHead(204).end();
        else answer(JSON.stringify({ request_id: `r-${accepted}` }));
      });
    } else if (url.includes('/status')) {
      answer(JSON.stringify({ request_id: 'r', status: 'completed' }));
    } else if (url.includes('/result')) {
      const link = `http://${request.headers.host}/picture/${url.split('/')[3]}`;
      const output = JSON.stringify({ image: link });
      answer(`{"request_id":"r","status":"succeeded","output":${output},"cost":${conduct.cost}}`);
    } else if (url.startsWith('/v1/models/')) {
      const schema = { type: 'object', properties: { prompt: { type: 'string' } }, required: ['prompt'] };
      const { price } = conduct;
      answer(
        JSON.stringify({
          model_id: model,
          base_price_usd: price,
          price_unit: 'output',
          input_schema: schema,
        }),
      );
    } else if (url.includes('/balance')) {
      answer(JSON.stringify({ balance_usd: 100, currency: 'USD' }));
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, accepted: () => accepted };
}

let cwd: string;
beforeEach(() => {
  cwd = workFolder();
  const rows = Array.from({ length: 40 }, (_, n) => `a cat ${n}`);
  writeFileSync(join(cwd, 'cats.csv'), `prompt\n${rows.join('\n')}\n`);
});

function running(url: string, capUsd: string, ...more: string[]) {
  const args = ['run', 'cats.csv', '-m', model, '-y', '--no-view', '--base-url', url, '--max-cost', capUsd];
  return rcb([...args, ...more], { cwd });
}

async function status(...more: string[]): Promise<string> {
  return (await rcb(['status', 'out/cats', ...more], { cwd })).stdout;
}

describe('--max-cost', () => {
  test('is kept by a server that charges six times the base price', async () => {
    const api = await chargingApi({ price: 0.08, cost: 0.5 });
    const run = await running(api.url, '1');
    expect(run.code).toBe(75);
    expect(api.accepted()).toBe(2);
    expect(run.stderr).toContain(`The cap of $1.00 leaves no room for another job of ${model}`);
    expect(run.stderr).not.toContain('crossed');
  });

  test('lets in all that it has room for where a job costs its base price', async () => {
    const api = await chargingApi({ price: 0.08, cost: 0.08 });
    expect((await running(api.url, '1')).code).toBe(75);
    expect(api.accepted()).toBe(12);
  });

  test('is said to be crossed by the summary and the status, with how far and why', async () => {
    const api = await chargingApi({ price: 0.08, cost: 6 });
    const run = await running(api.url, '1', '--json');
    const sentence = `The cap of $1.00 was crossed: $6.00. A job of ${model} cost $6.00, above its base price of $0.08.`;
    expect(run.code).toBe(75);
    expect(api.accepted()).toBe(1);
    const summary = JSON.parse(run.stdout.trim().split('\n').at(-1) as string) as Record<string, unknown>;
    expect(summary).toMatchObject({ exit_code: 75, cost: 6, max_cost: 1, max_cost_crossed: true });
    expect(run.stderr).toContain(sentence);
    expect(await status()).toContain(sentence);
    expect(JSON.parse(await status('--json'))).toMatchObject({ max_cost: 1, max_cost_crossed: true });

    const again = await running(api.url, '1');
    expect([again.code, api.accepted()]).toEqual([75, 1]);
    expect(again.stderr).toContain(sentence);
  });

  test('counts what may have been paid for in every run, however often it is sent again', async () => {
    const api = await chargingApi({ price: 0.08, cost: null, isMute: true });
    for (let life = 0; life < 3; life += 1) await running(api.url, '0.5', '--on-unknown', 'resubmit');
    await rcb(['reconcile', 'out/cats', '-y', '--resubmit', 'all'], { cwd });
    const last = await running(api.url, '0.5');
    // It may have cost ten times as much.
    expect(api.accepted()).toBe(1);
    expect(last.stderr).toContain('1 attempt of unknown cost may have cost $0.80');
    expect(last.stderr).toMatch(/cost +unknown/);
    expect(last.stderr).toMatch(/at stake +about \$0\.08: 1 attempt of unknown cost/);
    const told = await status();
    expect(told).toContain('at stake about $0.08: 1 attempt of unknown cost · cap $0.50');
    expect(told).not.toMatch(/^ .*% of 40 jobs done · \$0\.00/m);
    expect(JSON.parse(await status('--json'))).toMatchObject({
      cost_at_stake: 0.08,
      attempts_without_cost: 1,
    });
  });

  test('sends three of unknown cost and price in the life of a folder, not three a run', async () => {
    const api = await chargingApi({ price: null, cost: null, isMute: true });
    writeFileSync(join(cwd, 'cats.csv'), 'prompt\na cat\n');
    for (let life = 0; life < 5; life += 1) await running(api.url, '0.5', '--on-unknown', 'resubmit');
    expect(api.accepted()).toBe(3);
    expect(await status()).toContain('at stake 3 attempts of unknown cost and price');
  });

  test('neither believes a cost that cannot be right nor pays on after it', async () => {
    const api = await chargingApi({ price: 0.08, cost: '1e300' });
    const run = await running(api.url, '5');
    expect(run.code).toBe(75);
    expect(api.accepted()).toBeLessThan(10);
    expect(run.stderr).toContain('which cannot be right, so it is left out of all totals.');
    expect(await status()).not.toContain('e+300');
    expect(await status()).toContain('of unknown cost');
  });
});
