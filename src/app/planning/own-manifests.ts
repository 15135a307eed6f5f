import { basename, dirname, resolve } from 'node:path';
import type { Problem } from '../../core/complaints.ts';
import { quoted } from '../../core/shell-words.ts';
import { isRunFolder } from '../../store/folder/run-folder.ts';

/** The run folder that this is the manifest of; null: it is another file, or lies elsewhere. */
export function homeOfManifest(file: string): string | null {
  const home = dirname(file);
  return /^manifest\.(csv|jsonl)$/.test(basename(file)) && isRunFolder(home) ? home : null;
}

/** Said where the manifest of one run folder is run into another one, in which nothing of it is paid for yet. */
export function manifestNotes(files: readonly string[], dir: string): readonly Problem[] {
  return files.flatMap((file): Problem[] => {
    const home = homeOfManifest(file);
    if (home === null || resolve(home) === resolve(dir)) return [];
    const message = `its jobs are generated again in ${dir}; with -o ${quoted(home)} finished jobs are not paid for again`;
    return [{ severity: 'note', place: { file, line: 0, column: null }, kind: 'own_manifest', message }];
  });
}
