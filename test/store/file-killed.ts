// Writes file after file and says which are there, until it is killed: `node file-killed.ts DIR`.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fileWriter } from '../../src/store/files/file-writer.ts';
import { contentOf } from './file-content.ts';

const [, , dir = ''] = process.argv;
const write = fileWriter(
  () => () => true,
  () => {},
);

async function goOn(lane: number): Promise<void> {
  for (let n = 0; ; n += 1) {
    const name = `${lane}-${n}`;
    const bytes = contentOf(name);
    const expected = createHash('sha256').update(bytes).digest('hex');
    const beside = (end: string): string => join(dir, `${name}.${end}`);
    const { sha256 } = await write({
      pieces: [bytes.subarray(0, 100), bytes.subarray(100)],
      original: null,
      path: beside('bin'),
      part: beside('part'),
      spliced: beside('recipe.part'),
    });
    if (sha256 !== expected) throw new Error(`${name} has another hash.`);
    process.stdout.write(`${name}\n`);
  }
}

await Promise.all(Array.from({ length: 16 }, (_, lane) => goOn(lane)));
