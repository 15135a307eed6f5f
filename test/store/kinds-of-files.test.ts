import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { JobFailure } from '../../src/core/job/failures.ts';
import type { FileOutput } from '../../src/core/job/outputs.ts';
import type { ExpectedFile, OpenLink } from '../../src/core/ports.ts';
import { fileStore } from '../../src/store/files/run-files.ts';
import { downloadOf } from '../support/downloads.ts';
import { png } from './store-media.ts';
import { planned, requestId, temporaryFolder } from './store-support.ts';

const never = new AbortController().signal;
const expected: ExpectedFile = {
  job: planned('a cat', { pathTemplate: 'files/cat{_i}.{ext}' }),
  requestId: requestId('r1'),
  index: 0,
  count: 1,
};

interface Served {
  readonly name?: string;
  readonly type?: string | null;
  readonly announced?: string | null;
}

async function saved(content: Buffer | string, { name = 'x', type = null, announced = null }: Served) {
  const bytes = Buffer.from(content);
  const open: OpenLink = async () => downloadOf([bytes], { bytes: bytes.length, contentType: type });
  const output: FileOutput = { type: 'link', url: `https://files.example/${name}?sig=s3cret`, announced };
  return fileStore(temporaryFolder(), open).save(expected, output, never);
}

const cube = '# a cube\nmtllib cube.mtl\no Cube\nv 1.0 1.0 -1.0\nv 1.0 -1.0 -1.0\n';
const gltf = '{ "asset": { "version": "2.0" }, "scenes": [] }';
const srt = '1\n00:00:00,000 --> 00:00:01,000\nHello\n';
const vtt = 'WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n';
const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="9"><path d="M0 0"/></svg>\n';
const ply = 'ply\nformat ascii 1.0\nelement vertex 0\nend_header\n';
const stl = 'solid cube\n facet normal 0 0 1\n endfacet\nendsolid\n';
const octets = 'application/octet-stream';

describe('a text is a file of the name that it is given', () => {
  test.each<[string, string, Served, string]>([
    ['obj', cube, { name: 'a.obj' }, 'model/obj'],
    ['obj', cube, { name: 'a.obj', type: 'text/plain' }, 'model/obj'],
    ['gltf', gltf, { name: 'a.gltf', type: 'application/json' }, 'model/gltf+json'],
    ['json', '{"a":1}', { name: 'a.json', type: octets }, 'application/json'],
    ['json', '{"error":"none"}', { name: 'meta.json', announced: 'image' }, 'application/json'],
    ['txt', 'A caption.', { name: 'a.txt' }, 'text/plain'],
    ['txt', 'Not found in this picture.', { name: 'a.txt' }, 'text/plain'],
    ['srt', srt, { name: 'a.srt', type: 'text/plain' }, 'application/x-subrip'],
    ['vtt', vtt, { name: 'a.vtt' }, 'text/vtt'],
    ['csv', 'a,b\n1,2\n', { name: 'a.csv', type: 'text/csv' }, 'text/csv'],
    ['ply', ply, { name: 'a.ply' }, 'model/ply'],
    ['stl', stl, { name: 'a.stl' }, 'model/stl'],
    ['mtl', 'newmtl red\nKd 1 0 0\n', { name: 'a.mtl' }, 'model/mtl'],
    ['xml', '<scene><cube/></scene>', { name: 'a.xml' }, 'application/xml'],
    ['dae', '<COLLADA version="1.4"></COLLADA>', { name: 'a.dae' }, 'model/vnd.collada+xml'],
  ])('.%s: %j, served as %j', async (extension, content, served, mime) => {
    expect(await saved(content, served)).toMatchObject({ path: `files/cat.${extension}`, mime });
  });

  test.each<[string, string, Served]>([
    ['json', '{"a":1}', { type: 'application/json; charset=utf-8' }],
    ['txt', 'A caption.', { type: 'text/plain' }],
    ['csv', 'a,b\n', { type: 'text/csv' }],
    ['obj', cube, {}],
    ['gltf', gltf, { type: octets }],
    ['srt', srt, {}],
    ['vtt', vtt, { type: octets }],
    ['json', '[1,2]', {}],
    ['txt', 'A cat sits on a mat.', {}],
    ['txt', 'A caption.', { name: 'run.sh' }],
  ])('else of its type or its look: .%s for %j served as %j', async (extension, content, served) => {
    expect(await saved(content, served)).toMatchObject({ path: `files/cat.${extension}` });
  });

  test.each<Served>([
    {},
    { type: octets },
    { type: 'binary/octet-stream' },
    { type: 'text/plain' },
    { type: 'text/xml' },
    { type: 'application/xml' },
    { type: 'text/html' },
    { type: 'image/svg+xml', announced: 'image' },
    { name: 'a.svg', announced: 'image/png' },
  ])('a drawing is one however it is served: %j', async (served) => {
    const drawing = { path: 'files/cat.svg', mime: 'image/svg+xml', width: 8, height: 9 };
    expect(await saved(svg, served)).toMatchObject(drawing);
    const headed = `\uFEFF<?xml version="1.0"?>\n<!-- made -->\n<!DOCTYPE svg PUBLIC "a" "b">\n${svg}`;
    expect(await saved(headed, served)).toMatchObject(drawing);
  });
});

