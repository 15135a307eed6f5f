import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { maxPathBytes } from '../../src/core/paths.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { filesBelow, manifestOf, rcb, workFolder } from '../support/command-line.ts';
import { quickly } from './attack.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 5 } });
});
afterAll(() => simulator.close());

const hostile = [
  '../../../../etc/passwd',
  '/etc/cron.d/x',
  'C:\\Windows\\System32\\x',
  '\\\\server\\share\\x',
  '..\\..\\x',
  'a\nb\r\nc',
  'gnp.\u202eexe',
  'CON',
  'con.png',
  'LPT1.',
  'aux ',
  'trailing...',
  'dot. . .',
  '.',
  '..',
  '...',
  '~/x',
  '$(touch x)`touch y`',
  '-rf',
  'x'.repeat(10_000),
  '👩‍👩‍👧'.repeat(300),
  'a:stream',
  '{job}{ext}/{slug}',
  'Case',
  'CASE',
  'cas\u00e9',
  'case\u0301',
  '\u200b\ufeff',
  '?*<>|"',
] as const;

const reserved = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

test.each([
  '{slug}/{axes}-{job}{_i}.{ext}',
  '../../{id}/{prompt}',
  'CON/{id}/aux.{ext}',
  'C:\\CON/{id}/..\u202e\n{tag}/aux.{ext}',
])('whatever a row holds, --name %j keeps every file inside and apart from the others', async (template) => {
  const cwd = workFolder();
  const rows = hostile.map((text, index) => ({ id: text, prompt: text, seed: index, tag: text }));
  writeFileSync(join(cwd, 'rows.jsonl'), rows.map((row) => JSON.stringify(row)).join('\n'));
  const args = ['run', 'rows.jsonl', '-o', 'out/a', '-y', '--name', template];
  const run = await rcb([...args, '--base-url', simulator.baseUrl, ...quickly], {
    cwd,
    env: { RUNCOMFY_API_TOKEN: 'tok_any', XDG_CACHE_HOME: workFolder(), XDG_DATA_HOME: workFolder() },
  });
  if (run.code === 64) {
    // Refused before anything is sent: as good a defence.
    expect(run.stderr).toContain('name template');
    expect(filesBelow(cwd)).toEqual(['rows.jsonl']);
    return;
  }
  expect(run.code).toBe(0);
  const lines = manifestOf(join(cwd, 'out/a'));
  expect(lines.map(({ id }) => id).sort()).toEqual([...hostile].sort());
  const paths = lines.flatMap(({ outputs }) => outputs.map(({ path }) => path));
  expect(paths).toHaveLength(hostile.length);
  const found = filesBelow(cwd).filter(
    (path) =>
      !/^(rows\.jsonl|out\/a\/(manifest\.|run\.log|\.lock|index\.html$|thumbs\/[0-9a-f]{16}\.(?:jpg|webp)$))/.test(
        path,
      ),
  );
  expect(found).toEqual(paths.map((path) => `out/a/${path}`).sort());
  expect(new Set(paths.map((path) => path.normalize('NFC').toLowerCase())).size).toBe(hostile.length);
  for (const path of paths) {
    expect(Buffer.byteLength(path)).toBeLessThanOrEqual(maxPathBytes);
    const [root, ...parts] = path.split('/');
    expect(root).toBe('files');
    for (const part of parts) {
      expect(part).toMatch(/^[^.\s-][^\p{Cc}\p{Cf}<>:"\\|?*]*$/u);
      expect(part).not.toMatch(/[. ]$/);
      expect(part).not.toMatch(reserved);
    }
  }
});

test('a NUL in a row is refused and told', async () => {
  const cwd = workFolder();
  writeFileSync(join(cwd, 'rows.jsonl'), '{"id":"a\\u0000b","prompt":"a\\u0000b"}');
  const run = await rcb(['plan', 'rows.jsonl', '--base-url', simulator.baseUrl], { cwd });
  expect(run.code).toBe(65);
  expect(run.stderr).toContain('NUL');
});

test('a sweep cannot lead its name template out of the folder either', async () => {
  const cwd = workFolder();
  const sweep = {
    model: 'ideogram/ideogram-v2/generate',
    rows: [{ id: '../x', prompt: '../../x' }],
    output: { dir: 'out/a', name: '../{id}/../../{slug}.{ext}' },
  };
  writeFileSync(join(cwd, 'sweep.json'), JSON.stringify(sweep));
  await rcb(['run', 'sweep.json', '--base-url', simulator.baseUrl, ...quickly], {
    cwd,
    env: { RUNCOMFY_API_TOKEN: 'tok_any', XDG_CACHE_HOME: workFolder(), XDG_DATA_HOME: workFolder() },
  });
  const strays = filesBelow(cwd).filter((path) => !/^(sweep\.json$|out\/a\/)/.test(path));
  expect(strays).toEqual([]);
  expect(readFileSync(join(cwd, 'sweep.json'), 'utf8')).toBe(JSON.stringify(sweep));
});
