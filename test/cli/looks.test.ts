import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ManifestLine } from '../../src/core/job/manifest.ts';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { main, manifestOf, rcb } from '../support/command-line.ts';
import { doneFolder } from '../support/done-ledger.ts';

let cwd: string;
let lines: ManifestLine[];

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'rcb-test-'));
  const simulator = await startSimulator({ latency: { kind: 'fixed', ms: 50 } });
  writeFileSync(
    join(cwd, 'cats.csv'),
    'id,prompt,style,Mood\na,"=1+1 cats",anime,calm\nb,two cats,realistic,\nc,three cats,anime,wild\n',
  );
  await rcb(['run', 'cats.csv', '--base-url', simulator.baseUrl, '--poll', '0.1', '--no-view'], { cwd });
  await simulator.close();
  // The folder can be moved.
  mkdirSync(join(cwd, 'moved'));
  renameSync(join(cwd, 'out/cats'), join(cwd, 'moved/cats'));
  lines = manifestOf(join(cwd, 'moved/cats'));
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const jsonLines = (text: string): ManifestLine[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as ManifestLine);

describe('looking into a run folder', () => {
  test('rcb ls has one line per job, by state and by any value', async () => {
    const all = await rcb(['ls', 'moved/cats'], { cwd });
    expect(all.stdout.trimEnd().split('\n')).toHaveLength(3);
    const anime = await rcb(['ls', 'moved/cats', '--where', 'style=anime', '--state', 'done', '--json'], {
      cwd,
    });
    expect(jsonLines(anime.stdout).map(({ id }) => id)).toEqual(['a', 'c']);
    const tagged = await rcb(['ls', 'moved/cats', '--where', 'Mood=wild', '--json'], { cwd });
    expect(jsonLines(tagged.stdout).map(({ id }) => id)).toEqual(['c']);
    expect((await rcb(['ls', 'moved/cats', '--state', 'failed'], { cwd })).stdout).toBe('');
  });

  test.each([
    ['a table', []],
    ['JSON', ['--json']],
  ])('rcb ls ends quietly when the reader of %s has seen enough, as head has', async (_, flags) => {
    await doneFolder(join(cwd, 'long'), 5_000);
    const child = spawn(process.execPath, [main, 'ls', 'long', ...flags], { cwd });
    let said = '';
    child.stderr.on('data', (text) => {
      said += text;
    });
    child.stdout.once('data', () => child.stdout.destroy());
    const [code] = await once(child, 'close');
    expect([code, said]).toEqual([0, '']);
  });

  test('rcb show finds a job by a prefix of its id and by its file', async () => {
    const [first] = lines as [ManifestLine];
    const byId = await rcb(['show', 'moved/cats', first.job.slice(0, 6), '--json'], { cwd });
    expect(JSON.parse(byId.stdout)).toEqual(first);
    const file = join('moved/cats', first.outputs[0]?.path as string);
    const byFile = await rcb(['show', file], { cwd });
    expect(byFile.stdout).toContain(first.job);
    expect(byFile.stdout).toContain('=1+1 cats');
    const none = await rcb(['show', 'moved/cats', 'zzz'], { cwd });
    expect(none.code).toBe(64);
  });

  test('rcb status counts what there is', async () => {
    const status = await rcb(['status', 'moved/cats', '--json'], { cwd });
    expect(JSON.parse(status.stdout)).toMatchObject({ jobs: 3, counts: { done: 3, pending: 0 }, pid: null });
    expect((await rcb(['status', 'moved/cats'], { cwd })).stdout).toContain('100% of 3 jobs done');
  });

  test('rcb export writes JSONL and CSV by extension, without formulas', async () => {
    expect((await rcb(['export', 'moved/cats', '-o', 'all.jsonl'], { cwd })).code).toBe(0);
    expect(jsonLines(readFileSync(join(cwd, 'all.jsonl'), 'utf8'))).toEqual(lines);
    expect((await rcb(['export', 'moved/cats', '-o', 'all.csv'], { cwd })).code).toBe(0);
    const csv = readFileSync(join(cwd, 'all.csv'), 'utf8');
    expect(csv).toContain("'=1+1 cats");
    expect((await rcb(['export', 'moved/cats', '-o', 'all.xlsx'], { cwd })).code).toBe(64);
  });

  test('the newest folder under out/ is meant where none is named', async () => {
    expect((await rcb(['status'], { cwd })).stderr).toContain('There is no run folder under out/.');
    mkdirSync(join(cwd, 'out'), { recursive: true });
    renameSync(join(cwd, 'moved/cats'), join(cwd, 'out/cats'));
    expect((await rcb(['status'], { cwd })).stdout).toContain('out/cats');
    renameSync(join(cwd, 'out/cats'), join(cwd, 'moved/cats'));
  });
});