/** A ZIP archive that begins with an empty file of this name. */
function zip(name: string): Buffer {
  const head = Buffer.alloc(30);
  head.writeUInt32LE(0x04034b50, 0);
  head.writeUInt16LE(10, 4);
  head.writeUInt16LE(name.length, 26);
  return Buffer.concat([head, Buffer.from(name), Buffer.alloc(64, 0x50)]);
}

test.each<[string, Buffer, Served]>([
  ['usdz', zip('scene.usdc'), {}],
  ['usdz', zip('scene.usdc'), { name: 'a.zip', type: 'application/zip' }],
  ['usdz', zip('readme'), { name: 'a.usdz', type: octets }],
  ['usdz', zip('readme'), { type: 'model/vnd.usdz+zip' }],
  ['zip', zip('a.png'), { name: 'a.zip' }],
  ['glb', Buffer.concat([Buffer.from('glTF'), Buffer.from([2, 0, 0, 0, 12, 0, 0, 0])]), { name: 'a.glb' }],
  ['psd', Buffer.concat([Buffer.from('8BPS'), Buffer.alloc(60)]), {}],
  ['gz', gzipSync('x'), {}],
  ['splat', Buffer.from([0, 1, 2, 3, 255]), { name: 'a.splat' }],
])('.%s is told by its bytes, then by its type and name', async (extension, content, served) => {
  expect(await saved(content, served)).toMatchObject({ path: `files/cat.${extension}` });
});

describe('no result is', () => {
  test.each<[string, string, Served]>([
    ['a page', '<!doctype html><p>Sorry', { name: 'a.txt', type: 'text/plain' }],
    ['a page named as a model', '<html><body>404</body></html>', { name: 'a.obj' }],
    ['a page behind a comment', '<!-- x -->\n<html></html>', { name: 'a.json' }],
    ['a page without a head', '<h1>Bad gateway</h1>', { name: 'a.json' }],
    ['words that are served as a page', 'Sorry.', { type: 'text/html' }],
    ['a picture that is a page', '<!doctype html>', { type: 'image/png' }],
    ['a picture that is an error', '{"error":"expired"}', { type: 'image/png' }],
    ['a picture that is a text', 'Not here.', { name: 'a.png' }],
    ['a video that is a text', 'A text.', { name: 'a.mp4', type: 'text/plain' }],
    ['an image that is JSON', '{"a":1}', { type: 'application/json', announced: 'image' }],
    ['an image that is XML', '<a/>', { announced: 'image/png' }],
    ['the error of a storage server', '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', {}],
    ['such an error with a name', '<Error><Code>NoSuchKey</Code></Error>', { name: 'a.xml' }],
    ['an error object', '{"error":{"message":"expired"}}', { type: 'application/json' }],
    ['a message about an error', '{"message":"Not Found","code":404}', {}],
    ['a sentence about an error', 'Not found, sorry', { type: 'text/plain' }],
    ['nothing', '', { name: 'a.txt' }],
  ])('%s', async (_name, content, served) => {
    const error = await saved(content, served).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(JobFailure);
    const failed = error as JobFailure;
    expect(failed.failure.kind).toBe('download_failed');
    expect(failed.message).not.toContain('s3cret');
    // The same link would give the same again.
    expect(failed.helpedBy).toBe('another_link');
  });
});

describe('what stands in a result itself', () => {
  async function kept(output: FileOutput) {
    const dir = temporaryFolder();
    const open: OpenLink = async () => {
      throw new Error('nothing is to be fetched');
    };
    const file = await fileStore(dir, open).save(expected, output, never);
    return { file, content: readFileSync(join(dir, file.path)) };
  }

  test('is a file by its bytes', async () => {
    const picture = png(9, 7);
    const { file, content } = await kept({ type: 'bytes', bytes: picture, announced: 'image' });
    expect(file).toMatchObject({ path: 'files/cat.png', mime: 'image/png', width: 9, height: 7 });
    expect(content.equals(picture)).toBe(true);
  });

  test('is held to what it is called', async () => {
    const text = Buffer.from('a caption');
    const { file } = await kept({ type: 'bytes', bytes: text, announced: 'text/plain' });
    expect(file.path).toBe('files/cat.txt');
    const wrong = kept({ type: 'bytes', bytes: text, announced: 'image/png' });
    await expect(wrong).rejects.toMatchObject({ helpedBy: 'another_link' });
  });

  test('is kept as it stands where it is a text, whatever it looks like', async () => {
    for (const text of [
      'A caption.',
      '<!doctype html><p>said the model',
      '{"error":1}',
      'ü'.repeat(1_000_000),
    ]) {
      const { file, content } = await kept({ type: 'document', extension: 'txt', text });
      expect(file).toMatchObject({ path: 'files/cat.txt', mime: 'text/plain', bytes: content.length });
      expect(content.toString('utf8')).toBe(text);
    }
  });
});
