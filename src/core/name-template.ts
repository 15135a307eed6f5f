/** What the placeholders of a name template stand for. Values are texts as the user would write them. */
export interface NameSource {
  readonly slug: string;
  readonly axes: Readonly<Record<string, string>>;
  /** First 8 hex digits of the job id. */
  readonly job: string;
  readonly values: Readonly<Record<string, string>>;
}

export const defaultNameTemplate = '{slug}/{axes}-{job}{_i}.{ext}';

/** The placeholders of a template, in order. */
export const placeholders = ofLatest((template): readonly string[] =>
  [...template.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name as string),
);

/** Remembers the result for the latest text: the jobs of a plan ask for the same one again and again. */
export function ofLatest<T>(make: (text: string) => T): (text: string) => T {
  let latest: { readonly text: string; readonly made: T } | null = null;
  return (text) => {
    if (latest?.text !== text) latest = { text, made: make(text) };
    return latest.made;
  };
}

const maxFolders = 4;

/** A part of a path: texts, with the name of a placeholder at every odd index. */
type TemplatePart = readonly string[];

/** The folders and, last, the stem of the file name, without `{_i}` and `{ext}`. */
export const templateParts = ofLatest((template): readonly TemplatePart[] => {
  const bare = template.replace(/\.\{ext\}$/, '').replace(/\{(_i|ext)\}/g, '');
  const stem = bare.slice(bare.lastIndexOf('/') + 1);
  const named = bare.split('/').filter((part) => part !== '');
  const all = bare.endsWith('/') || bare === '' ? named : named.slice(0, -1);
  const folders =
    all.length > maxFolders ? [...all.slice(0, maxFolders - 1), all.slice(maxFolders - 1).join('-')] : all;
  return [...folders, stem === '' ? '{job}' : stem].map((part) => part.split(/\{([^{}]*)\}/));
});
