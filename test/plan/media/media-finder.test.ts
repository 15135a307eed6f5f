import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { sentTypes } from '../../../src/core/media.ts';
import { fileFinder } from '../../../src/plan/media/media-finder.ts';
import { runcomfy } from '../../../src/providers/runcomfy/runcomfy.ts';

const home = mkdtempSync(join(tmpdir(), 'rcb-media-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const png = Buffer.from('\x89PNG\r\n\x1a\n and more', 'latin1');
mkdirSync(join(home, 'photos', 'deep'), { recursive: true });
for (const name of ['10.png', '2.png', 'a[1].png', '.hidden.png', 'b.jpg', 'deep/c.png']) {
  writeFileSync(join(home, 'photos', name), png);
}
const finder = fileFinder(home, () => sentTypes.png, runcomfy.bodyLimits);
const photo = (name: string): string => join(home, 'photos', name);

test.each<[string, string | null, readonly string[]]>([
  ['photos/2.png', null, ['2.png']],
  ['./photos/2.png', null, ['2.png']],
  ['2.png', 'photos', ['2.png']],
  ['photos/*.png', null, ['2.png', '10.png', 'a[1].png']],
  ['./*.{png,jpg}', 'photos', ['2.png', '10.png', 'a[1].png', 'b.jpg']],
  ['photos/a[1].png', null, ['a[1].png']],
  ['photos/**/c.png', null, ['deep/c.png']],
  ['photos', null, []],
  ['photos/none.png', null, []],
  ['nowhere/*.png', null, []],
  ['pho\0tos/*', null, []],
])('%j from %j names %j', (pattern, base, names) => {
  expect(finder.find(pattern, base)).toStrictEqual(names.map(photo));
});

test('an absolute path or pattern needs no base', () => {
  expect(finder.find(photo('2.png'), 'elsewhere')).toStrictEqual([photo('2.png')]);
  expect(finder.find(photo('?.png'), 'elsewhere')).toStrictEqual([photo('2.png')]);
});

test('what lies near is written like the path that was asked for', () => {
  expect(finder.near('./photos/3.png', null)).toContain('./photos/2.png');
  expect(finder.near('fotos', null)).toStrictEqual(['photos/']);
  expect(finder.near('nowhere/a.png', null)).toStrictEqual([]);
});

test('a file is known by the hash of its bytes and typed by them, and is read once', () => {
  const path = photo('b.jpg');
  const read = finder.read(path);
  const sha256 = createHash('sha256').update(png).digest('hex');
  expect(read).toStrictEqual({ sha256, bytes: png.length, mime: 'image/png', extension: 'png' });
  writeFileSync(path, 'changed');
  expect(finder.read(path)).toBe(read);
});

test('what cannot be read is a reason and no exception', () => {
  expect(finder.read(join(home, 'none.png'))).toStrictEqual({ unreadable: 'cannot be read (ENOENT)' });
  const film = join(home, 'film.mp4');
  writeFileSync(film, '');
  truncateSync(film, 2_000_000_000);
  expect(finder.read(film)).toStrictEqual({
    unreadable: 'is 2000 MB; no file may be larger than 100 MB',
  });
});
