import { emptyInput, fault, type Reading, Unreadable } from '../reading.ts';

const maxMebibytes = 64;

/**
 * All of an input's text, for the formats that cannot be read row by row. Throws `Unreadable` for one that is longer
 * than 64 MiB, and for one that holds nothing but white space.
 */
export async function wholeText({ file, texts }: Pick<Reading, 'file' | 'texts'>): Promise<string> {
  const pieces: string[] = [];
  let bytes = 0;
  for await (const text of texts) {
    bytes += Buffer.byteLength(text);
    if (bytes > maxMebibytes * 1024 * 1024) throw tooMuch(file);
    pieces.push(text);
  }
  const whole = pieces.join('');
  if (whole.trim() === '') throw emptyInput(file);
  return whole;
}

function tooMuch(file: string): Unreadable {
  const subject = file === '-' ? 'standard input' : 'the file';
  const advice = 'write the rows as JSONL, one object per line, which may be of any length.';
  const message = `${subject} is longer than ${maxMebibytes} MiB, the maximum that can be read at once; ${advice}`;
  return new Unreadable(fault(file, 1, 'too_long', message));
}
