/** No path that we make is longer than this, in bytes of UTF-8, counted from the run folder. */
export const longestPathBytes = 200;

const longestSlugBytes = 60;
const longestAxesBytes = 60;

// The device names that Windows reserves, with or without an extension.
const reservedOnWindows = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?$/i;

/**
 * A text as one readable part of a path: NFC, lower case, letters and digits of any script joined by `-`,
 * cut at whole characters. Never empty, never reserved, never starting with a dot.
 */
export function slug(text: string, maxBytes: number = longestSlugBytes): string {
  const words = text
    .normalize('NFC')
    .toLowerCase()
    .replace(/['’]/g, '')
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
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

/**
 * The path of a job's files below the run folder, with `{_i}` and `{ext}` still open: `files/<slug>/<axes>-<job>{_i}.{ext}`.
 * Whatever the template lacks for names to be unique (`{job}`, `{_i}`, `{ext}`) is added.
 */
export function pathTemplate(template: string, source: NameSource): string {
  const parts = complete(template)
    .split('/')
    .filter((part) => part !== '')
    .map((part) => fillPart(part, source));
  const last = parts.pop() as string;
  // Folders give way first: the last part holds what makes the name unique.
  const room = longestPathBytes - utf8Bytes(`files/${last}`) - 8;
  const folders: string[] = [];
  let used = 0;
  for (const part of parts) {
    const share = Math.max(8, Math.floor((room - used) / (parts.length - folders.length)) - 1);
    const cut = safePart(cutBytes(part, share).replace(/-+$/, ''));
    folders.push(cut);
    used += utf8Bytes(cut) + 1;
  }
  return ['files', ...folders, last].join('/');
}

function complete(template: string): string {
  const named = placeholders(template);
  const dot = template.lastIndexOf('.{ext}');
  const stem = dot === -1 ? template : template.slice(0, dot);
  const unique = named.includes('job') ? stem : `${stem}-{job}`;
  return `${named.includes('_i') ? unique : `${unique}{_i}`}.{ext}`;
}

function fillPart(part: string, source: NameSource): string {
  const filled = part.replace(/\{([^{}]*)\}/g, (whole, name: string) => {
    switch (name) {
      case '_i':
      case 'ext':
        return whole;
      case 'job':
        return source.job;
      case 'slug':
        return slug(source.slug);
      case 'axes':
        return axesText(source.axes);
      default:
        return slug(source.values[name] ?? '', 40);
    }
  });
  const open = /(\{_i\})?\.\{ext\}$/.exec(filled)?.[0] ?? '';
  const stem = (open === '' ? filled : filled.slice(0, -open.length))
    .replace(/[^\p{L}\p{N}\p{M}._{}+-]+/gu, '-')
    .replace(/-{2,}/g, '-')
    .replace(/^-+|-+$/g, '');
  const jobEnd = stem.endsWith(source.job) ? source.job : '';
  const head = cutBytes(stem.slice(0, stem.length - jobEnd.length), 90);
  return `${safePart(`${head}${jobEnd}`)}${open}`;
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
  return template.replace('{_i}', number).replace('{ext}', extension);
}
