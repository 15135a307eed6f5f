import { cutBytes, harmless, safePart } from './path-text.ts';
import { pathTemplate } from './paths.ts';

/** A file as it is called in its run folder, and the job that made it. */
export interface NamedFile {
  /** Relative to the run folder, with `/`. */
  readonly path: string;
  /** 16 hex digits. */
  readonly job: string;
  /** What the job makes, in words: its prompt. */
  readonly title: string;
  /** Its values on the axes of the plan, as texts. */
  readonly axes: Readonly<Record<string, string>>;
}

/** Where results are in a parcel. */
const folder = 'files/';

// With the folder, a whole job id, a number and an extension, it is far from the 200 bytes that a path may have.
const maxStemBytes = 140;

/**
 * Gives each file of a parcel a name that tells what it shows: that of the run without ids, its folders in front. No two
 * are the same, on no system, whatever it thinks of capitals and accents: of those that would be, later ones get the id
 * of their job. `extension`: without a dot; null: the file's own.
 */
export function parcelNames(): (file: NamedFile, extension?: string | null) => string {
  const taken = new Set<string>();
  return (file, extension = null) => {
    const stem = stemOf(file);
    const end = `.${extension ?? extensionOf(file.path)}`;
    for (const suffix of suffixes(file.job)) {
      const path = `${folder}${stem}${suffix}${end}`;
      const known = folded(path);
      if (taken.has(known)) continue;
      taken.add(known);
      return path;
    }
    throw new Error('Numbers have no end.');
  };
}

function* suffixes(job: string): Iterable<string> {
  yield '';
  yield `-${harmless(job.slice(0, 8))}`;
  yield `-${harmless(job.slice(0, 16))}`;
  for (let n = 2; ; n += 1) yield `-${harmless(job.slice(0, 16))}-${n}`;
}

function stemOf(file: NamedFile): string {
  const own = named(ownWords(file));
  // A number that stood behind an id alone tells nothing.
  const tells = own !== '' && !(/^\d+$/.test(own) && file.path.includes(file.job.slice(0, 8)));
  return tells ? own : named(spokenWords(file)) || 'result';
}

function named(words: string): string {
  const cut = cutBytes(harmless(words).replace(/^[\p{M} .-]+/u, ''), maxStemBytes).replace(/[-_. ]+$/, '');
  return cut === '' ? '' : safePart(cut);
}

/** The path without its first folder, which is the same of all, its extension and the ids in it. */
function ownWords({ path, job }: NamedFile): string {
  const parts = path.split('/');
  const within = parts.length > 1 && parts[0] === 'files' ? parts.slice(1) : parts;
  const bare = [...within.slice(0, -1), (within.at(-1) ?? '').replace(/\.[^.]*$/, '')];
  const ids = [job.slice(0, 16), job.slice(0, 8)].filter((id) => /^[0-9a-f]+$/i.test(id));
  return bare
    .map((part) => ids.reduce((text, id) => withoutId(text, id), part))
    .filter((part) => part !== '')
    .join('-');
}

function withoutId(text: string, id: string): string {
  return text.replace(new RegExp(`(?:^|[-_ .])${id}(?![0-9a-z])`, 'gi'), '').replace(/^[-_ .]+/, '');
}

/** For a path of ids alone: what the default template makes of the job. */
function spokenWords({ job, title, axes, path }: NamedFile): string {
  const { prompt: _, ...others } = axes;
  const template = '{slug}-{axes}';
  const made = pathTemplate(template, { slug: title, axes: others, job: job.slice(0, 8), values: {} });
  const number = /-\d{1,4}(?=\.[^./]*$)/.exec(path)?.[0] ?? '';
  return `${made.replace(/^files\//, '').replace('{_i}.{ext}', '')}${number}`;
}

function extensionOf(path: string): string {
  const found = /\.([a-z0-9]{1,10})$/i.exec(path)?.[1];
  return found?.toLowerCase() ?? 'bin';
}

/** Alike for names that some system takes for one. */
function folded(path: string): string {
  return path.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC');
}
