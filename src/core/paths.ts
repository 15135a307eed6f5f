import type { NameSource } from './name-template.ts';
import { bytesOf, fitted, partsOf, type Segment, segmentsOf } from './path-parts.ts';
import { utf8Bytes } from './path-text.ts';

/** The longest path that is made, in bytes of UTF-8, counted from the run folder. */
export const maxPathBytes = 200;

// This much of a stem stays; folders are cut first.
const keptStemBytes = 90;
// For `-99` and `.webp`, and a whole job id with a number in case another job has the same name.
const openBytes = 8 + 21;
const room = maxPathBytes - openBytes - 'files/'.length;

/**
 * The path of a job's files below the run folder, with `{n}`, `{_i}` and `{ext}` still open. Values are kept as they
 * are, except for what is unsafe on Windows, macOS or Linux. Whether another job has the same path is not checked here.
 * A stem without any text becomes the job's id.
 */
export function pathTemplate(template: string, source: NameSource): string {
  const filled = partsOf(template).map((part) => segmentsOf(part, source));
  const file = filled.pop() as Segment[];
  let inFolders = 0;
  for (const folder of filled) inFolders += bytesOf(folder) + 1;
  const name = fitted(file, Math.max(keptStemBytes, room - inFolders));
  let left = room - utf8Bytes(name);
  let path = 'files/';
  for (let index = 0; index < filled.length; index += 1) {
    // Each folder gets the same share of what is left; the slash is part of it.
    const made = fitted(filled[index] as Segment[], Math.floor(left / (filled.length - index)) - 1);
    path += `${made}/`;
    left -= utf8Bytes(made) + 1;
  }
  return `${path}${name === '_' ? source.job : name}{_i}.{ext}`;
}

/**
 * The path of one file: `index` counts from 0 among `count`; a lone file has no number. `label`: what stands in the
 * place of the number, fit for a file name.
 */
export function outputPath(
  template: string,
  index: number,
  count: number,
  extension: string,
  label: string | null = null,
): string {
  const number = count > 1 ? `-${label ?? index + 1}` : '';
  return template.replace('{_i}', number).replace('{ext}', () => extension);
}

/** The same path with the first `digits` of the job's id, for a job that shares its path with another one. */
export function withJob(template: string, jobId: string, digits: 8 | 16): string {
  return template.replace('{_i}', `-${jobId.slice(0, digits)}{_i}`);
}

/**
 * The same path with all 16 digits of the job's id, for the rare job whose first eight digits are also those of another
 * job that would get the same path: the chance reaches one half at 77,000 such jobs.
 */
export function withWholeId(template: string, jobId: string): string {
  const short = jobId.slice(0, 8);
  const at = template.lastIndexOf(short);
  if (at === -1) return template.replace('{_i}', `-${jobId}{_i}`);
  return `${template.slice(0, at)}${jobId}${template.slice(at + short.length)}`;
}
