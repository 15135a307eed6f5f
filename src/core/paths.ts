/** No path that we make is longer than this, in bytes of UTF-8, counted from the run folder. */
export const longestPathBytes = 200;

const longestSlugBytes = 60;
const longestAxesBytes = 60;

// The device names that Windows reserves, with or without an extension.
const reservedOnWindows = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?$/i;

// Such as joiners and variation selectors: a name must not differ from another by what nobody sees.
const invisible = /\p{Default_Ignorable_Code_Point}+/gu;

/**
 * A text as one readable part of a path: NFC, lower case, letters and digits of any script joined by `-`,
 * cut at whole characters. Never empty, never reserved, never starting with a dot.
 */
export function slug(text: string, maxBytes: number = longestSlugBytes): string {
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
export function placeholders(template: string): readonly string[] {
  return [...template.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name as string);
}

const mostFolders = 4;
const longestStemBytes = 90;
// `-99` and `.webp` to come, and the rest of a job id in case that eight digits of it do not suffice.
const openBytes = 8 + 8;

/**
 * The path of a job's files below the run folder, with `{_i}` and `{ext}` still open: `files/<slug>/<axes>-<job>{_i}.{ext}`.
 * `{job}` is added unless some part of the template begins or ends with it: there it is never cut off, and no other
 * value can be mistaken for it. So paths differ wherever `source.job` does, on case-insensitive disks too.
 */
export function pathTemplate(template: string, source: NameSource): string {
  const parts = templateParts(template);
  const stem = fillPart(parts.pop() as string, source, longestStemBytes);
  let room = longestPathBytes - openBytes - utf8Bytes(`files/${stem}`);
  const folders: string[] = [];
  for (const part of parts) {
    // Folders give way first, each to the same share of what is left; the slash is part of it.
    const folder = fillPart(part, source, Math.floor(room / (parts.length - folders.length)) - 1);
    folders.push(folder);
    room -= utf8Bytes(folder) + 1;
  }
  return `${['files', ...folders, stem].join('/')}{_i}.{ext}`;
}

/** The folders and, last, the stem of the file name, without what `{_i}` and `{ext}` stand for. */
function templateParts(template: string): string[] {
  const bare = template.replace(/\.\{ext\}$/, '').replace(/\{(_i|ext)\}/g, '');
  const stem = bare.slice(bare.lastIndexOf('/') + 1);
  const named = bare.split('/').filter((part) => part !== '');
  const all = bare.endsWith('/') || bare === '' ? named : named.slice(0, -1);
  const folders =
    all.length > mostFolders ? [...all.slice(0, mostFolders - 1), all.slice(mostFolders - 1).join('-')] : all;
  const unique = [...folders, stem].some((part) => /^\{job\}|\{job\}$/.test(part));
  if (stem === '') return [...folders, '{job}'];
  return [...folders, unique ? stem : `${stem}-{job}`];
}

/** One part of a path, at most `maxBytes` long. A job at its beginning or end is kept whole. */
function fillPart(part: string, source: NameSource, maxBytes: number): string {
  const [rest, place] = part.endsWith('{job}')
    ? [part.slice(0, -'{job}'.length), 'end']
    : part.startsWith('{job}')
      ? [part.slice('{job}'.length), 'start']
      : [part, 'none'];
  const text = tidy(fillText(rest, source));
  const cut = (bytes: number): string => cutBytes(text, bytes);
  const left = maxBytes - source.job.length;
  switch (place) {
    case 'end':
      return safePart(`${joined(text, cut(left - 2).replace(/^-+/, ''))}${source.job}`);
    case 'start':
      return safePart(`${source.job}${cut(left)}`.replace(/[-. ]+$/, ''));
    default:
      return safePart(cut(maxBytes - 1).replace(/^-+|-+$/g, ''));
  }
}

/** A cut text that goes on with `-` where the whole one does. */
function joined(whole: string, cut: string): string {
  const bare = cut.replace(/-+$/, '');
  return bare !== '' && whole.endsWith('-') ? `${bare}-` : bare;
}

function fillText(text: string, source: NameSource): string {
  return text.replace(/\{([^{}]*)\}/g, (_, name: string) => {
    switch (name) {
      case 'job':
        return source.job;
      case 'slug':
        return slug(source.slug);
      case 'axes':
        return axesText(source.axes);
      default: {
        const value = Object.hasOwn(source.values, name) ? (source.values[name] as string) : '';
        return value === '' ? '' : slug(value, 40);
      }
    }
  });
}

function tidy(text: string): string {
  return text
    .normalize('NFC')
    .replace(invisible, '')
    .replace(/[^\p{L}\p{N}\p{M}._+-]+/gu, '-')
    .replace(/-{2,}/g, '-')
    .replace(/^\p{M}+/u, '')
    .normalize('NFC');
}

/** `seed1-anime`: number-like values carry the name of their axis, words speak for themselves. */
function axesText(axes: Readonly<Record<string, string>>): string {
  const words = Object.entries(axes).map(([name, value]) =>
    /^[\p{L}]/u.test(value) ? slug(value, 24) : slug(`${name}${value.replaceAll(':', 'x')}`, 24),
  );
  return cutBytes(words.join('-'), longestAxesBytes);
}

/** The path of one file: `index` counts from 0 among `count`; a lone file has no number. */
export function outputPath(template: string, index: number, count: number, extension: string): string {
  const number = count > 1 ? `-${index + 1}` : '';
  return template.replace('{_i}', number).replace('{ext}', () => extension);
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
