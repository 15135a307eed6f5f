import { expect, test } from 'vitest';
import type { JsonValue } from '../../../src/core/json.ts';
import { isMarker, markersIn } from '../../../src/core/media.ts';
import { axisValues } from '../../../src/plan/axes/axis-values.ts';
import { bodyBytes } from '../../../src/plan/cells/cell-files.ts';
import {
  baseOf,
  type FileFinder,
  type MediaContent,
  mediaValue,
} from '../../../src/plan/media/media-files.ts';
import { runcomfy } from '../../../src/providers/runcomfy/runcomfy.ts';
import { fieldOf, freeText, listed, messages, picture, pictures, resolved, rules } from '../axis-arrange.ts';

const types = { png: 'image/png', mp4: 'video/mp4', wav: 'audio/wav', txt: null } as const;

/** Files by path: their size; the first letter of the name, repeated, is their hash. */
function disk(sizes: Readonly<Record<string, number>>): FileFinder & { readonly asked: (string | null)[] } {
  const asked: (string | null)[] = [];
  const contentOf = (path: string): MediaContent => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const end = name.slice(name.indexOf('.') + 1) as keyof typeof types;
    const sha256 = name.slice(0, 1).repeat(64);
    return { sha256, bytes: sizes[path] ?? 0, mime: types[end], extension: types[end] === null ? null : end };
  };
  return {
    limits: runcomfy.bodyLimits,
    asked,
    find(pattern, base) {
      asked.push(base);
      const all = Object.keys(sizes);
      return pattern.includes('*')
        ? all.filter((path) => path.endsWith(pattern.split('*')[1] ?? ''))
        : all.filter((path) => path === pattern);
    },
    near: () => ['a.png', 'cat.png', 'photos/'],
    read: contentOf,
  };
}

const files = disk({ 'a.png': 10, 'b.png': 20, 'c.mp4': 30, 'd.txt': 5, 'e.png': 0, 'f.wav': 9 });
const [a, b] = ['a', 'b'].map((letter) => `@inputs/${letter.repeat(64)}.png`) as [string, string];
const upload = fieldOf(['string'], { name: 'file', format: 'data_uri' });
const link = fieldOf(['string'], { name: 'page', format: 'uri' });

function read(given: JsonValue, field = picture, finder: FileFinder = files) {
  return mediaValue(given, field, null, finder);
}

test('a file becomes a marker of its content', () => {
  expect(read('@a.png')).toStrictEqual({
    ok: true,
    value: a,
    files: [{ marker: a, path: 'a.png', sha256: 'a'.repeat(64), bytes: 10, mime: 'image/png' }],
  });
  expect(isMarker(a)).toBe(true);
});

test.each<[JsonValue, typeof picture, JsonValue]>([
  ['@@home', picture, '@home'],
  [' @a.png ', picture, a],
  ['@c.mp4', upload, `@inputs/${'c'.repeat(64)}.mp4`],
  ['@a.png', pictures, [a]],
  ['@*.png', { ...pictures, media: null, format: 'data_uris' }, null],
  [['@a.png', 'https://x/y.png', '@b.png'], pictures, [a, 'https://x/y.png', b]],
  ['["@a.png", "@@b"]', pictures, [a, '@b']],
])('%j becomes the value of an input', (given, field, value) => {
  const result = read(given, field);
  if (value === null) expect(result).toMatchObject({ ok: false, kind: 'file_type' });
  else expect(result).toMatchObject({ ok: true, value });
});

test.each<[JsonValue, typeof picture]>([
  ['https://x/y.png', picture],
  ['data:image/png;base64,AA==', picture],
  ['@a.png', freeText],
  ['["https://x/y.png"]', pictures],
  ['[broken', pictures],
  [7, picture],
  [null, picture],
])('%j has nothing to do with files', (given, field) => {
  expect(read(given, field)).toBeNull();
});

