import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultNameTemplate, type NameSource } from '../../src/core/name-template.ts';
import { cutBytes, slug, utf8Bytes } from '../../src/core/path-text.ts';
import { maxPathBytes, outputPath, pathTemplate, withJob, withWholeId } from '../../src/core/paths.ts';
import { sized } from '../support/tiers.ts';

const source: NameSource = {
  slug: 'A purple cat, "sleeping"',
  axes: { seed: '1', style: 'anime' },
  job: '5f1c9ae0',
  values: { id: 'cat-1', seed: '1', aspect_ratio: '16:9' },
};

test.each([
  ['A purple cat', 'a-purple-cat'],
  ["the cat's  pyjamas!", 'the-cats-pyjamas'],
  ['../../etc/passwd', 'etc-passwd'],
  ['C:\\Windows\\system32', 'c-windows-system32'],
  ['CON', '_con'],
  ['lpt1', '_lpt1'],
  ['com¹', '_com¹'],
  ['...', '_'],
  ['', '_'],
  ['🦄', '_'],
  ['❤️', '_'],
  ['\u3164', '_'],
  ['\u202Egnp.exe', 'gnp-exe'],
  ['e\u0301te\u0301', 'été'],
  ['Ünïcode straße', 'ünïcode-straße'],
  ['猫と犬', '猫と犬'],
])('the slug of %j is %j', (text, expected) => {
  expect(slug(text)).toBe(expected);
});

test('a slug is cut at whole characters and never ends with a hyphen', () => {
  expect(slug('猫猫猫', 7)).toBe('猫猫');
  expect(slug('ab cd', 3)).toBe('ab');
});

test('a text of ASCII has the slug that it has by the rules for all scripts', () => {
  const letters = fc.array(fc.constantFrom(...'aZ9 -_.,\'"{}/\\\n\0con'), { maxLength: 90 });
  fc.assert(
    fc.property(letters, fc.integer({ min: 1, max: 70 }), (text, maxBytes) => {
      // A letter that nobody sees is left out, and takes the text along the other way.
      expect(slug(text.join(''), maxBytes)).toBe(slug(`\u00ad${text.join('')}`, maxBytes));
    }),
    { numRuns: sized(300, 20_000) },
  );
});

test.each([
  [defaultNameTemplate, 'files/a-purple-cat-sleeping/seed1-anime-5f1c9ae0{_i}.{ext}'],
  ['{id}', 'files/cat-1{_i}.{ext}'],
  ['{id}.{ext}', 'files/cat-1{_i}.{ext}'],
  ['My {id} (v2)', 'files/My cat-1 (v2){_i}.{ext}'],
  ['{n}-{id}', 'files/{n}-cat-1{_i}.{ext}'],
  ['{id}-{nothing}-{seed}', 'files/cat-1-1{_i}.{ext}'],
  ['{nothing}_{seed}_{nothing}', 'files/1{_i}.{ext}'],
  ['{job}', 'files/5f1c9ae0{_i}.{ext}'],
  ['{job}-{seed}.{ext}', 'files/5f1c9ae0-1{_i}.{ext}'],
  ['{job}/{seed}', 'files/5f1c9ae0/1{_i}.{ext}'],
  ['{job}/{_i}.{ext}', 'files/5f1c9ae0/5f1c9ae0{_i}.{ext}'],
  ['{slug}/', 'files/a-purple-cat-sleeping/5f1c9ae0{_i}.{ext}'],
  ['{aspect_ratio}/{nothing}/{slug}', 'files/16-9/_/a-purple-cat-sleeping{_i}.{ext}'],
  ['', 'files/5f1c9ae0{_i}.{ext}'],
  ['../../{id}', 'files/_/_/cat-1{_i}.{ext}'],
  ['/etc/{id}', 'files/etc/cat-1{_i}.{ext}'],
  ['nul/{job}', 'files/_nul/5f1c9ae0{_i}.{ext}'],
  ['con.{job}', 'files/_con.5f1c9ae0{_i}.{ext}'],
  ['{_i}/{ext}/x', 'files/x{_i}.{ext}'],
  ['{slug', 'files/(slug{_i}.{ext}'],
  ['{constructor}{__proto__}', 'files/5f1c9ae0{_i}.{ext}'],
])('the template %j gives %j', (template, expected) => {
  expect(pathTemplate(template, source)).toBe(expected);
});

test.each([
  ['Cat #1', 'Cat #1'],
  ['render_3D', 'render_3D'],
  ['a  b', 'a  b'],
  ['tab\tand\u00a0space', 'tab and space'],
  ['../../x', '_..-x'],
  ['C:\\temp', 'C-temp'],
  ['what?', 'what'],
  ['con', '_con'],
  ['Con .txt', '_Con .txt'],
  ['CONIN$', '_CONIN$'],
  ['name. .', 'name'],
  ['.hidden', 'hidden'],
  ['-rf', '_rf'],
  ['{job}{n}', '(job)(n)'],
  ['e\u0301', 'é'],
  ['\u202Egnp', 'gnp'],
  ['👩‍🚀', '👩🚀'],
  ['a\ud800b', 'a\ufffdb'],
])('the id %j is a file name as %j', (id, expected) => {
  expect(pathTemplate('{id}.{ext}', { ...source, values: { id } })).toBe(`files/${expected}{_i}.{ext}`);
});

