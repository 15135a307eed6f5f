import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { beforeEach, expect, test } from 'vitest';
import type { SavedFile } from '../../src/core/job/job.ts';
import { replaceSmallFile } from '../../src/store/files/replaced-files.ts';
import { readFlatImages } from '../../src/view/flat-images.ts';
import { type AnalyseImage, imageAnalyser } from '../../src/view/image-analysis.ts';
import { openThumbnails } from '../../src/view/thumbnails.ts';
import { workFolder } from '../support/command-line.ts';

const look = (await imageAnalyser()) as AnalyseImage;

let dir: string;
beforeEach(() => {
  dir = workFolder();
});

function saved(path: string, bytes: Buffer, mime = 'image/png'): SavedFile {
  mkdirSync(dirname(join(dir, path)), { recursive: true });
  writeFileSync(join(dir, path), bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { path, bytes: bytes.length, sha256, mime, width: null, height: null, original_sha256: null };
}

const plain = (background: string): Promise<Buffer> =>
  sharp({ create: { width: 40, height: 40, channels: 3, background } })
    .png()
    .toBuffer();

function drawing(n: number): Promise<Buffer> {
  const noise = { type: 'gaussian', mean: 100 + n, sigma: 40 } as const;
  return sharp({ create: { width: 40, height: 40, channels: 3, background: '#000', noise } })
    .png()
    .toBuffer();
}

/** Records which files are analysed. */
function counting(): { looked: string[]; look: AnalyseImage } {
  const looked: string[] = [];
  return {
    looked,
    look: (path) => {
      looked.push(path);
      return look(path);
    },
  };
}

const open = (how: AnalyseImage | null) => openThumbnails(dir, how, replaceSmallFile);
const always = { atOnce: 2, mayGoOn: () => true };
const flatFile = () => readFileSync(join(dir, 'thumbs/flat.jsonl'), 'utf8');

test('each image gets one thumbnail, named after its bytes, even over several openings', async () => {
  const files = await Promise.all(
    [1, 2, 3, 4, 5].map(async (n) => saved(`files/${n}.png`, await drawing(n))),
  );
  const { looked, look: counted } = counting();
  const thumbs = open(counted);
  await thumbs.make([...files, ...files], always);
  expect(looked).toHaveLength(5);
  for (const file of files) {
    expect(thumbs.of(file)).toBe(`thumbs/${file.sha256.slice(0, 16)}.jpg`);
    expect(await sharp(join(dir, thumbs.of(file) as string)).metadata()).toMatchObject({ format: 'jpeg' });
    expect(thumbs.isWanted(file)).toBe(false);
  }
  const again = open(counted);
  await again.make(files, always);
  expect(looked).toHaveLength(5);
  expect(again.counts().made).toBe(0);
  expect(readdirSync(join(dir, 'thumbs'))).toHaveLength(5);
});

test('videos, audio files and SVG drawings get none', async () => {
  const thumbs = open(look);
  for (const mime of ['video/mp4', 'audio/mpeg', 'image/svg+xml']) {
    const file = saved('files/a', Buffer.from('anything'), mime);
    expect([thumbs.isWanted(file), thumbs.of(file)]).toEqual([false, null]);
  }
});

test('a file that cannot be decoded is analysed once and gets none', async () => {
  const { looked, look: counted } = counting();
  const thumbs = open(counted);
  const broken = saved('files/a.png', Buffer.from('<html>no</html>'));
  const whole = saved('files/b.png', await drawing(1));
  await thumbs.make([broken, whole], always);
  expect(thumbs.counts()).toEqual({ made: 1, undecodable: 1, missing: 0 });
  expect([thumbs.isWanted(broken), thumbs.of(broken)]).toEqual([false, null]);
  await thumbs.make([broken, whole].filter(thumbs.isWanted), always);
  expect(looked).toHaveLength(2);
});

test('without a decoder nothing is wanted and nothing is made', async () => {
  const thumbs = open(null);
  const file = saved('files/a.png', await drawing(1));
  await thumbs.make([file], always);
  expect(thumbs.isWanted(file)).toBe(false);
  expect(existsSync(join(dir, 'thumbs'))).toBe(false);
});

test('single-colour images are recorded once for all copies, and after a killed writer', async () => {
  const black = await plain('#000000');
  const one = saved('files/1.png', black);
  const thumbs = open(look);
  await thumbs.make([one, saved('files/2.png', await drawing(2))], always);
  expect(readFlatImages(dir)).toEqual([{ path: 'files/1.png', sha256: one.sha256, colour: '#000000' }]);

  appendFileSync(join(dir, 'thumbs/flat.jsonl'), '{"path":"files/9.p');
  const twin = saved('files/3.png', black);
  const grey = saved('files/4.png', await plain('#808080'));
  const again = open(look);
  expect(again.isWanted(twin)).toBe(false);
  await again.make([one, twin, grey, twin], always);
  expect(readFlatImages(dir).map(({ path, colour }) => [path, colour])).toEqual([
    ['files/1.png', '#000000'],
    ['files/4.png', '#808080'],
  ]);
  expect(flatFile().match(/files\/1\.png/g)).toHaveLength(1);
});

test('files that were downloaded as the same bytes are read once and share a thumbnail, whatever their recipes', async () => {
  const bytes = await drawing(1);
  const original_sha256 = createHash('sha256').update(bytes).digest('hex');
  const files = [1, 2, 3, 4].map((n) => ({
    ...saved(`files/${n}.png`, Buffer.concat([bytes, Buffer.from(`recipe ${n}`)])),
    original_sha256,
  }));
  const { looked, look: counted } = counting();
  const thumbs = open(counted);
  await thumbs.make(files, always);
  expect(looked).toHaveLength(1);
  const thumb = `thumbs/${original_sha256.slice(0, 16)}.jpg`;
  expect(files.map(thumbs.of)).toEqual([thumb, thumb, thumb, thumb]);
  const [, second] = files as [SavedFile, SavedFile];
  rmSync(join(dir, 'files/1.png'));
  expect(thumbs.removeOrphans(files)).toBe(0);
  rmSync(join(dir, second.path));
  expect(thumbs.removeOrphans([second])).toBe(1);
  expect(thumbs.of(second)).toBeNull();
});

test('a copy of a file that cannot be decoded is read in its place', async () => {
  const original_sha256 = 'ab'.repeat(32);
  const broken = { ...saved('files/1.png', Buffer.from('cut')), original_sha256 };
  const whole = { ...saved('files/2.png', await drawing(1)), original_sha256 };
  const thumbs = open(look);
  await thumbs.make([broken, whole], { ...always, atOnce: 1 });
  expect(thumbs.of(broken)).toBe(thumbs.of(whole));
  expect(thumbs.counts()).toEqual({ made: 1, undecodable: 1, missing: 0 });
});

test('thumbnails that a former version made of files with recipes are used, and are no orphans', async () => {
  const { looked, look: counted } = counting();
  const file = { ...saved('files/1.png', await drawing(1)), original_sha256: 'cd'.repeat(32) };
  const former = `thumbs/${file.sha256.slice(0, 16)}.webp`;
  mkdirSync(join(dir, 'thumbs'));
  writeFileSync(join(dir, former), 'a picture');
  const thumbs = open(counted);
  await thumbs.make([file], always);
  expect([thumbs.of(file), thumbs.isWanted(file), looked]).toEqual([former, false, []]);
  expect(thumbs.removeOrphans([file])).toBe(0);
});

test('all thumbnails are made again when thumbs/ is deleted, and an empty one counts as none', async () => {
  const files = [saved('files/1.png', await plain('#ff0000')), saved('files/2.png', await drawing(2))];
  const thumbs = open(look);
  await thumbs.make(files, always);
  rmSync(join(dir, 'thumbs'), { recursive: true });
  thumbs.refresh();
  expect(files.map(thumbs.isWanted)).toEqual([true, true]);
  await thumbs.make(files, always);
  expect(readFlatImages(dir)).toHaveLength(1);
  const [, second] = files as [SavedFile, SavedFile];
  const thumb = join(dir, thumbs.of(second) as string);
  writeFileSync(thumb, '');
  const again = open(look);
  expect(again.isWanted(second)).toBe(true);
  await again.make([second], always);
  expect(statSync(thumb).size).toBeGreaterThan(0);
});

test('only thumbnails of files that no longer exist, or that no job has, are removed', async () => {
  const [kept, gone, left] = (await Promise.all(
    [1, 2, 3].map(async (n) => saved(`files/${n}.png`, await drawing(n))),
  )) as [SavedFile, SavedFile, SavedFile];
  const thumbs = open(look);
  await thumbs.make([kept, gone, left], always);
  rmSync(join(dir, gone.path));
  writeFileSync(join(dir, 'thumbs/mine.txt'), 'not ours');
  expect(thumbs.removeOrphans([kept, gone])).toBe(2);
  expect(readdirSync(join(dir, 'thumbs')).sort()).toEqual(
    [`${kept.sha256.slice(0, 16)}.jpg`, 'mine.txt'].sort(),
  );
  expect([kept, gone, left].map((file) => thumbs.of(file) !== null)).toEqual([true, false, false]);
});

test('making thumbnails stops on request, and the rest stays wanted', async () => {
  const files = await Promise.all(
    [1, 2, 3, 4, 5, 6].map(async (n) => saved(`files/${n}.png`, await drawing(n))),
  );
  const thumbs = open(look);
  let looks = 0;
  await thumbs.make(files, {
    atOnce: 2,
    mayGoOn: () => looks < 2,
    onAnalysed() {
      looks += 1;
    },
  });
  expect(thumbs.counts().made).toBeLessThan(files.length);
  expect(files.filter(thumbs.isWanted)).toHaveLength(files.length - thumbs.counts().made);
});
