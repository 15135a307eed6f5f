import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { UserError } from '../../../src/core/complaints.ts';
import { failure, JobFailure } from '../../../src/core/job/failures.ts';
import type { Download, ExpectedFile, OpenLink } from '../../../src/core/ports.ts';
import { fileStore } from '../../../src/store/files/run-files.ts';
import { aLink } from '../../support/builders.ts';
import { downloadOf } from '../../support/downloads.ts';
import { jpeg, mp4, png, webp } from '../store-media.ts';
import { planned, requestId, temporaryFolder } from '../store-support.ts';

const never = new AbortController().signal;
const template = 'files/cat/seed1-5f1c9ae0{_i}.{ext}';
const expected = (index = 0, count = 1, pathTemplate = template): ExpectedFile => ({
  job: planned('a cat', { pathTemplate }),
  requestId: requestId('r1'),
  index,
  count,
});
const link = aLink('https://files.example/a/b.bin?signature=secret');

/** A link that gives these bytes in pieces, with what is said of them. */
function giving(bytes: Uint8Array, said: Partial<Download> = {}): OpenLink {
  function* pieces() {
    for (let from = 0; from < bytes.length; from += 100_000) yield bytes.subarray(from, from + 100_000);
  }
  return async () => downloadOf(pieces(), { bytes: bytes.length, ...said });
}

const filesIn = (dir: string) =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map(({ name }) => name);

const contents = [
  ['PNG', png(7, 5), 'png', 'image/png', 7, 5],
  ['JPEG', jpeg(640, 480), 'jpg', 'image/jpeg', 640, 480],
  ['WebP', webp(300, 200), 'webp', 'image/webp', 300, 200],
  ['MP4', mp4(1280, 720), 'mp4', 'video/mp4', 1280, 720],
] as const;

test.each(contents)(
  'A %s is saved under the extension of its bytes, with its pixels.',
  async (_, bytes, ext, mime, width, height) => {
    const dir = temporaryFolder();
    const saved = await fileStore(dir, giving(bytes, { contentType: 'text/plain' })).save(
      expected(1, 2),
      link,
      never,
    );
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const path = `files/cat/seed1-5f1c9ae0-2.${ext}`;
    expect(saved).toEqual({ path, bytes: bytes.length, sha256, original_sha256: null, mime, width, height });
    expect(readFileSync(join(dir, path)).equals(bytes)).toBe(true);
    expect(filesIn(dir)).toEqual([`seed1-5f1c9ae0-2.${ext}`]);
  },
);

test('a large file arrives whole, whatever it was called before', async () => {
  const dir = temporaryFolder();
  const bytes = png(300, 400);
  const big = Buffer.concat([
    bytes.subarray(0, 33),
    Buffer.from('001e848074455874', 'hex'),
    Buffer.alloc(2_000_004, 1),
    bytes.subarray(33),
  ]);
  mkdirSync(join(dir, 'files/cat'), { recursive: true });
  writeFileSync(join(dir, 'files/cat/seed1-5f1c9ae0.part'), 'left by a crash');
  writeFileSync(join(dir, 'files/cat/seed1-5f1c9ae0.png'), 'an older one');
  const saved = await fileStore(dir, giving(big, { bytes: null })).save(expected(), link, never);
  expect(saved).toMatchObject({ bytes: big.length, width: 300, height: 400 });
  expect(readFileSync(join(dir, saved.path)).equals(big)).toBe(true);
  expect(filesIn(dir)).toEqual(['seed1-5f1c9ae0.png']);
});

test.each([
  ['image/vnd.radiance', link, 'hdr', 'image/vnd.radiance'],
  ['application/octet-stream', 'https://x.example/a/MODEL.GLB?x=.exe', 'glb', 'application/octet-stream'],
  [null, 'https://x.example/a/run.exe', 'bin', 'application/octet-stream'],
  ['text/html; charset=utf-8', 'https://x.example/a/x.html', 'bin', 'application/octet-stream'],
])('bytes that nobody recognises are named after %s and %s: %s', async (contentType, from, ext, mime) => {
  const store = fileStore(temporaryFolder(), giving(Buffer.from([1, 2, 3, 0, 255]), { contentType }));
  const saved = await store.save(expected(), typeof from === 'string' ? aLink(from) : from, never);
  expect(saved).toMatchObject({ path: `files/cat/seed1-5f1c9ae0.${ext}`, mime, width: null });
});

