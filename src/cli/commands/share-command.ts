import { type FoundPicks, picksOf, starredOf } from '../../app/sharing/found-picks.ts';
import { type OnShared, share } from '../../app/sharing/share.ts';
import { UserError } from '../../core/complaints.ts';
import { showCount } from '../../core/counts.ts';
import { parcelText, picksRemark, sizeText } from '../../report/folder/parcel-text.ts';
import { jsonLine } from '../../report/json-line.ts';
import { problemsText } from '../../report/plan/problems-text.ts';
import { passingLine } from '../../report/progress/passing-line.ts';
import type { Call } from '../argv/call.ts';
import type { Flags } from '../argv/flag-names.ts';
import { texts, truth } from '../argv/settings.ts';
import { shareRequestOf } from '../argv/share-requests.ts';
import { exitCodes } from '../exit.ts';
import { folderOf } from '../folders.ts';
import { interruptible } from '../interrupts.ts';
import { type Output, outputOf } from '../output.ts';
import type { System } from '../system.ts';

/** `rcb share [DIR] -o FILE.zip|FOLDER`: a parcel for other people. Works while a run is going on. */
export async function shareCommand({ flags, words }: Call, system: System): Promise<number> {
  const output = outputOf(flags, system);
  const dir = folderOf(words);
  const picks = await chosenIn(dir, flags, system);
  if (picks !== null && picks.problems.length > 0) {
    output.warn(problemsText(picks.problems, output.terminal));
    return exitCodes.invalid_input;
  }
  if (picks !== null) output.say(picksRemark(picks));
  const request = shareRequestOf(flags, dir, picks?.jobs ?? null);
  return interruptible(system, async (enough) => {
    const line = passingLine(output.terminal);
    try {
      const shared = await share(request, enough, progressOn(line, output));
      line.clear();
      output.say(parcelText(shared, request, output.terminal));
      const { path, jobs, files, bytes, missing } = shared;
      if (truth(flags, 'json')) system.stdout.write(jsonLine({ path, jobs, files, bytes, missing }));
      return exitCodes.done;
    } finally {
      line.clear();
    }
  });
}

/** null: all jobs. */
async function chosenIn(dir: string, flags: Flags, system: System): Promise<FoundPicks | null> {
  const files = texts(flags, 'picks');
  const isStarred = truth(flags, 'starred');
  if (isStarred && files.length > 0) {
    throw new UserError(
      'usage',
      'Both --starred and --picks are given.',
      'Give --picks FILE to name the file, or --starred to have it found.',
    );
  }
  if (files.length > 0) return picksOf(dir, files);
  return isStarred ? starredOf(dir, system.env) : null;
}

function progressOn(line: ReturnType<typeof passingLine>, { quiet }: Output): OnShared {
  return ({ jobs, bytes }) => {
    if (!quiet) line.show(`Packing: ${showCount(jobs)} jobs, ${sizeText(bytes)}`);
  };
}
