import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HttpResponse, http } from 'msw';
import { expect, onTestFinished, test } from 'vitest';
import { startSimulator } from '../../../src/simulator/simulator.ts';
import { rcb, workFolder } from '../../support/command-line.ts';
import { serveHandlers } from '../../support/loopback.ts';

test('a plan asks for the price and the balance at once, and waits for both', async () => {
  const simulator = await startSimulator({ latency: { kind: 'fixed', ms: 0 }, balanceUsd: 42 });
  onTestFinished(() => simulator.close());
  const asked: string[] = [];
  const all = Promise.withResolvers<void>();
  // Each answer is kept back until both have been asked for.
  const server = await serveHandlers([
    http.get('*', async ({ request }) => {
      const { pathname } = new URL(request.url);
      asked.push(pathname);
      if (asked.length === 2) all.resolve();
      await all.promise;
      const { status, headers, body } = await fetch(new URL(pathname, simulator.baseUrl), request);
      return new HttpResponse(body, { status, headers });
    }),
  ]);
  onTestFinished(() => server.close());
  const cwd = workFolder();
  writeFileSync(join(cwd, 'cats.csv'), 'prompt,seed\na cat,1\na cat,2\n');
  const { code, stdout } = await rcb(['plan', 'cats.csv', '--base-url', server.origin], { cwd });
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('42.00') });
  expect(asked.sort()).toEqual(['/prod/v2/balance', '/v1/models/ideogram/ideogram-v2/generate']);
});
