import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Output } from '../../../src/core/job/outputs.ts';
import type { JsonObject, JsonValue } from '../../../src/core/json.ts';
import { readOutputs } from '../../../src/providers/wire/output-reader.ts';
import { sentBody } from '../../../src/providers/wire/sent-body.ts';
import { parseBody } from '../../../src/providers/wire/wire.ts';
import { png } from '../../store/store-media.ts';

const base = new URL('http://127.0.0.1:8080/v1');

function read(body: JsonObject, sent: JsonObject | null = null) {
  return readOutputs(body, { base, id: 'req_1', sent: sentBody(sent) });
}

/** Outputs in short: links as they are, contents by their first bytes, documents by their text. */
function short(outputs: readonly Output[]): readonly string[] {
  return outputs.map(shortOne);
}

function shortOne(output: Output): string {
  switch (output.type) {
    case 'link':
      return output.url;
    case 'bytes':
      return `bytes ${Buffer.from(output.bytes).toString('latin1', 0, 8)}`;
    case 'document':
      return `${output.extension} ${output.text}`;
    case 'note':
      return `note ${output.sentence}`;
  }
}

const found = (output: JsonValue, sent: JsonObject | null = null): readonly string[] =>
  short(read({ status: 'succeeded', output }, sent).outputs);

const [a, b, c] = ['https://f.example/a.png?x=1', 'https://f.example/b.mp4', 'http://f.example/c'];
const picture = png(9, 7);
const base64 = picture.toString('base64');
const pictureBytes = `bytes ${picture.toString('latin1', 0, 8)}`;

describe('links', () => {
  test.each<[string, JsonValue, readonly string[]]>([
    ['a lone URL', a, [a]],
    ['a list', [a, b], [a, b]],
    ['image that repeats images[0]', { image: a, images: [a, b] }, [a, b]],
    ['nested objects in document order', { z: { y: [{ url: b }] }, audio: c, video: a }, [b, c, a]],
    ['the nodes of a ComfyUI workflow', { 9: { images: [{ url: a, type: 'output' }] } }, [a]],
    ['JSON in a text', JSON.stringify({ image: a, images: [a, b] }), [a, b]],
    ['blanks around a URL', [` ${a}\n`], [a]],
    ['a path from the root', { image: '/files/a.png' }, ['http://127.0.0.1:8080/files/a.png']],
    ['a path that is called a URL', { url: 'files/a.glb' }, ['http://127.0.0.1:8080/files/a.glb']],
    ['a host without its scheme', { url: '//f.example/a.png' }, ['http://f.example/a.png']],
  ])('are found in %s', (_name, output, links) => {
    expect(found(output)).toEqual(links);
  });

  test.each<[string, JsonValue]>([
    ['other schemes', { image: ['ftp://f.example/a', 'file:///etc/passwd', 'javascript:alert(1)'] }],
    ['what is no URL after all', { image: ['https://', 'https://[::1', ' ', null] }],
    ['names of files on the server', { image: null, path: '/tmp/out/a.png', filename: 'a.png' }],
    ['the addresses of the request itself', { url: 'https://api.example/v1/requests/req_1/result' }],
    ['nothing', null],
  ])('are not made of %s', (_name, output) => {
    expect(found(output)).toEqual([]);
  });

  test.each<[string, JsonObject, readonly string[]]>([
    ['image', { image: a }, [a]],
    ['images', { images: [{ url: a }, { url: b }] }, [a, b]],
    ['video', { video: { url: b } }, [b]],
    ['audio', { audio: c }, [c]],
    ['url', { url: a }, [a]],
    ['outputs', { outputs: { 9: { images: [{ url: a }] } } }, [a]],
    ['result', { result: { image_url: a } }, [a]],
    ['data', { data: [{ url: a, seed: 3 }] }, [a]],
    ['model_mesh', { output: null, model_mesh: { url: a } }, [a]],
  ])('are found at the top level under %s', (_name, body, links) => {
    expect(short(read({ status: 'completed', ...body }).outputs)).toEqual(links);
  });

  test('of the API itself and of its pages are no outputs', () => {
    const body = {
      status: 'completed',
      status_url: a,
      result_url: b,
      cancel_url: c,
      urls: { get: a, cancel: b },
      model_url: 'https://www.runcomfy.com/models/x',
      docs_url: c,
    };
    expect(read(body)).toEqual({ outputs: [], flag: null });
  });

  test('that were sent are no outputs, nor is anything told back as input', () => {
    const sent = { image_url: 'https://example.com/in.png', prompt: 'https://example.com/a-prompt' };
    const echo = { image: a, used: 'https://example.com/in.png', prompt: sent.prompt };
    expect(found(echo, sent)).toEqual([a]);
    const told = { input: { image_url: b }, source_image: b, mask_input: b, inputs: [b], image: a };
    expect(found(told)).toEqual([a]);
    expect(
      found({
        images: [
          { url: b, type: 'input' },
          { url: a, type: 'output' },
        ],
      }),
    ).toEqual([a]);
  });

  test('carry what the answer says of them', () => {
    const { outputs } = read({
      status: 'succeeded',
      output: {
        images: [{ url: a }],
        video: b,
        file: { url: c, content_type: 'model/obj' },
        meta: `${c}.json`,
      },
    });
    expect(outputs).toEqual([
      { type: 'link', url: a, announced: 'image' },
      { type: 'link', url: b, announced: 'video' },
      { type: 'link', url: c, announced: 'model/obj' },
      { type: 'link', url: `${c}.json`, announced: null },
    ]);
  });

  test('beyond a hundred are counted and left', () => {
    const output = Array.from({ length: 10_000 }, (_, n) => `https://f.example/${n}.png`);
    const outputs = found(output);
    expect(outputs).toHaveLength(101);
    expect(outputs.at(-1)).toBe(
      'note The result names 10000 files: the first 100 are kept, 9900 were left out.',
    );
  });
});

