import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { type Ended, startRcb } from './command-line.ts';

/** Runs the built program with an old generation of at most `heapMb`, where it keeps what lives longer than a moment. */
export function rcbWithin(heapMb: number, args: readonly string[], cwd: string): Promise<Ended> {
  return startRcb(args, { cwd, env: { NODE_OPTIONS: `--max-old-space-size=${heapMb}` } }).ended;
}

/** Writes a CSV file of this many jobs. */
export async function writeRows(path: string, jobs: number): Promise<void> {
  const file = createWriteStream(path);
  file.write('prompt,seed,Category\n');
  for (let row = 0; row < jobs; row += 1) {
    file.write(`"a lighthouse in a storm, number ${row}, morning light",${row},c${row % 12}\n`);
  }
  file.end();
  await finished(file);
}
