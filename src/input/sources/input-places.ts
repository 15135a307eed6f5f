import { existsSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { InputPlaces } from './input-folders.ts';

/**
 * Expands a folder and a pattern such as `jobs/*.csv`; anything else is one input, there or not. Throws `UserError`:
 * `input` where nothing is found, `usage` for the folder of a run.
 */
export async function inputPlaces(word: string): Promise<InputPlaces> {
  const one = { paths: [word], title: null, problems: [] };
  if (word === '-') return one;
  if (isFolder(word)) {
    const { folderInputs } = await import('./input-folders.ts');
    return folderInputs(word, basename(resolve(word)));
  }
  // A file whose name holds such characters is that file.
  if (!isPattern(word) || existsSync(word)) return one;
  const { matchingInputs } = await import('./input-folders.ts');
  return matchingInputs(word);
}

function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    return false;
  }
}

/** Prose has question marks, and a prompt may have choices in braces: a pattern has no white space beside. */
function isPattern(word: string): boolean {
  return /[*?[{]/.test(word) && (!/\s/.test(word) || /\.[a-z*{},?[\]]{1,20}$/i.test(word));
}
