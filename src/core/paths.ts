import { type NameSource, type TemplatePart, templateParts } from './name-template.ts';
import { cutBytes, harmless, safePart, slug, utf8Bytes } from './path-text.ts';

/** The longest path that is made, in bytes of UTF-8, counted from the run folder. */
export const maxPathBytes = 200;

const maxAxesBytes = 60;

// This much of a stem stays; folders are cut first.
const keptStemBytes = 90;
// For `-99` and `.webp`, and a whole job id with a number in case another job has the same name.
const openBytes = 8 + 21;
const jobBytes = 8;
const maxNumberLength = 8;

/**
 * The path of a job's files below the run folder, with `{n}`, `{_i}` and `{ext}` still open. Values are kept as they
 * are, except for what is unsafe on Windows, macOS or Linux. Whether another job has the same path is not checked here.
 * A stem without any text becomes the job's id.
 */
export function pathTemplate(template: string, source: NameSource): string {
  const filled = templateParts(template).map((part) => segmentsOf(part, source));
  const file = filled.pop() as Segment[];
  const room = maxPathBytes - openBytes - utf8Bytes('files/');
  const inFolders = filled.reduce((sum, folder) => sum + bytesOf(folder) + 1, 0);
  const name = fitted(file, Math.max(keptStemBytes, room - inFolders));
  const parts = [name === '_' ? source.job : name];
  let left = room - utf8Bytes(name);
  for (const [index, folder] of filled.entries()) {
    // Each folder gets the same share of what is left; the slash is part of it.
    const made = fitted(folder, Math.floor(left / (filled.length - index)) - 1);
    parts.splice(index, 0, made);
    left -= utf8Bytes(made) + 1;
  }
  return `${['files', ...parts].join('/')}{_i}.{ext}`;
}

/** A piece of a part of a path. `fixed` is never cut; `bytes` is the length that it may reach. */
interface Segment {
  readonly kind: 'text' | 'value' | 'fixed';
  readonly text: string;
  readonly bytes: number;
}

function segment(kind: Segment['kind'], text: string, bytes = utf8Bytes(text)): Segment {
  return { kind, text, bytes };
}

function bytesOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Fills in the placeholders of a part. An empty value removes a separator beside it as well. */
function segmentsOf(part: TemplatePart, source: NameSource): Segment[] {
  const segments: Segment[] = [];
  let isAfterNothing = false;
  for (const [index, piece] of part.entries()) {
    if (index % 2 === 1) {
      const filled = filledBy(piece, source);
      isAfterNothing = filled.text === '';
      if (filled.text !== '') segments.push(filled);
      continue;
    }
    const text = isAfterNothing ? withoutSeparator(segments, piece) : piece;
    if (text !== '') segments.push(segment('text', harmless(text)));
  }
  if (isAfterNothing) dropLastSeparator(segments);
  return segments;
}

const separator = /[-_ .+]/;

function withoutSeparator(before: readonly Segment[], text: string): string {
  const last = before.at(-1);
  const isDoubled = last === undefined || (last.kind === 'text' && separator.test(last.text.slice(-1)));
  return isDoubled && separator.test(text.slice(0, 1)) ? text.slice(1) : text;
}

function dropLastSeparator(segments: Segment[]): void {
  const last = segments.at(-1);
  if (last?.kind !== 'text' || !separator.test(last.text.slice(-1))) return;
  segments.splice(-1, 1, segment('text', last.text.slice(0, -1)));
}

function filledBy(name: string, source: NameSource): Segment {
  switch (name) {
    case 'job':
      return segment('fixed', source.job, jobBytes);
    case 'n':
      return segment('fixed', '{n}', maxNumberLength);
    case 'slug':
      return segment('value', slug(source.slug));
    case 'axes':
      return segment('value', axesText(source.axes));
    default:
      return segment(
        'value',
        harmless(Object.hasOwn(source.values, name) ? (source.values[name] as string) : ''),
      );
  }
}

/** One part of a path, at most `maxBytes` long: values are cut before texts of the template, the longest first. */
function fitted(segments: readonly Segment[], maxBytes: number): string {
  const pieces = [...segments];
  const limit = maxBytes - 1;
  for (const [kind, minBytes] of [
    ['value', 8],
    ['text', 0],
    ['value', 0],
  ] as const) {
    for (let over = bytesOf(pieces) - limit; over > 0; over = bytesOf(pieces) - limit) {
      const longest = Math.max(...pieces.map((piece) => (piece.kind === kind ? piece.bytes : 0)));
      if (longest <= minBytes) break;
      const at = pieces.findIndex((piece) => piece.kind === kind && piece.bytes === longest);
      const cut = cutBytes((pieces[at] as Segment).text, Math.max(minBytes, longest - over));
      pieces[at] = segment(kind, cut.replace(/[- ]+$/, ''));
    }
  }
  const text = pieces.map((piece) => piece.text).join('');
  return safePart(
    text
      .normalize('NFC')
      .replace(/^[\p{M} .]+/u, '')
      .replace(/^-/, '_'),
  );
}

/** `seed1-anime`: number-like values carry the name of their axis, words do not need it. */
function axesText(axes: Readonly<Record<string, string>>): string {
  const words = Object.entries(axes).map(([name, value]) =>
    /^[\p{L}]/u.test(value) ? slug(value, 24) : slug(`${name}${value.replaceAll(':', 'x')}`, 24),
  );
  return cutBytes(words.join('-'), maxAxesBytes).replace(/-+$/, '');
}

/** The path of one file: `index` counts from 0 among `count`; a lone file has no number. */
export function outputPath(template: string, index: number, count: number, extension: string): string {
  const number = count > 1 ? `-${index + 1}` : '';
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
