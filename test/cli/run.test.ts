import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { filesBelow, manifestOf, rcb, workFolder } from '../support/command-line.ts';

const csv = `id,prompt,seed,style,Mood
cat,a purple cat,1,anime,calm
dog,"a dog, ""barking""",2,realistic,loud
owl,an owl at night,,,
`;

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 100 } });
});
afterAll(() => simulator.close());

const fast = ['--poll', '0.1'];

function folderWith(name: string, text: string): string {
  const cwd = workFolder();
  writeFileSync(join(cwd, name), text);
  return cwd;
}

describe('rcb run', () => {
  test('brings every row of a CSV to a verified file and a line of the manifest', async () => {
    const cwd = folderWith('cats.csv', csv);
    const run = await rcb(['run', 'cats.csv', '--base-url', simulator.baseUrl, ...fast], { cwd });
    expect(run.stderr).toContain('All 3 jobs are done.');
    expect(run.code).toBe(0);
    expect(run.stdout).toBe('');

    const dir = join(cwd, 'out/cats');
    const lines = manifestOf(dir);
    expect(lines.map(({ id, rows, state, tags }) => ({ id, rows, state, tags }))).toEqual([
      { id: 'cat', rows: ['cats.csv:2'], state: 'done', tags: { Mood: 'calm' } },
      { id: 'dog', rows: ['cats.csv:3'], state: 'done', tags: { Mood: 'loud' } },
      { id: 'owl', rows: ['cats.csv:4'], state: 'done', tags: {} },
    ]);
    const [cat, dog] = lines;
    expect(cat?.input).toEqual({ prompt: 'a purple cat', seed: 1, style: 'anime' });
    expect(dog?.input).toEqual({ prompt: 'a dog, "barking"', seed: 2, style: 'realistic' });
    const canonical =
      '{"input":{"prompt":"a purple cat","seed":1,"style":"anime"},"model":"ideogram/ideogram-v2/generate","rep":1}';
    expect(cat?.job).toBe(createHash('sha256').update(canonical).digest('hex').slice(0, 16));
    for (const line of lines) {
      expect(line).toMatchObject({ attempts: 1, rep: 1, parent: null, error: null, axes: {} });
      expect(line.cost).toBeGreaterThan(0);
      const times = [line.planned_at, line.submitted_at, line.finished_at, line.done_at] as string[];
      expect(times).toEqual([...times].sort());
      const [output] = line.outputs;
      const bytes = readFileSync(join(dir, output?.path as string));
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(output?.sha256);
      expect(output).toMatchObject({ bytes: bytes.length, mime: 'image/png' });
      expect(bytes.readUInt32BE(16)).toBe(output?.width);
    }
    const table = readFileSync(join(dir, 'manifest.csv'), 'utf8').split('\n');
    expect(table[0]).toMatch(/prompt.*state,request_id,files,cost,error/);
    expect(existsSync(join(dir, 'run.log'))).toBe(true);
  });

  test('does nothing the second time, says so, and sends nothing', async () => {
    const cwd = folderWith('twice.csv', csv);
    const args = ['run', 'twice.csv', 'negative_prompt=text', '--base-url', simulator.baseUrl, ...fast];
    expect((await rcb(args, { cwd })).code).toBe(0);
    const before = simulator.census();
    const again = await rcb(args, { cwd });
    expect(again.code).toBe(0);
    expect(again.stderr).toContain('Nothing to do: all 3 jobs in out/twice are done.');
    expect(again.stderr.trim().split('\n')).toHaveLength(1);
    expect(simulator.census()).toEqual(before);
  });

  test('submits only what an edited input adds, and keeps what it dropped', async () => {
    const cwd = folderWith('edited.csv', 'prompt,seed\none,1\ntwo,2\n');
    const args = ['run', 'edited.csv', '--base-url', simulator.baseUrl, ...fast];
    await rcb(args, { cwd });
    writeFileSync(join(cwd, 'edited.csv'), 'prompt,seed\nthree,3\ntwo,2\n');
    const before = simulator.census().acceptedTotal;
    const again = await rcb(args, { cwd });
    expect(again.code).toBe(0);
    expect(simulator.census().acceptedTotal - before).toBe(1);
    const prompts = manifestOf(join(cwd, 'out/edited')).map(({ input, state }) => [input.prompt, state]);
    expect(prompts).toEqual([
      ['three', 'done'],
      ['two', 'done'],
      ['one', 'done'],
    ]);
  });

  test('reads TSV and JSONL, renames columns and takes words for every row', async () => {
    const cwd = folderWith('list.tsv', 'Text\tNote\nthe word "WOW" in neon\tfine\n');
    writeFileSync(
      join(cwd, 'more.jsonl'),
      '{"custom_id":"x","body":{"prompt":"a tree","seed":3}}\n{"prompt":"a rock"}\n',
    );
    const words = ['style=realistic', 'seed=7', '--map', 'Text=prompt', '-o', 'out/both'];
    const run = await rcb(
      ['run', 'list.tsv', 'more.jsonl', ...words, '--base-url', simulator.baseUrl, ...fast],
      { cwd },
    );
    expect(run.stderr).toContain('All 3 jobs are done.');
    expect(manifestOf(join(cwd, 'out/both')).map(({ id, input, rows }) => ({ id, input, rows }))).toEqual([
      {
        id: null,
        input: { prompt: 'the word "WOW" in neon', style: 'realistic', seed: 7 },
        rows: ['list.tsv:2'],
      },
      { id: 'x', input: { prompt: 'a tree', style: 'realistic', seed: 3 }, rows: ['more.jsonl:1'] },
      { id: null, input: { prompt: 'a rock', style: 'realistic', seed: 7 }, rows: ['more.jsonl:2'] },
    ]);
  });

  test('makes one job of words alone, and reads standard input with --format', async () => {
    const cwd = workFolder();
    const alone = await rcb(['run', 'prompt=a lone star', '--base-url', simulator.baseUrl, ...fast], { cwd });
    expect(alone.code).toBe(0);
    expect(manifestOf(join(cwd, 'out/a-lone-star'))).toHaveLength(1);
    const piped = await rcb(['run', '-', '--format', 'jsonl', '--base-url', simulator.baseUrl, ...fast], {
      cwd,
      input: '{"prompt":"from a pipe"}\n',
    });
    expect(piped.code).toBe(0);
    expect(manifestOf(join(cwd, 'out/stdin'))[0]?.input).toEqual({ prompt: 'from a pipe' });
  });

  test('saves several files of one job and a video', async () => {
    const cwd = folderWith(
      'models.jsonl',
      `${JSON.stringify({ model: 'google/nano-banana-2/text-to-image', prompt: 'four cats', num_images: 3 })}
${JSON.stringify({ model: 'wan-ai/wan-3.0/image-to-video', prompt: 'it moves', image_url: 'https://example.com/a.png', duration: 5 })}
`,
    );
    const run = await rcb(['run', 'models.jsonl', '--base-url', simulator.baseUrl, '-y', ...fast], { cwd });
    expect(run.stderr).toContain('All 2 jobs are done.');
    const [images, video] = manifestOf(join(cwd, 'out/models'));
    expect(images?.outputs.map(({ path }) => path.replace(/^.*-(\d)\.png$/, '$1'))).toEqual(['1', '2', '3']);
    expect(new Set(images?.outputs.map(({ sha256 }) => sha256)).size).toBe(3);
    expect(video?.outputs).toMatchObject([{ mime: 'video/mp4' }]);
    expect(video?.outputs[0]?.path).toMatch(/\.mp4$/);
    expect(filesBelow(join(cwd, 'out/models/files'))).toHaveLength(4);
  });

  test('--json writes the plan, each change and the summary as NDJSON, and nothing else on stdout', async () => {
    const cwd = folderWith('events.csv', 'prompt\none fish\n');
    const run = await rcb(['run', 'events.csv', '--json', '--base-url', simulator.baseUrl, ...fast], { cwd });
    const events = run.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events[0]).toMatchObject({ event: 'plan', jobs: 1, new: 1 });
    const states = events.filter(({ event }) => event === 'job').map(({ state }) => state);
    expect(states.filter((state) => state !== 'running')).toEqual([
      'submitting',
      'queued',
      'succeeded',
      'done',
    ]);
    const last = events.at(-1);
    expect(last).toMatchObject({ event: 'summary', exit_code: 0 });
    const done = events.find(({ state }) => state === 'done');
    expect(done).toMatchObject({
      request_id: expect.any(String),
      outputs: [{ mime: 'image/png' }],
      error: null,
    });
  });

  test('rehearses in a folder of its own without a token', async () => {
    const cwd = folderWith('try.csv', 'prompt\na rehearsal\n');
    const run = await rcb(['run', 'try.csv', '--rehearse', ...fast], { cwd });
    expect(run.stderr).toContain('About $0.08 (simulated prices; a rehearsal is free)');
    expect(run.stderr).toContain('The job is done.');
    expect(run.code).toBe(0);
    expect(manifestOf(join(cwd, 'out/try-rehearsal'))).toMatchObject([{ state: 'done' }]);
    expect(existsSync(join(cwd, 'out/try'))).toBe(false);
  });
});