test('a vector image is taken where the server calls it one', async () => {
  const svg = Buffer.from(
    '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="8" height="9"></svg>\n',
  );
  const store = fileStore(temporaryFolder(), giving(svg, { contentType: 'image/svg+xml' }));
  expect(await store.save(expected(), link, never)).toMatchObject({
    ...{ path: 'files/cat/seed1-5f1c9ae0.svg', mime: 'image/svg+xml', width: 8, height: 9 },
  });
});

const text = (words: string) => Buffer.from(words);
const refusals: readonly (readonly [string, OpenLink, string])[] = [
  ['nothing', giving(text('')), 'is empty'],
  ['a web page', giving(text('<!doctype html><p>Sorry')), 'a web page'],
  ['a JSON message', giving(text('{"error":"expired"}'), { contentType: 'image/png' }), 'a JSON message'],
  ['an XML message', giving(text('<?xml version="1.0"?><Error/>')), 'an XML message'],
  ['plain text', giving(text('Not found, tut mir leid: ü')), 'plain text'],
  ['less than was announced', giving(png(7, 5), { bytes: 10_000 }), 'ended after'],
  ['more than was announced', giving(png(7, 5), { bytes: 20 }), 'more than the 20 bytes'],
  ['more than a file may have', giving(Buffer.alloc(900_001, 1), { bytes: null }), 'larger than the 900000'],
  ['an announcement beyond that', giving(png(7, 5), { bytes: 900_001 }), 'larger than the 900000'],
  ...contents.map(
    ([name, bytes]) =>
      [`a ${name} without its end`, giving(bytes.subarray(0, -14), { bytes: null }), 'is cut short'] as const,
  ),
  [
    'a JPEG cut after its thumbnail',
    giving(Buffer.concat([jpeg(9, 9), jpeg(90, 90)]).subarray(0, -9), { bytes: null }),
    'is cut short',
  ],
  [
    'a body that breaks off',
    async () =>
      downloadOf(
        (function* broken() {
          yield png(7, 5);
          throw new Error('socket hang up');
        })(),
      ),
    'broke off',
  ],
  [
    'a link that does not open',
    async () => {
      throw new JobFailure(failure('download_failed', 'The link has expired.', { http: 403 }));
    },
    'has expired',
  ],
];

test.each(refusals)(
  'What turns out to be %s is a failed download that leaves no file.',
  async (_, open, words) => {
    const dir = temporaryFolder();
    for (const heldBytes of [0, 1_000_000]) {
      const failed = await fileStore(dir, open, { maxBytes: 900_000, heldBytes })
        .save(expected(), link, never)
        .catch((error: unknown) => error);
      expect(failed).toBeInstanceOf(JobFailure);
      expect((failed as JobFailure).failure).toMatchObject({ kind: 'download_failed' });
      expect((failed as JobFailure).message).toContain(words);
      expect((failed as JobFailure).message).not.toContain('secret');
      expect(filesIn(dir)).toEqual([]);
    }
  },
);

test('an abort in the middle gives its own reason, closes the body and leaves no file', async () => {
  const dir = temporaryFolder();
  const stop = new AbortController();
  const reason = new Error('leaving');
  let closed = false;
  function* endless() {
    try {
      for (let n = 0; ; n += 1) {
        if (n === 3) stop.abort(reason);
        yield Buffer.alloc(200_000, 1);
      }
    } finally {
      closed = true;
    }
  }
  const open: OpenLink = async () => downloadOf(endless());
  await expect(fileStore(dir, open).save(expected(), link, stop.signal)).rejects.toBe(reason);
  await expect(fileStore(dir, open).save(expected(), link, stop.signal)).rejects.toBe(reason);
  expect(closed).toBe(true);
  expect(filesIn(dir)).toEqual([]);
});