describe('files inside an answer', () => {
  test.each<[string, JsonValue]>([
    ['a data URI', { image: `data:image/png;base64,${base64}` }],
    [
      'a data URI with a line break in it',
      { image: `data:image/png;base64,${base64.slice(0, 20)}\n${base64.slice(20)}` },
    ],
    ['a data URI that is escaped', { image: `data:image/png;base64,${encodeURIComponent(base64)}` }],
    ['b64_json', { data: [{ b64_json: base64 }] }],
    ['image_base64', { image_base64: base64 }],
    ['base64 of the other alphabet', { b64_json: base64.replaceAll('+', '-').replaceAll('/', '_') }],
    ['data beside its type', { inlineData: { mimeType: 'image/png', data: base64 } }],
    ['base64 that nobody calls so', [base64]],
    ['JSON in a text', JSON.stringify({ b64_json: base64 })],
    ['the same one twice', { image: `data:image/png;base64,${base64}`, images: [{ b64_json: base64 }] }],
  ])('are found as %s', (_name, output) => {
    const { outputs } = read({ status: 'succeeded', output });
    expect(short(outputs)).toEqual([pictureBytes]);
    expect(outputs[0]?.type === 'bytes' && picture.equals(outputs[0].bytes)).toBe(true);
  });

  test('stand beside links in their order', () => {
    expect(found([a, `data:image/png;base64,${base64}`, b])).toEqual([a, pictureBytes, b]);
  });

  test('a JPEG as base64 is no path, though it begins as one', () => {
    const jpeg = Buffer.concat([Buffer.from('ffd8ffe000104a46494600010100', 'hex'), Buffer.alloc(60, 7)]);
    expect(found({ image_url: jpeg.toString('base64') })).toHaveLength(1);
    expect(found({ image_url: jpeg.toString('base64') })[0]).toMatch(/^bytes/);
  });

  test('the markup of a drawing is one', () => {
    expect(found({ svg: '<svg xmlns="x"><path/></svg>' })).toEqual(['bytes <svg xml']);
  });

  test('a data URI may hold text', () => {
    expect(found('data:text/plain,a%20caption')).toEqual(['bytes a captio']);
    expect(found('data:image/svg+xml;utf8,<svg xmlns="x"></svg>')).toEqual(['bytes <svg xml']);
  });

  test('a data URI that cannot be decoded is told of', () => {
    expect(found([a, 'data:image/png;base64,%%%'])).toEqual([
      a,
      'note A data URI of the result holds nothing that can be decoded.',
    ]);
  });

  test('a file of the run folder that comes back is no output', () => {
    const sha256 = createHash('sha256').update(picture).digest('hex');
    const sent = { prompt: 'a cat', image_url: `@inputs/${sha256}.png` };
    expect(found({ image: a, given: `data:image/png;base64,${base64}` }, sent)).toEqual([a]);
  });
});

