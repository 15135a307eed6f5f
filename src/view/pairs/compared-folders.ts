import type { JsonValue } from '../../core/json.ts';
import { canonicalJson } from '../../core/json.ts';
import type { PageAxis, PageHead, PageJob } from '../page-data.ts';

/** Comparing more would leave no room for pictures. */
export const maxFolders = 6;

const mark = '@';
const letters = 'abcdef';

/** The id of a job on a page of several folders, which may all have it. */
export function pageIdOf(job: string, folder: number): string {
  return `${job}${mark}${letters[folder]}`;
}

/** The id that the job has in its folder. */
export function ownId(pageId: string): string {
  const at = pageId.indexOf(mark);
  return at === -1 ? pageId : pageId.slice(0, at);
}

/** The run folder of a job, as commands name it. */
export function dirOf({ dir, compared }: PageHead, { folder }: Pick<PageJob, 'folder'>): string {
  return compared?.find(({ label }) => label === folder)?.dir ?? dir;
}

/** The axes of all folders, in the order of the first that has them, each with the values of all. */
export function joinedAxes(folders: readonly (readonly PageAxis[])[]): readonly PageAxis[] {
  const axes = new Map<string, Map<string, JsonValue>>();
  for (const { name, values } of folders.flat()) {
    const known = axes.get(name) ?? new Map<string, JsonValue>();
    for (const value of values) known.set(canonicalJson(value), value);
    axes.set(name, known);
  }
  return [...axes].map(([name, values]) => ({ name, values: [...values.values()] }));
}

/**
 * What each folder is called where several are compared: its name, with as many of the folders above it as tell it from
 * the others. `paths`: absolute, all different, split into their parts.
 */
export function folderLabels(paths: readonly (readonly string[])[]): readonly string[] {
  const longest = Math.max(...paths.map(({ length }) => length));
  for (let parts = 1; parts < longest; parts += 1) {
    const labels = paths.map((path) => path.slice(-parts).join('/'));
    if (new Set(labels).size === labels.length) return labels;
  }
  return paths.map((path) => path.join('/'));
}
