import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { asked, inferred, poster, prompting } from '../simulator/deployments/deployed.ts';
import { ask, ideogram, submit } from '../simulator/raw-client.ts';
import { main, rcb, workFolder } from '../support/command-line.ts';

/** Starts `rcb simulate` on a free port and gives its address, which is its first line. */
async function simulated(...flags: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [main, 'simulate', '--port', '0', ...flags], {
    cwd: workFolder(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await closed;
  });
  const [base] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return base;
}

test('rcb simulate shows outages and faults as they are written on the command line', async () => {
  const base = await simulated(
    '--fault',
    'outage=submits 521 after 1 for 2',
    '--faults',
    'catalogue.html200=1,status.http500=0',
  );
  const statuses: (number | null)[] = [];
  for (let seed = 0; seed < 4; seed += 1) {
    const { status } = await submit(base, { prompt: 'a cat', seed });
    statuses.push(status === 202 ? 200 : status);
  }
  expect(statuses).toEqual([200, 521, 521, 200]);
  expect((await ask(`${base}/v1/models`)).headers['content-type']).toMatch(/html/);
  const { outages } = (await ask(`${base}/_simulator/census`)).json;
  expect(outages).toMatchObject([{ submits: 2, accepted: [] }]);
});

test('rcb simulate takes the forms and limits of another server as flags', async () => {
  const base = await simulated(
    ...['--wording', 'plain', '--price', '0.5', '--page-cap', '1', '--latency', '0', '--outputs', 'bare'],
    ...['--submits-per-minute', '1', '--submit-burst', '1', '--retry-after', 'body'],
    ...['--token', 'right', '--token-refusal', 'gateway'],
  );
  expect((await ask(`${base}/v1/models`, { token: 'wrong' })).json).toEqual({ message: 'Forbidden' });
  const { json } = await ask(`${base}/v1/models?limit=9`, { token: 'right' });
  expect(json).toMatchObject({ limit: 1, models: [{ model_id: ideogram, base_price_usd: 0.5 }] });
  const url = `${base}/v1/models/${ideogram}`;
  const first = await ask(url, { method: 'POST', token: 'right', body: { prompt: 'a cat' } });
  const result = await ask(first.json.result_url as string, { token: 'right' });
  expect(JSON.stringify(result.json.output)).toMatch(/^(\["|")http/);
  const second = await ask(url, { method: 'POST', token: 'right', body: { prompt: 'a dog' } });
  expect([second.status, second.json.retry_after]).toEqual([429, 60]);
});

test('rcb simulate takes how deployments scale and how long their files are kept as flags', async () => {
  const base = await simulated(
    ...[
      '--instances',
      '2',
      '--queue-size',
      '3',
      '--cold-start',
      '0',
      '--keep-warm',
      '0',
      '--files-kept',
      '0',
    ],
    ...['--latency', '0', '--wording', 'plain'],
  );
  const listed = await ask(`${base}/prod/v2/deployments/${poster}`);
  expect(listed.json).toMatchObject({ max_instances: 2, queue_size: 3 });
  const id = await inferred(base, prompting('a cat'));
  const { json } = await asked(base, 'result', id);
  const link = /http[^"]+png/.exec(JSON.stringify(json))?.[0] ?? '';
  expect([json.status, (await ask(link, { token: null })).status]).toEqual(['succeeded', 403]);
});

test.each([
  [['--fault', 'outage=never'], 'The outage "never" cannot be read: "never" is not part of one.'],
  [['--retry-after', 'soon'], '--retry-after "soon" is not one of seconds, date, body, text, none.'],
  [['--price', 'dear'], '--price "dear" is not a number.'],
  [['--outputs', 'strings'], '--outputs "strings" is not one of objects, bare, mixed.'],
])('rcb simulate %j is refused with a sentence', async (flags, sentence) => {
  const { code, stderr } = await rcb(['simulate', '--port', '0', ...flags], { cwd: workFolder() });
  expect(stderr).toContain(sentence);
  expect(code).toBe(64);
});
