import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { heldWriter } from '../../../src/store/files/held-files.ts';
import { fileStore } from '../../../src/store/files/run-files.ts';
import { aLink } from '../../support/builders.ts';
import { downloadOf } from '../../support/downloads.ts';
import { png } from '../store-media.ts';
import { planned, requestId, temporaryFolder } from '../store-support.ts';

const counted = ['lstatSync', 'mkdirSync', 'openSync', 'renameSync', 'unlinkSync'] as const;
const genuine = Object.fromEntries(counted.map((name) => [name, fs[name]]));
let calls: [string, string][] = [];

beforeEach(() => {
  calls = [];
  for (const name of counted) {
    const call = genuine[name] as (...args: unknown[]) => unknown;
    Object.assign(fs, {
      [name]: (...args: unknown[]) => {
        calls.push([name, String(args[0])]);
        return call(...args);
      },
    });
  }
  syncBuiltinESMExports();
});
afterEach(() => {
  Object.assign(fs, genuine);
  syncBuiltinESMExports();
});

const of = (name: string): string[] => calls.filter(([called]) => called === name).map(([, path]) => path);

test('files that are written together share the making and the syncs of their folders', async () => {
  const dir = temporaryFolder();
  const folders = ['cat', 'dog', 'owl'].map((name) => join(dir, 'files', name));
  const files = Array.from({ length: 30 }, (_, n) => {
    const at = (end: string): string => join(folders[n % 3] as string, `${n}.${end}`);
    return {
      path: at('png'),
      part: at('part'),
      spliced: at('recipe.part'),
      pieces: [Buffer.from(`${n}`)],
      original: null,
    };
  });
  const before = calls.length;
  const outcomes = await heldWriter()({ files, missing: folders });
  calls = calls.slice(before);
  expect(outcomes).toEqual(
    files.map(({ pieces }) => ({
      sha256: createHash('sha256')
        .update(pieces[0] as Buffer)
        .digest('hex'),
      originalSha256: null,
    })),
  );
  expect(of('mkdirSync')).toEqual(folders);
  const opened = of('openSync').map((path) => relative(dir, path));
  const synced = opened.filter((path) => !path.endsWith('.part'));
  // The run folder and `files` hold new folders, the others new files.
  expect(synced.toSorted()).toEqual(['', 'files', 'files/cat', 'files/dog', 'files/owl']);
  expect(opened).toHaveLength(files.length + synced.length);
  expect(of('renameSync')).toHaveLength(files.length);
  expect([...of('lstatSync'), ...of('unlinkSync')]).toEqual([]);
});

test('the run folder and the folders in it are looked at once for all files that are written together', async () => {
  const dir = temporaryFolder();
  const bytes = png(7, 5);
  let checks = 0;
  const store = fileStore(dir, async () => downloadOf([bytes], { bytes: bytes.length }), {
    lost() {
      checks += 1;
      return null;
    },
  });
  const save = (n: number) =>
    store.save(
      {
        job: planned('a cat', { pathTemplate: `files/cat/${n}-5f1c9ae0{_i}.{ext}` }),
        ...{ requestId: requestId('r1'), index: 0, count: 1 },
      },
      aLink('https://files.example/a.png'),
      new AbortController().signal,
    );
  await save(0);
  [calls, checks] = [[], 0];
  const saved = await Promise.all(Array.from({ length: 40 }, (_, n) => save(n + 1)));
  for (const { path } of saved) expect(fs.existsSync(join(dir, path))).toBe(true);
  const looks = of('lstatSync').filter((path) => path.startsWith(join(fs.realpathSync(dir), 'files')));
  expect(new Set(looks.map((path) => relative(dirname(path), path)))).toEqual(new Set(['files', 'cat']));
  expect(checks).toBeLessThan(10);
  expect(looks).toHaveLength(2 * checks);
});
