import { mergeFolders } from '../../app/merging/merge.ts';
import { UserError } from '../../core/complaints.ts';
import { showCount } from '../../core/counts.ts';
import { mergeJson, mergeText } from '../../report/folder/merge-text.ts';
import { sizeText } from '../../report/folder/parcel-text.ts';
import { jsonLine } from '../../report/json-line.ts';
import { passingLine } from '../../report/progress/passing-line.ts';
import type { Call } from '../argv/call.ts';
import { accessRequestOf } from '../argv/requests.ts';
import { text, truth } from '../argv/settings.ts';
import { exitCodes } from '../exit.ts';
import { interruptible } from '../interrupts.ts';
import { outputOf } from '../output.ts';
import type { System } from '../system.ts';
import { progressOn } from '../thumbnail-progress.ts';

/** `rcb merge DIR… -o FOLDER`: run folders become one. Nothing in them is changed. */
export async function mergeCommand({ flags, words }: Call, system: System): Promise<number> {
  const output = outputOf(flags, system);
  const out = text(flags, 'out');
  if (out === null) {
    throw new UserError('usage', 'It is not said where everything is to go.', 'Add -o DIR.');
  }
  return interruptible(system, async (enough) => {
    const line = passingLine(output.terminal);
    try {
      const request = { folders: words, out, access: accessRequestOf(flags, system) };
      const report = await mergeFolders(request, enough, ({ added, files, bytes }) => {
        if (output.quiet) return;
        line.show(`Merging: ${showCount(added)} jobs, ${showCount(files)} files (${sizeText(bytes)})`);
      });
      line.clear();
      output.say(mergeText(report, output.terminal));
      if (flags.view !== false) {
        // What makes pages is large.
        const { makePage } = await import('../../app/page/page-making.ts');
        await makePage(out, enough, progressOn(output));
      }
      if (truth(flags, 'json')) system.stdout.write(jsonLine(mergeJson(report)));
      return report.missing > 0 ? exitCodes.finished_with_failures : exitCodes.done;
    } finally {
      line.clear();
    }
  });
}
