import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findToken } from '../../src/app/access/token.ts';
import { providers } from '../../src/providers/providers.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { tokenStorePath, writeTokenStore } from '../../src/store/folder/token-store.ts';
import { manifestOf, rcb, workFolder } from '../support/command-line.ts';

const poster = 'deployment:11111111-1111-4111-8111-111111111111';
const lora = 'deployment:33333333-3333-4333-8333-333333333333';
const hosted = 'ideogram/ideogram-v2/generate';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 0 }, coldStartMs: 0 });
});
afterAll(() => simulator.close());

function folder(files: Readonly<Record<string, string>>) {
  const cwd = workFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
  return (...args: readonly string[]) => rcb([...args, '--base-url', simulator.baseUrl], { cwd });
}

describe('the provider of a run is that of', () => {
  test.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    ['the flag', { 'p.csv': '6.text\na fox\n' }, ['p.csv', '-m', poster]],
    ['a column', { 'p.csv': `model,6.text\n${poster},a fox\n` }, ['p.csv']],
    [
      'a column that is renamed',
      { 'p.csv': `Engine,6.text\n${poster},a fox\n` },
      ['p.csv', '--map', 'Engine=model'],
    ],
    ['a JSON row', { 'p.jsonl': `{"model":"${poster}","6.text":"a fox"}\n` }, ['p.jsonl']],
    ['a sweep', { 's.yaml': `model: ${poster}\nrows: [{6.text: a fox}]\n` }, ['s.yaml']],
    ['a row of a sweep', { 's.yaml': `rows: [{model: "${poster}", 6.text: a fox}]\n` }, ['s.yaml']],
    ['a word', {}, [`model=${poster}`, '6.text=a fox']],
    ['the flag before the rows', { 'p.csv': `model,6.text\n${hosted},a fox\n` }, ['p.csv', '-m', poster]],
  ])('%s', async (_, files, words) => {
    const { code, stdout, stderr } = await folder(files)('plan', ...words);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining('error') });
    expect(stdout).toMatch(/deployment:11111111\S+ +1 × /);
  });

  test('two deployments in one list', async () => {
    const cwd = workFolder();
    writeFileSync(join(cwd, 'p.csv'), `model,prompt,6.text\n${lora},a cat,\n${poster},,a fox\n`);
    const base = ['--base-url', simulator.baseUrl];
    const { code } = await rcb(['run', 'p.csv', '-y', '--no-view', ...base], { cwd });
    expect(code).toBe(0);
    expect(manifestOf(join(cwd, 'out/p')).map(({ model, state }) => [model, state])).toEqual([
      [lora, 'done'],
      [poster, 'done'],
    ]);
    // Nothing names the provider any more but the folder.
    expect((await rcb(['resume', 'out/p', '-y', '--no-view', ...base], { cwd })).code).toBe(0);
  });
});

test.each([
  ['a deployment first', [poster, hosted], 'a model of RunComfy, unlike'],
  ['a deployment second', [hosted, poster], 'a model of RunComfy Serverless, unlike'],
])('models of two providers in one list are refused, with what to do: %s', async (_, models, said) => {
  const [first, second] = models;
  const run = folder({ 'p.csv': `model,prompt\n${first},a cat\n${second},a fox\n${second},an owl\n` });
  const { code, stderr } = await run('plan', 'p.csv', '--map', 'prompt=6.text');
  expect(code).toBe(65);
  expect(stderr).toContain(`p.csv:3:1 "${second}" is ${said} the first model of this run (2 rows)`);
  expect(stderr).toContain('rcb view A B');
});

describe('a stored token opens', () => {
  const secret = 'tok-7d1fa9c2e8b34f60';
  const usual = providers.runcomfy.address.usual;
  async function foundAt(stored: { readonly provider: string; readonly address: string }, base: string) {
    const env = { HOME: workFolder() };
    await writeTokenStore(tokenStorePath(env) as string, [
      { ...stored, address: new URL(stored.address).href, token: secret },
    ]);
    return findToken({ env, tokenFile: null }, providers.serverless, new URL(base))?.token ?? null;
  }

  test.each([
    [
      'the other API of the same account',
      { provider: 'runcomfy', address: usual },
      providers.serverless.address.usual,
      secret,
    ],
    [
      'the API that it was stored for',
      { provider: 'serverless', address: 'https://x.example' },
      'https://x.example',
      secret,
    ],
    [
      'both APIs at one address',
      { provider: 'runcomfy', address: 'https://x.example' },
      'https://x.example',
      secret,
    ],
    ['no other address', { provider: 'runcomfy', address: usual }, 'https://x.example', null],
    [
      'nothing from another address',
      { provider: 'runcomfy', address: 'https://x.example' },
      providers.serverless.address.usual,
      null,
    ],
    [
      'nothing of another provider',
      { provider: 'toy', address: providers.serverless.address.usual },
      providers.serverless.address.usual,
      null,
    ],
  ])('%s', async (_, stored, base, token) => {
    expect(await foundAt(stored, base)).toBe(token);
  });
});