describe('a result without files', () => {
  const json = (value: JsonValue) => `json ${JSON.stringify(value, null, 2)}\n`;
  const segments = {
    text: 'One. Two.',
    segments: [
      { start: 0, text: 'One.' },
      { start: 1, text: 'Two.' },
    ],
  };

  test.each<[string, JsonValue, readonly string[]]>([
    ['its text', { text: 'A caption.' }, ['txt A caption.']],
    ['a lone text', 'A caption.', ['txt A caption.']],
    ['a list of one text', ['A caption.'], ['txt A caption.']],
    ['the text of a node', { 12: { text: ['A caption.'] } }, ['txt A caption.']],
    ['the text without what only describes it', { caption: 'A cat.', seed: 5, duration: 2 }, ['txt A cat.']],
    ['a text that describes more', { description: 'A cat.', time: 3 }, ['txt A cat.']],
    ['its structure', segments, [json(segments)]],
    ['a list', ['a', 'b'], [json(['a', 'b'])]],
    [
      'an object',
      { labels: { cat: 0.9, dog: 0.1 }, boxes: [[1, 2]] },
      [json({ labels: { cat: 0.9, dog: 0.1 }, boxes: [[1, 2]] })],
    ],
    ['JSON in a text', '{"label":"cat","score":0.5}', [json({ label: 'cat', score: 0.5 })]],
    ['a number with its name', { score: 0.93 }, [json({ score: 0.93 })]],
  ])('is %s', (_name, output, documents) => {
    expect(found(output)).toEqual(documents);
  });

  test.each<JsonValue>([
    null,
    '',
    [],
    {},
    { image: null },
    { images: [] },
    { images: [{ url: '' }], seed: 7 },
    { seed: 5, width: 10 },
    { video: '', description: 'A cat that runs.' },
    { image: null, prompt: 'a cat' },
    { image: 'img_0123' },
    { url: 'https://' },
  ])('holds nothing where it is %j', (output) => {
    expect(found(output)).toEqual([]);
  });

  test('gives back no prompt as its text', () => {
    expect(found({ prompt: 'a cat', seed: 1 }, { prompt: 'a cat' })).toEqual([]);
    expect(found({ prompt: 'a cat in the rain' }, { prompt: 'a cat' })).toEqual(['txt a cat in the rain']);
  });

  test('tells of a place for a file that is empty beside its text', () => {
    expect(found({ text: 'I cannot draw that.', image: null })).toEqual([
      'txt I cannot draw that.',
      'note The result has a place for a file, image, and nothing in it.',
    ]);
  });
});

test('beside a file, scalars are no files, and a text is one where its key says so', () => {
  expect(found({ image: a, seed: 5, width: 512, description: 'A cat.', has_nsfw_concepts: [false] })).toEqual(
    [a],
  );
  expect(found({ audio: c, lyrics: 'La la.' })).toEqual([c, 'txt La la.']);
});

describe('a flag of the provider', () => {
  test.each<JsonObject>([
    { data: [{ url: '', is_image_safe: false }] },
    { output: { image: null, is_image_safe: false } },
    { output: { images: [], has_nsfw_concepts: [true] } },
    { output: { images: [], nsfw: true } },
    { output: { images: [] }, nsfw_content_detected: 'true' },
    { output: null, flagged: true },
    { output: { url: '', safety: { blocked: true } } },
    { output: { moderation: 'blocked', images: [] } },
    { output: { artifacts: [{ base64: '', finishReason: 'CONTENT_FILTERED' }] } },
    { output: { candidates: [{ finishReason: 'IMAGE_SAFETY', content: null }] } },
    { output: { raiMediaFilteredCount: 1, videos: [] } },
    { output: { text: 'I cannot help with that.', flagged: true } },
    { output: { isSafe: false, image: '' } },
  ])('withholds the content: %j', (body) => {
    const { outputs, flag } = read({ status: 'succeeded', ...body });
    expect(outputs).toEqual([]);
    expect(flag).toMatch(/ is /);
  });

  test('that is not raised withholds nothing', () => {
    const output = {
      images: [],
      has_nsfw_concepts: [false],
      is_image_safe: true,
      nsfw: null,
      safety: 'passed',
    };
    expect(read({ status: 'succeeded', output })).toEqual({ outputs: [], flag: null });
  });

  test('beside a file is a note', () => {
    expect(found({ images: [a], has_nsfw_concepts: [true] })).toEqual([
      a,
      'note The provider marked this result: has_nsfw_concepts is true.',
    ]);
  });
});

test('outputs are sought in any JSON without failing', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.dictionary(fc.string(), fc.string()), (value, sent) => {
      const { outputs } = read({ status: 'succeeded', output: value as JsonValue }, sent);
      return outputs.length <= 200;
    }),
  );
  for (const [open, close] of [
    ['[', ']'],
    ['{"text":', '}'],
    ['{"images":[', ']}'],
    ['{"has_nsfw":[', ']}'],
  ] as const) {
    const deep = parseBody(`{"status":"succeeded","output":${open.repeat(50_000)}1${close.repeat(50_000)}}`);
    expect(() => read(deep as JsonObject)).not.toThrow();
  }
});
