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
    expect(await rcb(['ls', 'moved/cats', '--state', 'failed'], { cwd })).toMatchObject({
      code: 0,
      stdout: '',
      stderr: 'No matches.\n',
    });
  });

  test('rcb ls finds words, and conditions that all hold', async () => {
    const ids = async (...words: string[]) => {
      const { stdout } = await rcb(['ls', 'moved/cats', ...words], { cwd });
      return stdout.split('\n').flatMap((line) => line.split('\t')[2] ?? []);
    };
    expect(await ids('CATS')).toEqual(['a', 'b', 'c']);
    expect(await ids('cats', 'wild')).toEqual(['c']);
    expect(await ids('three cats')).toEqual(['c']);
    expect(await ids((lines[1] as ManifestLine).job.slice(0, 8))).toEqual(['b']);
    expect(await ids('--where', 'prompt~CATS', '--where', 'style!=anime')).toEqual(['b']);
    expect(await ids('--where', 'Mood=')).toEqual(['b']);
    expect(
      await ids('cats', '--where', 'cost>=0', '--where', 'took_s<60', '--where', 'width>1'),
    ).toHaveLength(3);
    expect(await ids('--where', 'cost>1000')).toEqual([]);
    expect(await ids('--where', 'rows~cats.csv:3')).toEqual(['b']);
  });

  test('a first word is a folder if it is one, else it is searched for in the newest', async () => {
    mkdirSync(join(cwd, 'out'), { recursive: true });
    renameSync(join(cwd, 'moved/cats'), join(cwd, 'out/cats'));
    mkdirSync(join(cwd, 'three'));
    try {
      const listed = async (...words: string[]) => {
        const { code, stdout, stderr } = await rcb(['ls', ...words], { cwd });
        return [
          code,
          stdout
            .trimEnd()
            .split('\n')
            .map((line) => line.split('\t')[2]),
          stderr,
        ];
      };
      expect(await listed('wild')).toEqual([0, ['c'], '']);
      // A folder of another kind is a word too.
      expect(await listed('three')).toEqual([0, ['c'], '']);
      expect(await listed('out/cats', 'three')).toEqual([0, ['c'], '']);
      expect(await listed('--', 'cats/seed')).toEqual([0, [undefined], 'No matches.\n']);
      expect((await listed('--', 'files/'))[1]).toEqual(['a', 'b', 'c']);
      expect(await listed('out/dogs')).toEqual([
        64,
        [undefined],
        'rcb: There is no folder out/dogs.\n     To search for this text: rcb ls -- out/dogs\n',
      ]);
      expect((await listed('out'))[0]).toBe(0);
      expect((await listed('./three'))[2]).toContain('./three is not a run folder');
      renameSync(join(cwd, 'out/cats'), join(cwd, 'out/zebras'));
      expect(await listed('zebras')).toEqual([
        0,
        [undefined],
        'No matches. To list out/zebras: rcb ls out/zebras\n',
      ]);
      renameSync(join(cwd, 'out/zebras'), join(cwd, 'out/cats'));
    } finally {
      renameSync(join(cwd, 'out/cats'), join(cwd, 'moved/cats'));
    }
  });

  test.each([['ls'], ['sheet'], ['export', '-o', 'narrow.jsonl']])(
    'rcb %s refuses a key that no job has, with the nearest one',
    async (command, ...more) => {
      const refused = await rcb([command, 'moved/cats', ...more, '--where', 'promt~cat'], { cwd });
      expect(refused).toMatchObject({
        code: 64,
        stdout: '',
        stderr: `rcb: No job has "promt"; did you mean "prompt"?\n     Write --where 'prompt~cat'.\n`,
      });
    },
  );

  test('rcb export writes the jobs that are asked for', async () => {
    const asked = ['--where', 'style=anime', '--where', 'prompt~three'];
    const exported = await rcb(['export', 'moved/cats', '-o', 'some.jsonl', ...asked], { cwd });
    expect(exported).toMatchObject({ code: 0, stderr: 'Wrote 1 job to some.jsonl.\n' });
    expect(jsonLines(readFileSync(join(cwd, 'some.jsonl'), 'utf8')).map(({ id }) => id)).toEqual(['c']);
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
