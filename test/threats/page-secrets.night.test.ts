import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { startRcb, workFolder } from '../support/command-line.ts';
import { pageOf } from '../support/page-reading.ts';
import { childrenOf, tracesOf, until } from '../support/processes.ts';
import { filesHolding } from './attack.ts';

test('the builder of the page gets no token and no other secret, and none is in what it makes', async () => {
  const simulator = await startSimulator({ latency: { kind: 'fixed', ms: 50 } });
  const cwd = workFolder();
  writeFileSync(join(cwd, 'cats.csv'), 'prompt\none cat\ntwo cats\n');
  const secrets = {
    RUNCOMFY_API_TOKEN: 'rc-7d1fa9c2e8b34f60',
    AWS_SECRET_ACCESS_KEY: 'aws-55aa',
    NODE_OPTIONS: '',
  };
  const run = startRcb(['run', 'cats.csv', '--base-url', simulator.baseUrl, '--poll', '0.1', '-j', '1'], {
    cwd,
    env: { ...secrets, LANG: 'C.UTF-8' },
  });
  let traces = '';
  await until(() => {
    traces ||=
      childrenOf(run.pid)
        .map(tracesOf)
        .find((text) => text.includes('__view')) ?? '';
    return traces !== '';
  });
  expect((await run.ended).code).toBe(0);
  await simulator.close();
  expect(traces).toContain('LANG=C.UTF-8');
  for (const [name, value] of Object.entries(secrets)) {
    expect(traces).not.toContain(name);
    if (value !== '') expect(traces).not.toContain(value);
  }
  expect(pageOf(join(cwd, 'out/cats')).jobs).toHaveLength(2);
  expect(filesHolding(cwd, ['rc-7d1fa9c2e8b34f60', 'aws-55aa'])).toEqual([]);
});

test('prompts that are markup stay text in the page', async () => {
  const cwd = workFolder();
  const prompts = ['</script><img src=x onerror=alert(1)>', '<!--<script>', 'a\u2028b\u2029c', '$& $1 $`'];
  writeFileSync(join(cwd, 'evil.jsonl'), prompts.map((prompt) => JSON.stringify({ prompt })).join('\n'));
  const run = startRcb(['run', 'evil.jsonl', '--rehearse', '--poll', '0.1', '-o', 'out/<b>&'], { cwd });
  expect((await run.ended).code).toBe(0);
  const dir = join(cwd, 'out/<b>&-rehearsal');
  expect(pageOf(dir).jobs.map(({ input }) => input.prompt)).toEqual(prompts);
  const text = readFileSync(join(dir, 'index.html'), 'utf8');
  expect(text).not.toMatch(/<img|<b>/);
  expect(text.match(/<script/g)).toHaveLength(3);
});