test.each<[JsonValue, typeof picture, string, string]>([
  ['@cut.png', picture, 'file_missing', 'does not exist; did you mean "@cat.png"?'],
  ['@zzz.jpeg', picture, 'file_missing', 'does not exist; give the path of a file'],
  ['@photos', picture, 'file_missing', 'is a folder; name its files by a pattern such as @photos/*.png'],
  ['@*.gif', picture, 'file_missing', 'matches no file; correct the pattern or the folder'],
  ['@', picture, 'file_missing', 'does not name a file; write @path, or @@ for the character @'],
  ['@c.mp4', picture, 'file_type', 'is a video (video/mp4), but this input takes an image'],
  ['@f.wav', picture, 'file_type', 'is audio (audio/wav), but this input takes an image'],
  [
    '@d.txt',
    picture,
    'file_type',
    'is not a media file of a known type; known types are png, jpeg, webp, gif, avif, mp4, webm, mov, mp3, wav and m4a',
  ],
  ['@e.png', picture, 'file_type', 'is an empty file'],
  ['@a.png', link, 'file', 'is a file, but this input takes only links; upload it and give its https link'],
  [
    `@@inputs/${'a'.repeat(64)}.png`,
    picture,
    'file',
    'has the form reserved for files in a run folder; give the file itself as @path',
  ],
])('%j is refused', (given, field, kind, reason) => {
  expect(read(given, field)).toStrictEqual({ ok: false, kind, reason });
});

test('images over 50 MB and videos over 100 MB are refused', () => {
  const large = disk({ 'a.png': 50_000_001, 'b.png': 50_000_000, 'c.mp4': 100_000_001 });
  expect(read('@a.png', picture, large)).toMatchObject({
    reason: 'is 50.1 MB; images may be at most 50 MB',
  });
  expect(read('@b.png', picture, large)).toMatchObject({ ok: true });
  expect(read('@c.mp4', upload, large)).toMatchObject({ kind: 'file_size' });
});

test('a cell takes one file, and a list takes all that a pattern names', () => {
  const pair = disk({ 'a.png': 1, 'b.png': 2 });
  expect(read('@*.png', picture, pair)).toStrictEqual({
    ok: false,
    kind: 'file_many',
    reason: 'matches 2 files, but this input takes only one; make it an axis instead',
  });
  expect(read('@*.png', pictures, pair)).toMatchObject({ ok: true, value: [a, b] });
});

test('a pattern is an axis of its files, and says that data URIs may be refused', () => {
  const pair = disk({ 'a.png': 1, 'b.png': 2 });
  expect(resolved(picture, '@*.png', pair)).toMatchObject({
    values: [a, b],
    files: [{ path: 'a.png' }, { path: 'b.png' }],
    problems: [
      {
        severity: 'warning',
        kind: 'data_uri',
        message:
          'image_url gets files as data URIs; the API documents public https links only, so they may be refused',
      },
    ],
  });
  expect(resolved(pictures, '@a.png,@b.png', pair).values).toStrictEqual([[a], [b]]);
  expect(resolved(pictures, '["@a.png","@b.png"]', pair).values).toStrictEqual([[a, b]]);
  expect(resolved(upload, '@*.png', pair).problems).toStrictEqual([]);
});

test('a quoted @ is no file, and no text can pass for a marker', () => {
  expect(resolved(picture, '"@a.png"', files).values).toStrictEqual(['@a.png']);
  expect(messages(resolved(picture, `"${a}"`, files))).toStrictEqual([
    `image_url "@inputs/${'a'.repeat(52)}…" has the form reserved for files in a run folder; give the file itself as @path`,
  ]);
});

test('one wrong file of a pattern is named', () => {
  const mixed = disk({ 'a.png': 1, 'b.png': 0 });
  expect(messages(resolved(picture, '@*.png', mixed))).toStrictEqual([
    'image_url "@*.png" names "b.png", which is an empty file',
  ]);
});

test('paths in a sweep file are relative to its folder', () => {
  const finder = disk({ 'a.png': 1 });
  expect(axisValues(listed('image_url', ['@a.png']), picture, { finder, rules }).values).toStrictEqual([a]);
  resolved(picture, '@a.png', finder);
  expect(finder.asked).toStrictEqual(['grids', null]);
  expect(baseOf({ file: '-', line: 1, column: null })).toBeNull();
});

test('a body is counted with its files in base64', () => {
  const sizes = new Map([[a, { bytes: 10, mime: 'image/png' }]]);
  const input = { prompt: 'é', image_url: a, more: [a, b] };
  const uri = `data:image/png;base64,${Buffer.alloc(10).toString('base64')}`;
  const sent = { prompt: 'é', image_url: uri, more: [uri, b] };
  expect(bodyBytes(input, sizes)).toBe(Buffer.byteLength(JSON.stringify(sent)));
  expect(markersIn(input)).toStrictEqual([a, a, b]);
});
