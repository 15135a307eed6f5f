import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SavedFile } from '../../../src/core/job/job.ts';
import type { EmbedRecipe, ExpectedFile, OpenLink, Splice } from '../../../src/core/ports.ts';
import { fileStore } from '../../../src/store/files/run-files.ts';
import { aLink } from '../../support/builders.ts';
import { downloadOf } from '../../support/downloads.ts';
import { sized } from '../../support/tiers.ts';
import { png } from '../store-media.ts';
import { planned, requestId, temporaryFolder } from '../store-support.ts';

const never = new AbortController().signal;
const link = aLink('https://files.example/a.png');
const job = planned('a cat', { pathTemplate: 'files/cat{_i}.{ext}' });
const expected: ExpectedFile = { job, requestId: requestId('r1'), index: 0, count: 1 };
const picture = png(7, 5);
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

const giving =
  (bytes: Buffer): OpenLink =>
  async () =>
    downloadOf([bytes], { bytes: bytes.length });
const filesIn = (dir: string) => (existsSync(join(dir, 'files')) ? readdirSync(join(dir, 'files')) : []);
const splicing =
  (...splices: Splice[]): EmbedRecipe =>
  async () =>
    splices;
const note: Splice = { at: 33, removed: 0, inserted: Buffer.from('note') };

test('a file is saved with what is written into it, and the hash of what the server gave is kept', async () => {
  const dir = temporaryFolder();
  const asked: unknown[] = [];
  const embed: EmbedRecipe = async (read, bytes, mime, recipe) => {
    asked.push(Buffer.from(await read(0, bytes)).equals(picture), mime, recipe);
    return [note];
  };
  const saved = await fileStore(dir, giving(picture), { embed }).save(expected, link, never);
  const { id, model, input } = job;
  expect(asked).toEqual([true, 'image/png', { job: id, model, input, rep: 1, request_id: 'r1' }]);
  const onDisk = readFileSync(join(dir, saved.path));
  expect(onDisk.equals(Buffer.concat([picture.subarray(0, 33), note.inserted, picture.subarray(33)]))).toBe(
    true,
  );
  expect(saved).toEqual({
    ...{
      path: 'files/cat.png',
      bytes: onDisk.length,
      sha256: sha256(onDisk),
      original_sha256: sha256(picture),
    },
    ...{ mime: 'image/png', width: 7, height: 5 },
  });
  expect(filesIn(dir)).toEqual(['cat.png']);
});

test('splices of any number and size are all applied, to files larger than what is copied at once', async () => {
  const padding = Buffer.alloc(700_000, 'abcdefg');
  // It is over where its end is, so the padding stands before that.
  const large = Buffer.concat([picture.subarray(0, -12), padding, picture.subarray(-12)]);
  const dir = temporaryFolder();
  const cuts = fc
    .uniqueArray(fc.nat(large.length), { maxLength: 12 })
    .map((places) => places.sort((a, b) => a - b));
  await fc.assert(
    fc.asyncProperty(cuts, fc.uint8Array({ maxLength: 300 }), async (places, inserted) => {
      const pieces: Uint8Array[] = [];
      const splices: Splice[] = [];
      let from = 0;
      for (let n = 0; n + 1 < places.length; n += 2) {
        const [at, to] = [places[n] as number, places[n + 1] as number];
        splices.push({ at, removed: to - at, inserted });
        pieces.push(large.subarray(from, at), inserted);
        from = to;
      }
      const made = Buffer.concat([...pieces, large.subarray(from)]);
      const store = fileStore(dir, giving(large), { embed: splicing(...splices) });
      const saved = await store.save(expected, link, never);
      expect(saved).toMatchObject({
        bytes: made.length,
        sha256: sha256(made),
        original_sha256: sha256(large),
      });
      expect(readFileSync(join(dir, saved.path)).equals(made)).toBe(true);
    }),
    { numRuns: sized(15, 60) },
  );
});

