import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findFiles } from '../../../../src/view/page/picks/zip-files.ts';
import { namedFiles } from '../../../../src/view/page/picks/zip-names.ts';
import { anImage, aPageJob, aVideo } from '../page-builders.ts';

test('names in the zip say what is shown, are safe, and are never the same', () => {
  const words = fc.string({ unit: 'grapheme', maxLength: 40 });
  const paths = fc.constantFrom('files/a.png', 'files/../../b.MP4', 'files/c', 'CON', 'files/d.tar.gz');
  const job = fc.record({
    id: fc.constantFrom('a', 'b', 'A', 'ä'),
    prompt: words,
    style: words,
    paths: fc.array(paths),
  });
  fc.assert(
    fc.property(fc.array(job, { maxLength: 12 }), (some) => {
      const jobs = some.map(({ id, prompt, style, paths: own }, n) =>
        aPageJob(n, {
          job: id.repeat(16),
          input: { prompt },
          axes: { style },
          outputs: own.map((path) => anImage(path)),
        }),
      );
      const names = namedFiles(jobs).map(({ name }) => name);
      expect(names).toHaveLength(some.reduce((sum, { paths: own }) => sum + own.length, 0));
      expect(new Set(names.map((name) => name.normalize('NFKC').toLowerCase())).size).toBe(names.length);
      for (const name of names) {
        expect(name).not.toMatch(/[\p{Cc}<>:"/\\|?*]|^\.|[. ]$/u);
        expect(new TextEncoder().encode(name).length).toBeLessThan(200);
      }
    }),
  );
});

test('a name has the prompt, the axes and the job', () => {
  const job = aPageJob(0, {
    job: '5f1c9ae0aaaaaaaa',
    input: { prompt: 'A corgi, on the moon!' },
    axes: { prompt: 'x', style: 'anime', seed: 3 },
    outputs: [anImage('files/x/1.png'), aVideo('files/x/2.mp4')],
  });
  expect(namedFiles([job]).map(({ name }) => name)).toEqual([
    'a-corgi-on-the-moon-anime-seed3-5f1c9ae0-1.png',
    'a-corgi-on-the-moon-anime-seed3-5f1c9ae0-2.mp4',
  ]);
});

const wanted = ['files/a.png', 'files/b/a.png'].map((path) => ({ job: 'j', name: path, path, bytes: 3 }));
const fileOf = (text: string): File => new File([text], 'x');

test.each(['p60/', 'out/p60/', ''])(
  'files are found where the run folder is "%s" in the chosen one',
  (base) => {
    const chosen = [
      // Another run has files of the same names, though of other sizes.
      ...wanted.map(({ path }) => ({ path: `out/old/${path}`, file: fileOf('other') })),
      ...wanted.map(({ path }) => ({ path: `${base}${path}`, file: fileOf(path.slice(-3)) })),
    ];
    const { found, missing, changed } = findFiles(wanted, chosen);
    expect(found.map(({ path, file }) => [path, file.size])).toEqual([
      ['files/a.png', 3],
      ['files/b/a.png', 3],
    ]);
    expect([missing, changed]).toEqual([[], 0]);
  },
);

test('what is not there, or has another size, is said', () => {
  const { found, missing, changed } = findFiles(wanted, [
    { path: 'p60/files/a.png', file: fileOf('longer') },
  ]);
  expect(found.map(({ path }) => path)).toEqual(['files/a.png']);
  expect(missing.map(({ path }) => path)).toEqual(['files/b/a.png']);
  expect(changed).toBe(1);
  expect(findFiles(wanted, [{ path: 'p60/files/xa.png', file: fileOf('123') }]).found).toEqual([]);
});
