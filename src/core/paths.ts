/** No path that we make is longer than this, in bytes of UTF-8, counted from the run folder. */
export const maxPathBytes = 200;

const maxSlugBytes = 60;
const maxAxesBytes = 60;

// The device names that Windows reserves, with or without an extension.
const reservedOnWindows = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(\..*)?$/i;

// Such as joiners and variation selectors: a name must not differ from another by what nobody sees.
const invisible = /\p{Default_Ignorable_Code_Point}+/gu;

/**
 * A text as one readable part of a path: NFC, lower case, letters and digits of any script joined by `-`,
 * cut at whole characters. Never empty, never reserved, never starting with a dot.
 */
export function slug(text: string, maxBytes: number = maxSlugBytes): string {
  const words = text
    .normalize('NFC')
    .toLowerCase()
    .replace(invisible, '')
    .replace(/['’]/g, '')
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, '-')
    .replace(/^[-\p{M}]+|-+$/gu, '')
    .normalize('NFC');
  const cut = cutBytes(words, maxBytes).replace(/-+$/, '');
  return safePart(cut);
}

/** The longest prefix of whole characters that fits into `maxBytes` of UTF-8. */
export function cutBytes(text: string, maxBytes: number): string {
  let bytes = 0;
  let end = 0;
  for (const character of text) {
    bytes += utf8Bytes(character);
    if (bytes > maxBytes) break;
    end += character.length;
  }
  return text.slice(0, end);
}

export function utf8Bytes(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

function safePart(part: string): string {
  const bare = part.replace(/^\.+/, '').replace(/[. ]+$/, '');
  if (bare === '') return '_';
  return reservedOnWindows.test(bare) ? `_${bare}` : bare;
}

/** What a name template may draw on. Values are texts as the user would write them. */
export interface NameSource {
  readonly slug: string;
  readonly axes: Readonly<Record<string, string>>;
  /** First 8 hex digits of the job id. */
  readonly job: string;
  readonly values: Readonly<Record<string, string>>;
}

export const defaultNameTemplate = '{slug}/{axes}-{job}{_i}.{ext}';

/** The placeholders of a template, in order. */
export const placeholders = ofOneTemplate((template): readonly string[] =>
  [...template.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name as string),
);

/** Remembers what it made of the latest template: a plan asks for the same one with every job. */
function ofOneTemplate<T>(make: (template: string) => T): (template: string) => T {
  let latest: { readonly template: string; readonly made: T } | null = null;
  return (template) => {
    if (latest?.template !== template) latest = { template, made: make(template) };
    return latest.made;
  };
}

const maxFolders = 4;
// As much of a stem stays where folders have to give way.
const keptStemBytes = 90;
// `-99` and `.webp` to come, and a whole job id with a number in case that another job has the same name.
const openBytes = 8 + 21;
const jobBytes = 8;
const maxNumberLength = 8;

/**
 * The path of a job's files below the run folder, with `{n}`, `{_i}` and `{ext}` still open. Values stand there as they
 * are but for what is unsafe on Windows, macOS or Linux; whether another job has the same path is for others to see.
 * A stem without any text is the job.
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
    // Each gets the same share of what is left; the slash is part of it.
    const made = fitted(folder, Math.floor(left / (filled.length - index)) - 1);
    parts.splice(index, 0, made);
    left -= utf8Bytes(made) + 1;
  }
  return `${['files', ...parts].join('/')}{_i}.{ext}`;
}

/** A part of a path: texts, with the name of a placeholder at every odd index. */
type TemplatePart = readonly string[];

/** The folders and, last, the stem of the file name, without what `{_i}` and `{ext}` stand for. */
const templateParts = ofOneTemplate((template): readonly TemplatePart[] => {
  const bare = template.replace(/\.\{ext\}$/, '').replace(/\{(_i|ext)\}/g, '');
  const stem = bare.slice(bare.lastIndexOf('/') + 1);
  const named = bare.split('/').filter((part) => part !== '');
  const all = bare.endsWith('/') || bare === '' ? named : named.slice(0, -1);
  const folders =
    all.length > maxFolders ? [...all.slice(0, maxFolders - 1), all.slice(maxFolders - 1).join('-')] : all;
  return [...folders, stem === '' ? '{job}' : stem].map((part) => part.split(/\{([^{}]*)\}/));
});

/** A piece of a part of a path. `fixed` is never cut; `bytes` is what it may come to. */
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

/** What the placeholders of a part stand for. One that stands for nothing takes a separator beside it along. */
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

// Not allowed in file names on Windows, or not seen: it stands for nothing, or for one hyphen.
const unsafe = /[\p{Cc}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}<>:"/\\|?*]+/gu;
// No text holds it by then.
const replaced = '\uFFFF';
const replacedAtEnds = /^\uFFFF+|\uFFFF+$/g;
const blanks = /[\p{Zs}\t\r\n]+/gu;

/** A text as a part of a path, in its own spelling: only what no system bears is replaced. */
function harmless(text: string): string {
  return text
    .toWellFormed()
    .normalize('NFC')
    .replace(invisible, '')
    .replace(blanks, (found) => (/^ +$/.test(found) ? found : ' '))
    .replace(unsafe, replaced)
    .replace(replacedAtEnds, '')
    .replaceAll(replaced, '-')
    .replaceAll('{', '(')
    .replaceAll('}', ')')
    .normalize('NFC');
}

/** One part of a path, `maxBytes` long at most: values are cut before texts of the template, the longest first. */
function fitted(segments: readonly Segment[], maxBytes: number): string {
  const pieces = [...segments];
  const limit = maxBytes - 1;
  for (const [kind, least] of [
    ['value', 8],
    ['text', 0],
    ['value', 0],
  ] as const) {
    for (let over = bytesOf(pieces) - limit; over > 0; over = bytesOf(pieces) - limit) {
      const longest = Math.max(...pieces.map((piece) => (piece.kind === kind ? piece.bytes : 0)));
      if (longest <= least) break;
      const at = pieces.findIndex((piece) => piece.kind === kind && piece.bytes === longest);
      const cut = cutBytes((pieces[at] as Segment).text, Math.max(least, longest - over));
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

/** `seed1-anime`: number-like values carry the name of their axis, words speak for themselves. */
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

/** The same path with the first `digits` of the job's id, for a job that has it in common with another one. */
export function withJob(template: string, jobId: string, digits: 8 | 16): string {
  return template.replace('{_i}', `-${jobId.slice(0, digits)}{_i}`);
}

/**
 * The same path with all 16 digits of the job's id, for the rare job whose first eight are also those of another one
 * that would otherwise get the same path: among 77,000 such jobs there is one with an even chance.
 */
export function withWholeId(template: string, jobId: string): string {
  const short = jobId.slice(0, 8);
  const at = template.lastIndexOf(short);
  if (at === -1) return template.replace('{_i}', `-${jobId}{_i}`);
  return `${template.slice(0, at)}${jobId}${template.slice(at + short.length)}`;
}