test.each([
  '../out{_i}.{ext}',
  'files/../../out.{ext}',
  '/tmp/out.{ext}',
  'files//x.{ext}',
  'files\\..\\x.{ext}',
  'c:/x.{ext}',
])('the name %s is refused before anything is fetched', async (name) => {
  const dir = join(temporaryFolder(), 'run');
  mkdirSync(dir);
  const opened: string[] = [];
  const store = fileStore(dir, (url, signal) => {
    opened.push(url);
    return giving(png(2, 2))(url, signal);
  });
  await expect(store.save(expected(0, 1, name), link, never)).rejects.toMatchObject({ about: 'output' });
  expect(opened).toEqual([]);
  expect(filesIn(join(dir, '..'))).toEqual([]);
});

test('a link in the run folder that leads out of it is refused, wherever it stands', async () => {
  const outside = temporaryFolder();
  for (const planted of ['files', 'files/cat']) {
    const dir = temporaryFolder();
    if (planted !== 'files') mkdirSync(join(dir, 'files'));
    symlinkSync(outside, join(dir, planted));
    const failed = await fileStore(dir, giving(png(2, 2)))
      .save(expected(), link, never)
      .catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(UserError);
    expect((failed as UserError).message).toContain('leads out of the run folder');
  }
  const dir = temporaryFolder();
  mkdirSync(join(dir, 'files/cat'), { recursive: true });
  writeFileSync(join(outside, 'precious'), 'mine');
  for (const end of ['part', 'png']) {
    symlinkSync(join(outside, 'precious'), join(dir, `files/cat/seed1-5f1c9ae0.${end}`));
  }
  await fileStore(dir, giving(png(2, 2))).save(expected(), link, never);
  expect(readFileSync(join(outside, 'precious'), 'utf8')).toBe('mine');
});

test.each(['before its link is opened', 'while it comes'])(
  'A folder that becomes a link in the middle of a run, here %s, is refused for the next file.',
  async (when) => {
    const [outside, dir] = [temporaryFolder(), temporaryFolder()];
    let plant = (): void => {};
    const store = fileStore(dir, async (url, signal) => {
      if (when === 'while it comes') plant();
      return giving(png(2, 2))(url, signal);
    });
    await store.save(expected(0, 2), link, never);
    plant = () => {
      renameSync(join(dir, 'files/cat'), join(dir, 'moved'));
      symlinkSync(outside, join(dir, 'files/cat'));
    };
    if (when === 'before its link is opened') plant();
    await expect(store.save(expected(1, 2), link, never)).rejects.toThrow('leads out of the run folder');
    expect(filesIn(outside)).toEqual([]);
  },
);

test('a folder that was taken away in the middle of a run is made again', async () => {
  const dir = temporaryFolder();
  const store = fileStore(dir, giving(png(2, 2)));
  await store.save(expected(0, 2), link, never);
  rmSync(join(dir, 'files'), { recursive: true });
  await Promise.all([store.save(expected(0, 2), link, never), store.save(expected(1, 2), link, never)]);
  expect(filesIn(dir).sort()).toEqual(['seed1-5f1c9ae0-1.png', 'seed1-5f1c9ae0-2.png']);
});

test('a disk that refuses is a complaint about the output, not a failure of the job', async () => {
  const dir = temporaryFolder();
  writeFileSync(join(dir, 'files'), 'a file where a folder must be');
  const store = fileStore(dir, giving(png(2, 2)));
  await expect(store.save(expected(), link, never)).rejects.toMatchObject({ about: 'output' });

  const other = temporaryFolder();
  mkdirSync(join(other, 'files/cat/seed1-5f1c9ae0.png'), { recursive: true });
  const blocked = fileStore(other, giving(png(2, 2)));
  await expect(blocked.save(expected(), link, never)).rejects.toMatchObject({ about: 'output' });
  expect(existsSync(join(other, 'files/cat/seed1-5f1c9ae0.part'))).toBe(false);
});
