import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failure, JobFailure } from '../../core/job/failures.ts';
import { readMarker } from '../../core/media.ts';
import type { SharedRuns } from '../../core/sharing/shared-runs.ts';
import { type InputFile, type InputFiles, keepInputs } from '../../store/files/input-files.ts';
import { placeInside } from '../../store/folder/folder-bounds.ts';

/** Gives the ledger the files of a folder that jobs send, so that every runner can send them. */
export async function putInputs(
  runs: SharedRuns,
  name: string,
  dir: string,
  files: Iterable<Pick<InputFile, 'marker'>>,
): Promise<void> {
  for (const { marker } of files) {
    const kept = readMarker(marker);
    if (kept === null) continue;
    if ((await runs.input(name, kept.sha256)) === null)
      await runs.putInput(name, kept.sha256, await readFile(placeInside(dir, kept.path)));
  }
}

/** Fetches such a file into a folder. false: nobody has given it. Throws `JobFailure` (`invalid_input`) where it is not what was planned. */
export async function fetchInput(
  runs: SharedRuns,
  name: string,
  dir: string,
  marker: string,
): Promise<boolean> {
  const kept = readMarker(marker);
  const bytes = kept === null ? null : await runs.input(name, kept.sha256);
  if (kept === null || bytes === null) return false;
  if (createHash('sha256').update(bytes).digest('hex') !== kept.sha256) throw notPlanned(runs, marker);
  const aside = await mkdtemp(join(tmpdir(), 'rcb-input-'));
  try {
    const path = join(aside, 'input');
    await writeFile(path, bytes, { mode: 0o600 });
    await keepInputs(dir, [{ marker, path, sha256: kept.sha256 }]);
    return true;
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

/** The job fails, and no other. */
function notPlanned({ address }: SharedRuns, marker: string): JobFailure {
  const message = `${marker} in ${address} is not the file that was planned: it has been changed there.`;
  return new JobFailure(failure('invalid_input', message));
}

/** The same files, each fetched where it is not there yet. `fetched`: false where nobody has it. */
export function fetchedInputs(own: InputFiles, fetched: (marker: string) => Promise<boolean>): InputFiles {
  return {
    async dataUri(marker) {
      try {
        return await own.dataUri(marker);
      } catch (error) {
        if (!(error instanceof JobFailure) || !(await fetched(marker))) throw error;
        return own.dataUri(marker);
      }
    },
  };
}
