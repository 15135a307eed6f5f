import type { FileOutput } from './outputs.ts';

/** Two numbers, such as `9-1`: plans keep clear of names that end so, and of no others. */
const usable = /^\d[\d_]{0,9}-\d{1,4}$/;

/**
 * What tells the files of one job apart in their names: the labels of its provider, such as `9-1` or `12:3-1`, as far as
 * a file name can have them. null for each: they are numbered, since it is a lone file or the labels do not tell all of
 * them apart.
 */
export function fileLabels(files: readonly FileOutput[]): readonly (string | null)[] {
  const labels = files.map(({ label = '' }) => label.replaceAll(':', '_'));
  const isTelling = labels.every((label) => usable.test(label)) && new Set(labels).size === labels.length;
  return files.length > 1 && isTelling ? labels : files.map(() => null);
}

/** The label in the name of a file that has the path of this template; null: it has none, or another path. */
export function labelIn(path: string, template: string): string | null {
  const stem = template.slice(0, template.indexOf('{_i}'));
  const label = path.startsWith(`${stem}-`) ? path.slice(stem.length + 1).replace(/\.[^./]*$/, '') : '';
  return usable.test(label) ? label : null;
}
