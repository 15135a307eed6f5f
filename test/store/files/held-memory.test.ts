import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fileWriter } from '../../../src/store/files/file-writer.ts';
import { heldMemory } from '../../../src/store/files/held-memory.ts';
import { temporaryFolder } from '../store-support.ts';

const mebibyte = 1_024 ** 2;

const bufferOf = (lent: { readonly bytes: Buffer } | null) => lent?.bytes.buffer as ArrayBuffer;

test('memory that came back is lent again, to whom it fits', () => {
  const memory = heldMemory(8 * mebibyte);
  const first = memory.take(1_500_000);
  expect(first?.bytes).toHaveLength(1_500_000);
  const buffer = bufferOf(first);
  first?.end();
  memory.reuse(buffer);
  expect(bufferOf(memory.take(100_000))).not.toBe(buffer);
  const again = memory.take(1_400_000);
  expect(again?.bytes).toHaveLength(1_400_000);
  expect(bufferOf(again)).toBe(buffer);
  expect(bufferOf(memory.take(1_400_000))).not.toBe(buffer);
});

test('no more is lent at a time than it may be, and no more is kept', () => {
  const memory = heldMemory(2 * mebibyte);
  const lent = [memory.take(mebibyte), memory.take(mebibyte)];
  expect(memory.take(1)).toBeNull();
  lent[0]?.end();
  const third = memory.take(mebibyte);
  expect(third?.bytes).toHaveLength(mebibyte);
  const buffers = [...lent, third].map(bufferOf);
  for (const buffer of buffers) memory.reuse(buffer);
  lent[1]?.end();
  third?.end();
  const next = [memory.take(mebibyte), memory.take(mebibyte)].map(bufferOf);
  expect(new Set([...next, ...buffers]).size).toBe(3);
});

test('the thread gives the memory of large files back, and each file is what was in it', async () => {
  const dir = temporaryFolder();
  const memory = heldMemory(8 * mebibyte);
  const came: number[] = [];
  const write = fileWriter(
    () => () => true,
    (each) => {
      came.push(each.byteLength);
      memory.reuse(each);
    },
  );
  for (let n = 0; n < 5; n += 1) {
    const lent = memory.take(mebibyte - n);
    lent?.bytes.fill(n);
    const expected = createHash('sha256')
      .update(lent?.bytes as Buffer)
      .digest('hex');
    const at = (end: string): string => join(dir, `${n}.${end}`);
    const file = { path: at('png'), part: at('part'), spliced: at('recipe.part') };
    const written = await write({ ...file, pieces: [lent?.bytes as Buffer], original: null });
    expect(written.sha256).toBe(expected);
    lent?.end();
  }
  expect(came).toEqual(Array.from({ length: 5 }, () => mebibyte));
});
