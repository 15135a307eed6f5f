import { readFileSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { ManifestLine } from '../../src/core/job/manifest.ts';
import { png } from '../store/store-media.ts';
import { filesBelow, manifestOf, rcb, workFolder } from '../support/command-line.ts';
import { listener, quickly, sendJson } from '../threats/attack.ts';

const picture = png(9, 7);
const env = { RUNCOMFY_API_TOKEN: 'tok_secret_123' };

/** What each prompt's result is, and what each path of a file gives. */
interface Served {
  readonly results: Record<string, (nth: number, origin: string) => unknown>;
  readonly files?: Record<string, (res: ServerResponse) => void>;
}

/** An API where all ends at once, that counts what it is asked for. */
async function served({ results, files = {} }: Served) {
  const prompts: string[] = [];
  const reads = new Map<string, number>();
  let origin = '';
  const api = await listener((req, res, body) => {
    const path = req.url ?? '';
    const [, id = '', what] = /^\/v1\/requests\/([^/]+)\/(status|result)/.exec(path) ?? [];
    if (req.method === 'POST') {
      prompts.push((JSON.parse(body) as { prompt: string }).prompt);
      sendJson(res, 200, { request_id: `req-${prompts.length}` });
    } else if (what === 'status') sendJson(res, 200, { status: 'completed' });
    else if (what === 'result') {
      const nth = (reads.get(id) ?? 0) + 1;
      reads.set(id, nth);
      const resultOf = results[prompts[Number(id.slice(4)) - 1] as string];
      sendJson(res, 200, resultOf?.(nth, origin));
    } else if (files[path] !== undefined) files[path](res);
    else if (path === '/a.png') res.writeHead(200, { 'content-type': 'image/png' }).end(picture);
    else sendJson(res, 404, { error_code: 400001, error_message: 'not found' });
  });
  origin = api.origin;
  const fetched = (path: string): number => api.heard.filter(({ line }) => line === `GET ${path}`).length;
  return { origin, prompts, fetched };
}

let cwd: string;
beforeEach(() => {
  cwd = workFolder();
});

async function run(origin: string, prompts: readonly string[], more: readonly string[] = []) {
  writeFileSync(join(cwd, 'p.csv'), `prompt\n${prompts.join('\n')}\n`);
  const args = ['run', 'p.csv', '-o', 'out', '--name', '{slug}', '--no-view', '--base-url', origin];
  return rcb([...args, ...quickly, ...more], { cwd, env });
}

const succeeded = (output: unknown) => () => ({ status: 'succeeded', output, cost: 0.08 });

function lineOf(prompt: string): ManifestLine {
  return manifestOf(join(cwd, 'out')).find(({ input }) => input.prompt === prompt) as ManifestLine;
}

describe('everything that a result holds is a file', () => {
  test('whatever form it has, and wherever it stands', async () => {
    const base64 = picture.toString('base64');
    const results: Served['results'] = {
      text: succeeded({ text: 'A caption.' }),
      object: succeeded({ labels: ['cat'], boxes: [[1, 2]] }),
      uri: succeeded({ image: `data:image/png;base64,${base64}` }),
      base: succeeded({ data: [{ b64_json: base64 }] }),
      comfy: (_, origin) => ({
        status: 'succeeded',
        outputs: { 9: { images: [{ url: `${origin}/a.png` }] } },
      }),
      top: (_, origin) => ({ status: 'succeeded', image: `${origin}/a.png` }),
      relative: succeeded({ image: '/a.png' }),
      string: (_, origin) => ({ status: 'succeeded', output: JSON.stringify({ image: `${origin}/a.png` }) }),
      both: (_, origin) => ({
        status: 'succeeded',
        output: [`data:image/png;base64,${base64}`, `${origin}/a.obj`],
      }),
    };
    const files: Served['files'] = { '/a.obj': (res) => res.end('v 0 0 0\nv 1 0 0\n') };
    const { origin } = await served({ results, files });
    const names = Object.keys(results);
    const ended = await run(origin, names, ['--no-embed']);
    expect(ended).toMatchObject({
      code: 0,
      stderr: expect.stringContaining(`All ${names.length} jobs are done.`),
    });
    const extensions = names.map((name) => lineOf(name).outputs.map(({ path }) => path.split('.').at(-1)));
    expect(extensions).toEqual([
      ...[['txt'], ['json'], ['png'], ['png'], ['png'], ['png'], ['png'], ['png'], ['png', 'obj']],
    ]);
    const content = (name: string) => readFileSync(join(cwd, 'out', lineOf(name).outputs[0]?.path as string));
    expect(content('text').toString()).toBe('A caption.');
    expect(JSON.parse(content('object').toString())).toEqual({ labels: ['cat'], boxes: [[1, 2]] });
    expect(content('uri').equals(picture)).toBe(true);
  });

  test('and a link on another host beside it is a note, in every form of the manifest', async () => {
    const results = {
      fox: (_: number, origin: string) => ({
        status: 'succeeded',
        output: { image: `${origin}/a.png`, license: 'https://example.com/license?sig=s3cret' },
      }),
    };
    const { origin } = await served({ results });
    const ended = await run(origin, ['fox'], ['--json']);
    expect(ended.code).toBe(0);
    const note = expect.stringContaining(
      'https://example.com/license was left out: example.com is not a host',
    );
    expect(lineOf('fox')).toMatchObject({ state: 'done', notes: [note], outputs: [{ mime: 'image/png' }] });
    const events = ended.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.find(({ state }) => state === 'done')).toMatchObject({ notes: [note] });
    expect(readFileSync(join(cwd, 'out/manifest.csv'), 'utf8')).toMatch(/,notes,[^\n]*\n[\s\S]*example\.com/);
    const shown = await rcb(['show', 'out', lineOf('fox').job], { cwd });
    expect(shown.stdout).toMatch(/note {2,}https:\/\/example\.com\/license/);
    const all = filesBelow(cwd).map((file) => readFileSync(join(cwd, file)).toString('latin1'));
    expect(all.join('')).not.toContain('s3cret');
  });
});

