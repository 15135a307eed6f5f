import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { manifestOf, rcb, workFolder } from '../support/command-line.ts';

let simulator: Simulator;
let cwd: string;
beforeAll(async () => {
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 20 } });
});
afterAll(() => simulator.close());
beforeEach(() => {
  cwd = workFolder();
});

const run = (...args: string[]) =>
  rcb(['run', ...args, '--base-url', simulator.baseUrl, '--poll', '0.1', '--no-view'], { cwd });
const notesOf = async (...args: string[]): Promise<string[]> => {
  const { stdout } = await rcb(['plan', ...args, '--json', '--base-url', simulator.baseUrl], { cwd });
  return (JSON.parse(stdout) as { notes: { message: string }[] }).notes.map(({ message }) => message);
};

test('rows that are one job keep their ids and tags, in the manifest and wherever jobs are looked for', async () => {
  writeFileSync(
    join(cwd, 'p.csv'),
    'id,prompt,lang\n101,a stone arch,en\n102,a gate,en\n103,a stone arch,de\n',
  );
  expect(await notesOf('p.csv')).toContain(
    '1 row is the same job as another: it differs only in columns that are not sent (id, lang); add --keep-duplicates to generate each one',
  );
  expect((await run('p.csv')).code).toBe(0);
  const [arch] = manifestOf(join(cwd, 'out/p'));
  expect(arch).toMatchObject({
    id: '101',
    rows: ['p.csv:2', 'p.csv:4'],
    tags: { lang: 'en' },
    also: [{ row: 'p.csv:4', id: '103', tags: { lang: 'de' } }],
  });
  const table = parse(readFileSync(join(cwd, 'out/p/manifest.csv')), { bom: true, columns: true });
  expect(table).toMatchObject([
    { id: '101', also: '103' },
    { id: '102', also: '' },
  ]);
  for (const asked of [
    ['ls', 'out/p', '--where', 'id=103'],
    ['ls', 'out/p', '--where', 'lang=de'],
    ['show', 'out/p', '103'],
  ]) {
    const { code, stdout } = await rcb(asked, { cwd });
    expect([code, stdout]).toEqual([0, expect.stringContaining(arch?.job ?? '')]);
  }
  const shown = await rcb(['show', 'out/p', '103'], { cwd });
  expect(shown.stdout).toContain('p.csv:4: id 103, lang de');
  expect((await run('p.csv')).stderr).toContain('Nothing to do');
});

test('rows that differ in a seed under another name are told how to send it', async () => {
  writeFileSync(join(cwd, 'p.csv'), 'prompt,evaluation_seed\na pump,432\na pump,4975\na pump,4745\n');
  expect(await notesOf('p.csv')).toContain(
    '2 rows are the same job as another: they differ only in columns that are not sent (evaluation_seed); map one (--map evaluation_seed=seed) or add --keep-duplicates to generate each one',
  );
});

const filesIn = (dir: string): string[] =>
  readdirSync(join(cwd, dir, 'files'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.includes('.'))
    .sort();

test('--name is exact where it is unique and safe, and counts with {n}', async () => {
  writeFileSync(join(cwd, 'p.csv'), 'id,prompt,seed\nHero Shot,a cat,1\n../../Up,a dog,2\ncon,a fox,3\n');
  expect((await run('p.csv', '--name', '{id}.{ext}', '-o', 'out/a')).code).toBe(0);
  expect(filesIn('out/a')).toEqual(['Hero Shot.png', '_..-Up.png', '_con.png']);
  expect((await run('p.csv', '--name', 'Cats/{n} {seed}.{ext}', '-o', 'out/b')).code).toBe(0);
  expect(filesIn('out/b')).toEqual(['Cats/1 1.png', 'Cats/2 2.png', 'Cats/3 3.png']);
  expect(existsSync(join(cwd, 'Up.png'))).toBe(false);
});

test('the job id is added where names are the same, and the plan says where', async () => {
  writeFileSync(join(cwd, 'p.csv'), 'id,prompt\nCat,a cat\ncat,a dog\nother,a fox\n');
  const [note] = (await notesOf('p.csv', '--name', '{id}.{ext}')).filter((each) => each.includes('job id'));
  expect(note).toMatch(
    /^1 name is the same for several jobs, so the job id was added: files\/Cat-[0-9a-f]{8}\.\*, files\/cat-[0-9a-f]{8}\.\*$/,
  );
  expect((await run('p.csv', '--name', '{id}.{ext}')).code).toBe(0);
  expect(filesIn('out/p')).toEqual([
    expect.stringMatching(/^Cat-[0-9a-f]{8}\.png$/),
    expect.stringMatching(/^cat-[0-9a-f]{8}\.png$/),
    'other.png',
  ]);
});
