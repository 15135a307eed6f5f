import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { filesBelow, manifestOf, rcb, workFolder } from '../support/command-line.ts';
import { finishing, listener, quickly, sendJson } from './attack.ts';

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

test('one request id for several submissions is one result; the others are unknown, in later runs too', async () => {
  const cwd = workFolder();
  const results = finishing(() => ({ status: 'succeeded', output: { image: `${api.origin}/files/a.png` } }));
  const api = await listener((req, res) => {
    if (req.method === 'POST') sendJson(res, 200, { request_id: 'same-id' });
    else if (req.url?.startsWith('/files/')) res.writeHead(200, { 'content-type': 'image/png' }).end(png);
    else results(req, res);
  });
  const run = (seeds: string) => {
    writeFileSync(join(cwd, 'cats.csv'), 'prompt\na cat\n');
    const args = [
      'run',
      'cats.csv',
      seeds,
      '-o',
      'cats',
      '--base-url',
      api.origin,
      '--no-view',
      '--no-embed',
    ];
    return rcb([...args, ...quickly], { cwd });
  };
  expect((await run('seed=1-3')).code).toBe(76);
  const lines = manifestOf(join(cwd, 'cats'));
  expect(lines.map(({ state }) => state).sort()).toEqual(['done', 'unknown', 'unknown']);
  const owner = lines.find(({ state }) => state === 'done')?.job;
  for (const { state, error, request_id: id } of lines.filter((line) => line.state === 'unknown')) {
    expect([state, id]).toEqual(['unknown', null]);
    expect(error).toMatchObject({ class: 'unknown_submit' });
    expect(error?.message).toContain(`The server gave the id of job ${owner}`);
  }
  expect((await run('seed=1-4')).code).toBe(76);
  expect(manifestOf(join(cwd, 'cats')).filter(({ state }) => state === 'unknown')).toHaveLength(3);
  expect(filesBelow(join(cwd, 'cats')).filter((file) => file.startsWith('files/'))).toHaveLength(1);
});
