import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type HeldFile, type HeldOutcome, heldWriter } from '../../../src/store/files/held-files.ts';
import { temporaryFolder } from '../store-support.ts';

const sha256 = ({ pieces }: HeldFile): string =>
  createHash('sha256').update(Buffer.concat(pieces)).digest('hex');

const whole = (file: HeldFile): HeldOutcome => ({ sha256: sha256(file), originalSha256: null });

function held(dir: string, name: string, bytes: Uint8Array): HeldFile {
  const beside = (end: string): string => join(dir, `${name}.${end}`);
  const half = bytes.byteLength >> 1;
  return {
    pieces: [bytes.subarray(0, half), bytes.subarray(half)],
    original: null,
    path: beside('png'),
    part: beside('part'),
    spliced: beside('recipe.part'),
  };
}

/** Of this process, where the system tells. */
function openFiles(): number {
  return process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0;
}

const codeOf = (outcome: HeldOutcome | undefined): string | null =>
  outcome !== undefined && 'fault' in outcome ? outcome.fault.code : null;

test('files of several folders are written whole, with an outcome for each in their order', async () => {
  const dir = temporaryFolder();
  for (const folder of ['a', 'b']) mkdirSync(join(dir, folder));
  const contents = fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.uint8Array({ maxLength: 5_000 })), {
    maxLength: 12,
  });
  const open = openFiles();
  await fc.assert(
    fc.asyncProperty(contents, async (wanted) => {
      const files = wanted.map(([folder, bytes], n) => held(join(dir, folder), `${n}`, bytes));
      const outcomes = await heldWriter()({ files, missing: [] });
      expect(outcomes).toEqual(files.map((file) => whole(file)));
      for (const [n, { path }] of files.entries()) {
        expect(readFileSync(path).equals(wanted[n]?.[1] as Uint8Array)).toBe(true);
      }
    }),
    { numRuns: 30 },
  );
  expect(openFiles()).toBe(open);
  expect(readdirSync(dir, { recursive: true }).filter((name) => String(name).includes('part'))).toEqual([]);
});

test('what an earlier life left of a file gives way, and a link under its name is not followed', async () => {
  const dir = temporaryFolder();
  const file = held(dir, 'cat', Buffer.from('new'));
  writeFileSync(join(dir, 'precious'), 'mine');
  symlinkSync(join(dir, 'precious'), file.part);
  writeFileSync(file.spliced, 'left by a crash');
  writeFileSync(file.path, 'an older one');
  expect(await heldWriter()({ files: [file], missing: [] })).toEqual([whole(file)]);
  expect(readdirSync(dir).toSorted()).toEqual(['cat.png', 'precious']);
  expect(readFileSync(file.path, 'utf8')).toBe('new');
  expect(readFileSync(join(dir, 'precious'), 'utf8')).toBe('mine');
});

test('a file that cannot be written says why and leaves nothing; the others are written', async () => {
  const dir = temporaryFolder();
  const good = held(dir, 'good', Buffer.from('good'));
  const nowhere = held(join(dir, 'not-there'), 'a', Buffer.from('a'));
  const blocked = held(dir, 'blocked', Buffer.from('b'));
  mkdirSync(join(blocked.path, 'full'), { recursive: true });
  const taken = held(dir, 'taken', Buffer.from('c'));
  mkdirSync(taken.part);
  const last = held(dir, 'last', Buffer.from('last'));
  const outcomes = await heldWriter()({ files: [good, nowhere, blocked, taken, last], missing: [] });
  expect([outcomes[0], outcomes[4]]).toEqual([whole(good), whole(last)]);
  expect(codeOf(outcomes[1])).toBe('ENOENT');
  expect(['EISDIR', 'ENOTEMPTY', 'EEXIST']).toContain(codeOf(outcomes[2]));
  expect('fault' in (outcomes[3] as HeldOutcome)).toBe(true);
  expect(readdirSync(dir).toSorted()).toEqual(['blocked.png', 'good.png', 'last.png', 'taken.part']);
});