test('a file that was held in memory and one that was written while it came are the same, however they came', async () => {
  const large = Buffer.concat([
    picture.subarray(0, -12),
    Buffer.alloc(600_000, 'abcdefg'),
    picture.subarray(-12),
  ]);
  const dir = temporaryFolder();
  const cuts = fc
    .uniqueArray(fc.nat(large.length), { maxLength: 12 })
    .map((places) => places.sort((a, b) => a - b));
  const splices = fc.option(
    fc.record({ at: fc.nat(large.length), inserted: fc.uint8Array({ maxLength: 300 }) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(picture, large), cuts, splices, async (bytes, places, splice) => {
      function* pieces() {
        let from = 0;
        for (const to of [...places, large.length]) {
          yield bytes.subarray(from, to);
          from = to;
        }
      }
      const open: OpenLink = async () => downloadOf(pieces());
      const at = Math.min(splice?.at ?? 0, bytes.length);
      const options = splice === null ? {} : { embed: splicing({ ...splice, at, removed: 0 }) };
      const ways: Buffer[] = [];
      const facts: SavedFile[] = [];
      for (const heldBytes of [0, 300_000, 1_000_000]) {
        const saved = await fileStore(dir, open, { ...options, heldBytes }).save(expected, link, never);
        ways.push(readFileSync(join(dir, saved.path)));
        facts.push(saved);
      }
      const { inserted } = splice ?? { inserted: Buffer.alloc(0) };
      const made = Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at)]);
      for (const way of ways) expect(way.equals(made)).toBe(true);
      expect(facts[1]).toEqual(facts[0]);
      expect(facts[2]).toEqual(facts[0]);
      expect(facts[0]).toMatchObject({
        ...{ bytes: made.length, sha256: sha256(made) },
        original_sha256: splice === null ? null : sha256(bytes),
      });
    }),
    { numRuns: sized(15, 60) },
  );
});

const asItCame = { sha256: sha256(picture), bytes: picture.length, original_sha256: null };

test.each<[string, EmbedRecipe]>([
  ['is not to be', async () => null],
  ['throws', () => Promise.reject(new TypeError('a bug'))],
  [
    'throws at once',
    () => {
      throw new TypeError('a bug');
    },
  ],
  ['goes over another splice', splicing({ ...note, removed: 9 }, note)],
  ['is beyond the end', splicing({ ...note, at: picture.length + 1 })],
  ['takes more than there is', splicing({ ...note, removed: picture.length })],
  ['stands before the start', splicing({ ...note, at: -1 })],
])('a recipe whose writing %s leaves the result as it came', async (_, embed) => {
  for (const heldBytes of [0, 1_000]) {
    const dir = temporaryFolder();
    const store = fileStore(dir, giving(picture), { embed, heldBytes });
    const saved = await store.save(expected, link, never);
    expect(saved).toMatchObject(asItCame);
    expect(readFileSync(join(dir, saved.path)).equals(picture)).toBe(true);
    expect(filesIn(dir)).toEqual(['cat.png']);
  }
});

test('a disk that takes the original and not the copy costs no result', async () => {
  const dir = temporaryFolder();
  // Put in the way once the leftovers of an earlier life are gone.
  const embed: EmbedRecipe = async () => {
    mkdirSync(join(dir, 'files/cat.recipe.part'));
    return [note];
  };
  const saved = await fileStore(dir, giving(picture), { embed, heldBytes: 0 }).save(expected, link, never);
  expect(saved).toMatchObject(asItCame);
});

test('what a killed life left of a copy is cleared away, with recipes and without, and never followed', async () => {
  const written = { heldBytes: 0 };
  for (const options of [{}, { embed: splicing(note) }, written, { ...written, embed: splicing(note) }]) {
    const dir = temporaryFolder();
    mkdirSync(join(dir, 'files'));
    writeFileSync(join(dir, 'precious'), 'mine');
    writeFileSync(join(dir, 'files/cat.part'), 'half of it');
    symlinkSync(join(dir, 'precious'), join(dir, 'files/cat.recipe.part'));
    await fileStore(dir, giving(picture), options).save(expected, link, never);
    expect(filesIn(dir)).toEqual(['cat.png']);
    expect(readFileSync(join(dir, 'precious'), 'utf8')).toBe('mine');
  }
});

test('an abort while the recipe is planned or written gives its own reason and leaves no file', async () => {
  const reason = new Error('leaving');
  for (const [when, heldBytes] of [
    ['planned', 0],
    ['written', 0],
    ['planned', 1_000],
    ['written', 1_000],
  ] as const) {
    const dir = temporaryFolder();
    const stop = new AbortController();
    const embed: EmbedRecipe = async () => {
      const last: Splice = {
        at: picture.length,
        removed: 0,
        get inserted() {
          stop.abort(reason);
          return Buffer.from('x');
        },
      };
      if (when === 'planned') stop.abort(reason);
      return [note, last];
    };
    const store = fileStore(dir, giving(picture), { embed, heldBytes });
    await expect(store.save(expected, link, stop.signal)).rejects.toBe(reason);
    expect(filesIn(dir)).toEqual([]);
  }
});

test('a name that cannot be given leaves nothing behind', async () => {
  const dir = temporaryFolder();
  mkdirSync(join(dir, 'files/cat.png/in the way'), { recursive: true });
  const store = fileStore(dir, giving(picture), { embed: splicing(note) });
  await expect(store.save(expected, link, never)).rejects.toMatchObject({ about: 'output' });
  expect(filesIn(dir)).toEqual(['cat.png']);
});
