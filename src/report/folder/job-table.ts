import type { ManifestLine } from '../../core/job/manifest.ts';
import { canonicalJson } from '../../core/json.ts';

import { columnsOf, plainText, type Terminal, toned } from '../terminal/terminal.ts';
import { cutStart, cutText, padText } from '../terminal/text-width.ts';
import { statusTones } from '../terminal/wording.ts';
import { errorText } from './job-text.ts';

const shortId = 8;
const maxStatusWidth = 10;
const gap = '  ';

/**
 * `rcb ls`: one line per job, without line breaks. On a terminal, columns cut to its width; elsewhere the same fields
 * uncut and separated by tabs: job, state, id, prompt, file or error.
 */
export function* jobTable(lines: Iterable<ManifestLine>, terminal: Terminal): Iterable<string> {
  if (terminal.stream.isTTY !== true) {
    for (const line of lines) {
      yield [line.job, line.state, line.id ?? '', promptOf(line), fateOf(line)].map(plainText).join('\t');
    }
    return;
  }
  const room = columnsOf(terminal) - shortId - maxStatusWidth - 3 * gap.length;
  const promptColumns = Math.max(0, Math.ceil(room * 0.45));
  const fateColumns = Math.max(0, room - promptColumns);
  for (const line of lines) {
    const named = line.id === null ? promptOf(line) : `${line.id}: ${promptOf(line)}`;
    const prompt = padText(cutText(plainText(named), promptColumns), promptColumns);
    const fate = plainText(fateOf(line));
    const cut = line.error === null ? cutStart(fate, fateColumns) : cutText(fate, fateColumns);
    const state = toned(terminal, statusTones[line.state], line.state.padEnd(maxStatusWidth));
    yield [line.job.slice(0, shortId), state, prompt, cut].join(gap).trimEnd();
  }
}

/** The prompt, or the whole input where the model takes none. */
function promptOf({ input }: ManifestLine): string {
  return typeof input.prompt === 'string' ? input.prompt : canonicalJson(input);
}

function fateOf({ error, outputs }: ManifestLine): string {
  if (error !== null) return errorText(error);
  const more = outputs.length > 1 ? ` and ${outputs.length - 1} more` : '';
  return outputs[0] === undefined ? '' : `${outputs[0].path}${more}`;
}
