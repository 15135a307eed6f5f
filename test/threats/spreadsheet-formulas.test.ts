import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { rcb, workFolder } from '../support/command-line.ts';
import { finishing, listener, quickly } from './attack.ts';

const starts = [
  '=1+1',
  '+1+1',
  '-1+1',
  '@SUM(A1)',
  '\t=1',
  '\r=1',
  '＝1+1',
  '＋1',
  '－1',
  '＠SUM(1)',
  "=cmd|' /C calc'!A0",
];
const schema = {
  type: 'object',
  properties: {
    prompt: { type: 'string' },
    shift: { type: 'number' },
    '=extra()': { type: 'string' },
  },
};

test('no cell of manifest.csv can become a formula, and negative numbers stay numbers', async () => {
  const cwd = workFolder();
  const api = await listener(
    finishing((id) => ({ status: 'failed', error: starts[Number(id.slice(4)) % starts.length] })),
  );
  const rows = starts.map((text) => ({
    id: text,
    prompt: text,
    shift: -3.5,
    '=extra()': text,
    '@tag': text,
    '-t': '-3',
  }));
  writeFileSync(join(cwd, 'rows.jsonl'), rows.map((row) => JSON.stringify(row)).join('\n'));
  writeFileSync(join(cwd, 'schema.json'), JSON.stringify(schema));
  const args = ['run', 'rows.jsonl', '-m', 'evil/model', '--schema', 'schema.json', '-o', 'out/a'];
  const run = await rcb([...args, '--base-url', api.origin, ...quickly], {
    cwd,
    env: {
      RUNCOMFY_API_TOKEN: 'tok_any',
    },
  });
  expect(run.code).toBe(1);
  const csv = readFileSync(join(cwd, 'out/a/manifest.csv'), 'utf8');
  const table = parse(csv, { bom: true }) as string[][];
  expect(table).toHaveLength(starts.length + 1);
  const live = table.flat().filter((text) => /^[=+\-@\t\r＝＋－＠]/u.test(text));
  expect([...new Set(live)]).toEqual(['-3.5']);
  // Nothing is lost but for the mark in front.
  const prompts = table
    .slice(1)
    .map((row) => row[(table[0] as string[]).indexOf('prompt')]?.replace(/^'/, ''));
  expect(prompts.sort()).toEqual(starts.map((text) => text.replace('\r', '\n')).sort());
});
