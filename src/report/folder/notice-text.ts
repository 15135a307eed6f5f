import { countOf, showCount } from '../../core/counts.ts';
import { endedBadly } from '../../core/job/tally.ts';
import { showDuration } from '../../core/pacing/pace.ts';
import { plainText } from '../terminal/terminal.ts';
import { inFlight, moneyText } from '../terminal/wording.ts';
import type { RunClosing } from './summary.ts';

/** How a run ended, in a sentence or two that stand alone, such as in a chat or on a phone. */
export function noticeText(closing: RunClosing): string {
  const { ending, tally, total, dir, why, elapsedMs } = closing;
  const { counts, halted, spentUsd, unpriced, estimatedUsd } = tally;
  const share = `${showCount(counts.done)} of ${countOf(total, 'job')} done`;
  const cause = halted?.message ?? why;
  const because = cause === null ? '' : ` ${cause}`;
  const spent = `${moneyText(spentUsd, unpriced, estimatedUsd)}, ${showDuration(elapsedMs)}`;
  const say = (): string => {
    switch (ending) {
      case 'done':
        return `${dir}: all ${countOf(total, 'job')} done (${spent}).`;
      case 'failures':
        return `${dir} has finished: ${share}, ${showCount(endedBadly(counts))} did not succeed (${spent}).${because}`;
      case 'unsettled':
        return `${dir} has finished: ${share}, ${countOf(counts.unknown, 'submission')} unclear (${spent}).`;
      case 'left': {
        const away = inFlight(counts);
        const there = away > 0 ? `, ${showCount(away)} still running on the server` : '';
        return `${dir} was stopped: ${share}${there} (${spent}).`;
      }
      case 'unfinished':
      case 'refused':
      case 'unwritable':
        return `${dir} has stopped: ${share} (${spent}).${because}`;
    }
  };
  return plainText(say());
}
