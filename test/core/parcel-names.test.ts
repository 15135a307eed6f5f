import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type NamedFile, parcelNames } from '../../src/core/parcel-names.ts';

const job = '5f1c9ae0b7d2443e';
const file = (path: string, more: Partial<NamedFile> = {}): NamedFile => ({
  path,
  job,
  title: 'a purple cat',
  axes: { seed: '1', style: 'anime' },
  ...more,
});
const nameOf = (path: string, more: Partial<NamedFile> = {}): string => parcelNames()(file(path, more));

test.each([
  ['files/a-purple-cat/seed1-anime-5f1c9ae0.png', 'files/a-purple-cat-seed1-anime.png'],
  ['files/a-purple-cat/seed1-anime-5f1c9ae0-2.PNG', 'files/a-purple-cat-seed1-anime-2.png'],
  ['files/a-purple-cat/seed1-5f1c9ae0b7d2443e.webp', 'files/a-purple-cat-seed1.webp'],
  ['files/shot 0012.mp4', 'files/shot 0012.mp4'],
  ['files/5f1c9ae0/out.txt', 'files/out.txt'],
  ['files/5f1c9ae0b7d2443e.png', 'files/a-purple-cat-seed1-anime.png'],
  ['files/5f1c9ae0-3.png', 'files/a-purple-cat-seed1-anime-3.png'],
  ['files/日本/猫-5f1c9ae0.png', 'files/日本-猫.png'],
  ['files/con.png', 'files/_con.png'],
  ['files/no extension', 'files/no extension.bin'],
])('%s becomes %s', (path, name) => {
  expect(nameOf(path)).toBe(name);
});

test('a later file that some system would take for an earlier one gets the id of its job', () => {
  const name = parcelNames();
  expect(name(file('files/Cafe\u0301.png'))).toBe('files/Café.png');
  expect(name(file('files/CAFÉ.png', { job: '0123456789abcdef' }))).toBe('files/CAFÉ-01234567.png');
  expect(name(file('files/café.png', { job: '01234567ffffffff' }))).toBe('files/café-01234567ffffffff.png');
  expect(name(file('files/STRASSE.png'))).toBe('files/STRASSE.png');
  expect(name(file('files/straße.png'))).toBe('files/straße-5f1c9ae0.png');
  expect(name(file('files/x.png'), 'jpg')).toBe('files/x.jpg');
});

test('whatever the ledger says, names are unique, short and safe on every system', () => {
  const text = fc.string({ unit: 'binary', maxLength: 300 });
  const hostile = fc.constantFrom(
    '../../etc/passwd',
    'files/../x',
    'C:\\x\\y.png',
    'files/aux.png',
    'files/.png',
    '',
  );
  const source = fc.record({
    path: fc.oneof(
      text,
      hostile,
      text.map((part) => `files/${part}/${job.slice(0, 8)}.png`),
    ),
    job: fc.oneof(fc.stringMatching(/^[0-9a-f]{16}$/), text),
    title: text,
    axes: fc.dictionary(fc.constantFrom('seed', 'prompt', 'style'), text),
  });
  fc.assert(
    fc.property(fc.array(source, { maxLength: 12 }), (sources) => {
      const name = parcelNames();
      const names = [...sources, ...sources].map((each) => name(each));
      const alike = names.map((each) => each.normalize('NFC').toLowerCase());
      expect(new Set(alike).size).toBe(names.length);
      for (const each of names) {
        expect(Buffer.byteLength(each)).toBeLessThanOrEqual(200);
        expect(each).toMatch(/^files\/[^/]+\.[a-z0-9]{1,10}$/);
        expect(each.slice('files/'.length)).not.toMatch(/[<>:"\\|?*\u0000-\u001f]|^\.|^(con|aux|nul|prn)\./i);
        expect(each.isWellFormed()).toBe(true);
      }
    }),
  );
});