describe('a download that is refused for good', () => {
  test('is tried once more with a fresh link in its run, and once in each later one', async () => {
    const results = {
      fox: (_: number, origin: string) => ({ status: 'succeeded', output: `${origin}/page`, cost: 1 }),
    };
    const files: Served['files'] = {
      '/page': (res) => res.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html>Sorry'),
    };
    const { origin, fetched, prompts } = await served({ results, files });
    const args = ['--retries', '5'];
    expect((await run(origin, ['fox'], args)).code).toBe(75);
    expect(fetched('/page')).toBe(2);
    expect((await run(origin, ['fox'], args)).code).toBe(75);
    expect(fetched('/page')).toBe(3);
    expect(prompts).toHaveLength(1);
  });
});

describe('a paid result that holds nothing', () => {
  const results: Served['results'] = {
    withheld: succeeded({ url: '', is_image_safe: false }),
    empty: (nth, origin) =>
      nth <= 3
        ? { status: 'succeeded', output: { images: [] }, cost: 0.08 }
        : succeeded({ image: `${origin}/a.png` })(),
    broken: () => ({ status: 'failed', error: 'CUDA out of memory' }),
  };
  const names = Object.keys(results);

  test('is kept as it came, told of, and never proposed to be paid for again', async () => {
    const { origin, prompts } = await served({ results });
    const ended = await run(origin, names);
    expect(ended.code).toBe(1);
    expect(lineOf('withheld')).toMatchObject({ state: 'failed', error: { class: 'refused' }, cost: 0.08 });
    expect(lineOf('empty')).toMatchObject({ state: 'failed', error: { class: 'no_output' }, cost: 0.08 });
    for (const name of ['withheld', 'empty']) {
      const [answer] = lineOf(name).outputs;
      const text = readFileSync(join(cwd, 'out', answer?.path as string), 'utf8');
      expect(JSON.parse(text)).toMatchObject({ status: 'succeeded', cost: 0.08 });
      expect(ended.stderr).toContain(answer?.path);
      const shown = await rcb(['show', 'out', lineOf(name).job], { cwd });
      expect(shown.stdout).toContain(answer?.path);
      expect((await rcb(['status', 'out'], { cwd })).stdout.replace(/\s+/g, ' ')).toContain(answer?.path);
    }
    expect(ended.stderr).toContain('2 jobs were refused for the content or ended without output');
    expect(ended.stderr).toContain('rcb fetch out');

    // A retry of all takes along the one that failed, and no other.
    const retried = await rcb(['retry', 'out', '-y', ...quickly, '--base-url', origin], { cwd, env });
    expect(retried.stderr).toContain(
      '2 jobs were refused for the content or ended without output and left out',
    );
    expect(prompts.toSorted()).toEqual(['broken', 'broken', 'empty', 'withheld']);
  });

  test('is read again by fetch, for nothing', async () => {
    const { origin, prompts } = await served({ results });
    await run(origin, names);
    const fetched = await rcb(['fetch', 'out', ...quickly, '--base-url', origin], { cwd, env });
    expect(fetched.stderr).toContain('Reading the result of 1 job without output again.');
    expect(lineOf('empty')).toMatchObject({ state: 'done', outputs: [{ mime: 'image/png' }], error: null });
    expect(lineOf('withheld')).toMatchObject({ state: 'failed', error: { class: 'refused' } });
    expect(prompts).toHaveLength(3);
  });

  test('leaves nothing to retry by itself, and is retried by name', async () => {
    const { origin, prompts } = await served({ results });
    const ended = await run(origin, ['withheld']);
    expect(ended.stderr).not.toContain('rcb retry out');
    const all = await rcb(['retry', 'out', '-y', ...quickly, '--base-url', origin], { cwd, env });
    expect(all).toMatchObject({ code: 0, stderr: expect.stringContaining('left out') });
    expect(prompts).toHaveLength(1);
    const { job } = lineOf('withheld');
    await rcb(['retry', 'out', job, '-y', ...quickly, '--base-url', origin], { cwd, env });
    expect(prompts).toHaveLength(2);
  });
});

test('a cost that is named only on a second look is kept', async () => {
  const results = {
    fox: (nth: number, origin: string) => ({
      status: 'succeeded',
      output: `${origin}/a.png`,
      ...(nth > 1 ? { cost: { amount: '0.07', currency: 'USD' } } : {}),
    }),
  };
  const { origin } = await served({ results });
  expect((await run(origin, ['fox'])).stderr).toContain('cost       $0.07');
  expect(lineOf('fox').cost).toBe(0.07);
});
