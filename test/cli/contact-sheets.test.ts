import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { filesBelow, manifestOf, rcb, startRcb } from '../support/command-line.ts';
import { doneFolder } from '../support/done-ledger.ts';

const hasPoppler = spawnSync('pdfinfo', ['-v']).error === undefined;

let cwd: string;

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'rcb-test-'));
  const simulator = await startSimulator({ latency: { kind: 'fixed', ms: 20 } });
  writeFileSync(join(cwd, 'cats.csv'), 'id,prompt,Mood\na,"one cat",calm\nb,"<b>two</b> cats",\n');
  const axes = ['seed=1-3', 'style=anime,realistic'];
  await rcb(['run', 'cats.csv', ...axes, '--base-url', simulator.baseUrl, '--poll', '0.05', '--no-view'], {
    cwd,
  });
  const seeds = ['run', 'prompt=a fox', 'seed=50,7,30', '-o', 'seeds', '--base-url', simulator.baseUrl];
  await rcb([...seeds, '--poll', '0.05', '--no-view'], { cwd });
  await simulator.close();
  await doneFolder(join(cwd, 'long'), 300);
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const jsonLines = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map(
      (line) =>
        JSON.parse(line) as { path: string; width: number; height: number; jobs: number; page: object },
    );

describe('rcb sheet', () => {
  test('makes pages of what tells the jobs of a cell apart, and says so', async () => {
    const made = await rcb(['sheet', 'out/cats', '--x', 'STYLE', '--y', 'seed', '--json'], { cwd });
    expect(made.code).toBe(0);
    const sheets = jsonLines(made.stdout);
    expect(sheets.map(({ path, jobs, page }) => [path, jobs, page])).toEqual([
      ['out/cats/sheets/style-by-seed_one-cat.png', 6, { prompt: 'one cat' }],
      ['out/cats/sheets/style-by-seed_prompt-b-two-b-cats.png', 6, { prompt: '<b>two</b> cats' }],
    ]);
    for (const { path, width, height } of sheets)
      expect(await sharp(join(cwd, path)).metadata()).toMatchObject({ format: 'png', width, height });
    expect(made.stderr).toContain('Jobs in a cell differ in prompt, so this makes 2 pages.');
    expect(made.stderr).toContain('Wrote 2 sheets of 12 jobs.');
  });

  test('makes pages of the keys asked for, from the jobs asked for', async () => {
    const narrowed = ['--where', 'Mood=calm', '--state', 'done', '--cell', '64'];
    const args = ['sheet', 'out/cats', '--x', 'seed', '--y', 'Mood', '--page', 'style', '-o', 'mine.png'];
    const made = await rcb([...args, ...narrowed, '--json'], { cwd });
    expect(jsonLines(made.stdout)).toMatchObject([
      { path: 'mine_anime.png', jobs: 3, page: { style: 'anime' } },
      { path: 'mine_realistic.png', jobs: 3, page: { style: 'realistic' } },
    ]);
  });

  test('has so many rows on each sheet, and numbers that sort', async () => {
    const args = [
      'sheet',
      'out/cats',
      '--x',
      'style',
      '--y',
      'seed',
      '--page',
      'prompt',
      '--rows',
      '2',
      '-o',
      'two',
    ];
    const made = await rcb([...args, '--json', '--cell', '32'], { cwd });
    expect(jsonLines(made.stdout).map(({ path, jobs }) => [path, jobs])).toEqual([
      ['two/style-by-seed_one-cat-01.png', 4],
      ['two/style-by-seed_one-cat-02.png', 2],
      ['two/style-by-seed_prompt-b-two-b-cats-01.png', 4],
      ['two/style-by-seed_prompt-b-two-b-cats-02.png', 2],
    ]);
    const refused = await rcb([...args, '--rows', 'many'], { cwd });
    expect([refused.code, refused.stderr]).toEqual([64, expect.stringContaining('--rows "many" is not')]);
  });

  test('follows the order of seeds that the plan has', async () => {
    const made = await rcb(['sheet', 'seeds', '--x', 'prompt', '--page', 'seed', '--json'], { cwd });
    expect(jsonLines(made.stdout).map(({ page }) => page)).toEqual([{ seed: 50 }, { seed: 7 }, { seed: 30 }]);
  });

  test('asks before it makes many sheets that nobody asked for', async () => {
    const args = ['sheet', 'long', '--x', 'model', '--y', 'prompt', '--cell', '16', '-o', 'many'];
    const refused = await rcb(args, { cwd });
    expect(refused).toMatchObject({ code: 64, stdout: '' });
    expect(refused.stderr).toContain('With 20 rows on each, this makes 15 sheets.');
    expect(refused.stderr).toContain('This makes 15 sheets, but there is no terminal to ask on.');
    expect(refused.stderr).toContain('Add --yes');
    expect(existsSync(join(cwd, 'many'))).toBe(false);
    expect((await rcb([...args, '--yes'], { cwd })).stdout.trimEnd().split('\n')).toHaveLength(15);
    // A number of rows is asked for, as are keys for pages.
    expect((await rcb([...args, '--rows', '15', '-o', 'few'], { cwd })).code).toBe(0);
    const all = await rcb([...args, '--rows', 'all', '-o', 'all'], { cwd });
    expect(all.stdout.trimEnd().split('\n').length).toBeLessThan(5);
  });

  test('writes one PDF with a page for each sheet, whose labels can be searched', async () => {
    const args = ['sheet', 'out/cats', '--x', 'style', '--y', 'seed', '--page', 'prompt', '--rows', '2'];
    const made = await rcb([...args, '-o', 'cats.pdf', '--json'], { cwd });
    expect(made).toMatchObject({ code: 0, stdout: '{"path":"cats.pdf","sheets":4,"jobs":12}\n' });
    const bytes = readFileSync(join(cwd, 'cats.pdf'));
    expect(bytes.subarray(0, 5).toString()).toBe('%PDF-');
    expect(bytes.subarray(-6).toString().trim()).toBe('%%EOF');
    const text = bytes.toString('latin1');
    expect(text.match(/\/Type \/Page\b(?!s)/g)).toHaveLength(4);
    expect(text.match(/\/Filter \/DCTDecode/g)).toHaveLength(4);
    expect(text).toContain('/FontFile2');
    expect(text).not.toContain(cwd);
    const lossless = await rcb([...args, '--pdf', '--lossless', '-o', 'pdfs'], { cwd });
    expect(lossless.stdout).toBe('pdfs/style-by-seed.pdf\n');
    const kept = readFileSync(join(cwd, 'pdfs/style-by-seed.pdf'), 'latin1');
    expect(kept.match(/\/Predictor 15/g)).toHaveLength(4);
    expect((await rcb([...args, '--pdf', '-o', 'cats.png'], { cwd })).stderr).toContain(
      'is not a PDF file name',
    );
  });

  test.skipIf(!hasPoppler)(
    'the PDF holds every pixel of the sheets with --lossless, and their words (needs poppler)',
    async () => {
      const args = ['sheet', 'out/cats', '--x', 'style', '--y', 'seed', '--page', 'prompt'];
      const sheets = jsonLines((await rcb([...args, '-o', 'same', '--json'], { cwd })).stdout);
      await rcb([...args, '-o', 'same.pdf', '--lossless'], { cwd });
      const poppler = (program: string, ...words: string[]) =>
        spawnSync(program, words, { cwd, encoding: 'utf8' }).stdout;
      expect(poppler('pdfinfo', 'same.pdf')).toMatch(/Title: +cats: style × seed\n[\s\S]*Pages: +2\n/);
      const words = poppler('pdftotext', 'same.pdf', '-');
      for (const word of ['one cat', '<b>two</b> cats', 'anime', 'realistic', 'seed ↓'])
        expect(words).toContain(word);
      poppler('pdfimages', '-png', 'same.pdf', 'same-picture');
      for (const [nth, { path }] of sheets.entries()) {
        const pixels = await Promise.all(
          [path, `same-picture-00${nth}.png`].map((file) =>
            sharp(join(cwd, file)).removeAlpha().raw().toBuffer(),
          ),
        );
        expect(Buffer.compare(...(pixels as [Buffer, Buffer]))).toBe(0);
      }
    },
  );

  test('writes one file of that name with --stack, and paths alone on stdout', async () => {
    const args = ['sheet', 'out/cats', '--y', 'prompt', '--stack', '-o', 'new/folder/all.png', '--quiet'];
    const made = await rcb(args, { cwd });
    expect(made).toMatchObject({ code: 0, stdout: 'new/folder/all.png\n', stderr: '' });
    expect((await sharp(join(cwd, 'new/folder/all.png')).metadata()).format).toBe('png');
  });

  test('means the newest folder, the axes with the most values, and can be done again', async () => {
    const once = await rcb(['sheet'], { cwd });
    const [path] = once.stdout.trimEnd().split('\n') as [string];
    expect(path).toBe('out/cats/sheets/style-by-seed_one-cat.png');
    const before = readFileSync(join(cwd, path));
    rmSync(join(cwd, 'out/cats/sheets'), { recursive: true });
    expect(await rcb(['sheet'], { cwd })).toEqual(once);
    expect(Buffer.compare(readFileSync(join(cwd, path)), before)).toBe(0);
  });

  test('names what cannot be done', async () => {
    const refused = async (...args: string[]) => {
      const { code, stderr } = await rcb(['sheet', 'out/cats', ...args], { cwd });
      return [code, stderr.split('\n')[0]];
    };
    expect(await refused('--x', 'sede')).toEqual([
      64,
      'rcb: --x "sede" is not an axis, input or tag of these jobs; did you mean "seed"?',
    ]);
    expect(await refused('--cell', '4')).toEqual([
      64,
      'rcb: --cell "4" is not a whole number of at least 16.',
    ]);
    expect(await refused('--cell', '99999')).toEqual([
      64,
      'rcb: --cell "99999" is not a whole number from 16 to 8192.',
    ]);
    expect(await refused('--out', 'a.jpg')).toEqual([64, 'rcb: --out "a.jpg" is not a PNG file name.']);
    expect(await refused('--where', 'style=oil')).toEqual([
      64,
      'rcb: No job in out/cats matches --where and --state.',
    ]);
    mkdirSync(join(cwd, 'taken.png'));
    expect(await refused('--y', 'prompt', '--stack', '-o', 'taken.png', '-q')).toEqual([
      73,
      'rcb: taken.png cannot be written: a folder with that name is in the way.',
    ]);
    expect(existsSync(join(cwd, 'taken.png.part'))).toBe(false);
  });

  test('says what to install where sharp is not there', async () => {
    const hook = join(cwd, 'without-sharp.mjs');
    writeFileSync(
      hook,
      `import { registerHooks } from 'node:module';
       registerHooks({ resolve(name, context, next) {
         if (name === 'sharp') throw new Error('Cannot find package "sharp".');
         return next(name, context);
       } });`,
    );
    const env = { NODE_OPTIONS: `--import=${hook}` };
    const { code, stderr } = await startRcb(['sheet', 'out/cats'], { cwd, env }).ended;
    expect(code).toBe(64);
    expect(stderr).toContain('Contact sheets need the package sharp, which is not installed');
    expect(stderr).toContain('npm install -g sharp');
  });

  test('that is interrupted leaves no half a file', async () => {
    const args = ['sheet', 'out/cats', '--x', 'job', '--y', 'job', '--cell', '2000', '-o', 'huge'];
    const started = startRcb(args, { cwd, env: { NODE_OPTIONS: `--import=${interruptible()}` } });
    await started.said('Drawing');
    started.kill('SIGINT');
    expect((await started.ended).code).toBe(130);
    expect(filesBelow(join(cwd, 'huge'))).toEqual([]);
  });

  test('completes the keys of the folder', async () => {
    const keys = async (...typed: string[]) => {
      const { stdout } = await rcb(['__complete', 'zsh', '--', 'sheet', ...typed], { cwd });
      return stdout.split('\n').map((line) => line.split('\t')[0]);
    };
    expect(await keys('out/cats', '--x', '')).toEqual(
      expect.arrayContaining(['seed', 'style', 'prompt', 'Mood', 'model']),
    );
    expect(await keys('--page', 's')).toEqual(['seed', 'style', 'state', '']);
    expect(await keys('out/cats', 's')).toEqual(['']);
    expect(await keys('out/cats', '--where', 'sty')).toEqual(['style=', '']);
  });

  test('changes nothing of the run', async () => {
    const before = manifestOf(join(cwd, 'out/cats'));
    await rcb(['sheet', 'out/cats'], { cwd });
    await rcb(['export', 'out/cats', '-o', 'after.jsonl'], { cwd });
    const after = readFileSync(join(cwd, 'after.jsonl'), 'utf8').trimEnd().split('\n');
    expect(after.map((line) => JSON.parse(line))).toEqual(before);
  });
});

/** Makes stderr a terminal to the child, which then tells how far it is. */
function interruptible(): string {
  const hook = join(cwd, 'terminal.mjs');
  writeFileSync(hook, `process.stderr.isTTY = true; process.stderr.columns = 80;`);
  return hook;
}