test('an id that fits is whole, and a longer one is cut at a whole character', () => {
  const named = (id: string) => pathTemplate('{id}', { ...source, values: { id } });
  const long = 'X'.repeat(160);
  expect(named(long)).toBe(`files/${long}{_i}.{ext}`);
  expect(named('猫'.repeat(100))).toBe(`files/${'猫'.repeat(54)}{_i}.{ext}`);
});

test('a job and a number are never cut, and values are before what the template says', () => {
  const long = 'x'.repeat(300);
  const path = pathTemplate('{slug}{a}{job}-{n}-{b} end', {
    ...source,
    slug: long,
    values: { a: long, b: long },
  });
  expect(path).toMatch(/^files\/x+5f1c9ae0-\{n\}-x+ end\{_i\}/);
  expect(utf8Bytes(path)).toBeLessThanOrEqual(maxPathBytes);
});

test('only several files of one job are numbered', () => {
  expect(outputPath('files/a{_i}.{ext}', 0, 1, 'png')).toBe('files/a.png');
  expect(outputPath('files/a{_i}.{ext}', 1, 2, 'webp')).toBe('files/a-2.webp');
});

test('a whole id tells jobs apart whose first eight digits are equal', () => {
  const path = pathTemplate(defaultNameTemplate, source);
  const [one, other] = ['5f1c9ae000000001', '5f1c9ae000000002'].map((id) => withWholeId(path, id));
  expect(one).toBe('files/a-purple-cat-sleeping/seed1-anime-5f1c9ae000000001{_i}.{ext}');
  expect(other).not.toBe(one);
});

const hex8 = fc.stringMatching(/^[0-9a-f]{8}$/);
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 150 }),
  fc.string({ unit: 'grapheme', maxLength: 150 }),
  fc.constantFrom(
    'con',
    'NUL',
    '..',
    '.',
    '',
    'aux.txt',
    '~',
    '-',
    '猫'.repeat(80),
    '$&',
    '{job}',
    '{ext}',
    '5f1c9ae0',
  ),
);
const sources = fc.record({
  slug: anyText,
  axes: fc.dictionary(fc.constantFrom('seed', 'style', 'aspect_ratio', '__proto__'), anyText),
  job: hex8,
  values: fc.dictionary(fc.constantFrom('id', 'seed', 'prompt'), anyText),
});
const placeholder = fc.constantFrom(
  '{slug}',
  '{axes}',
  '{job}',
  '{id}',
  '{seed}',
  '{prompt}',
  '{n}',
  '{x}',
  '{_i}',
  '{ext}',
);
const templates = fc.oneof(
  fc.constant(defaultNameTemplate),
  fc
    .array(
      fc.oneof(
        { weight: 3, arbitrary: placeholder },
        fc.constantFrom('/', '-', '.', '_', 'con', '..', ' ', '\u0301', '\\', ':'),
      ),
      { maxLength: 14 },
    )
    .map((parts) => parts.join('')),
  anyText,
);

const reserved = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?$/i;

test('every path is safe on Windows, macOS and Linux and at most 200 bytes long', () => {
  fc.assert(
    fc.property(templates, sources, (template, from) => {
      const open = pathTemplate(template, from);
      const path = outputPath(open, 98, 99, 'webp');
      expect(utf8Bytes(path)).toBeLessThanOrEqual(maxPathBytes);
      expect(utf8Bytes(withWholeId(path, `${from.job}01234567`))).toBeLessThanOrEqual(maxPathBytes);
      const numbered = outputPath(withJob(open, '0123456789abcdef', 16), 98, 99, 'webp').replaceAll(
        '{n}',
        '1234567',
      );
      expect(utf8Bytes(numbered)).toBeLessThanOrEqual(maxPathBytes);
      expect(path.normalize('NFC')).toBe(path);
      const [root, ...parts] = path.split('/');
      expect(root).toBe('files');
      expect(path).toMatch(/-99\.webp$/);
      for (const part of parts) {
        expect(part).not.toMatch(/[<>:"\\|?*\u0000-\u001f\u007f\u200b-\u200f\u202a-\u202e]|^\.|[. ]$|^$/);
        expect(part).not.toMatch(reserved);
      }
      const alone = outputPath(open, 0, 1, 'png').split('/').at(-1) as string;
      expect(alone).not.toMatch(reserved);
      expect(alone).not.toMatch(/^\./);
    }),
    { numRuns: sized(80, 400) },
  );
});

test('jobs never share a path of the default template, whatever else they are called after', () => {
  fc.assert(
    fc.property(sources, sources, fc.nat(98), fc.nat(98), (one, other, i, j) => {
      fc.pre(one.job !== other.job);
      for (const count of [1, 99]) {
        const a = outputPath(pathTemplate(defaultNameTemplate, one), i, 99, 'png').toLowerCase();
        const b = outputPath(pathTemplate(defaultNameTemplate, other), j, count, 'png').toLowerCase();
        expect(a).not.toBe(b);
      }
    }),
    { numRuns: sized(80, 400) },
  );
});

test('a cut text is the longest prefix of whole characters that fits', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(40), (text, maxBytes) => {
      const cut = cutBytes(text, maxBytes);
      expect(text.startsWith(cut)).toBe(true);
      expect(utf8Bytes(cut)).toBeLessThanOrEqual(maxBytes);
      expect(utf8Bytes(cut)).toBe(Buffer.byteLength(cut));
      const next = [...text.slice(cut.length)][0];
      if (next !== undefined) expect(utf8Bytes(cut + next)).toBeGreaterThan(maxBytes);
    }),
  );
});
