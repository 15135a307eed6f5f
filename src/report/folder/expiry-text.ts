import { countOf } from '../../core/counts.ts';
import { type Expiry, keptDays } from '../../core/job/expiry.ts';
import { quoted } from '../../core/shell-words.ts';
import { plainText } from '../terminal/terminal.ts';
import { dayText } from '../terminal/wording.ts';

export interface UnfetchedView extends Expiry {
  /** How long the server keeps results. */
  readonly keptMs: number;
}

/** What a folder loses where nothing is done, as sentences; none: nothing within two days. */
export function expirySentences(unfetched: UnfetchedView | null, dir: string): readonly string[] {
  if (unfetched === null) return [];
  const { soon, over, nextAt, keptMs } = unfetched;
  const fetch = `rcb fetch ${plainText(quoted(dir))}`;
  return [
    ...(soon === 0 || nextAt === null
      ? []
      : [
          `The server deletes ${countOf(soon, 'result')} that ${soon === 1 ? 'is' : 'are'} not fetched within two days, the first at ${dayText(nextAt)}: ${fetch}`,
        ]),
    ...(over === 0
      ? []
      : [
          `${countOf(over, 'result')} ${over === 1 ? 'is' : 'are'} older than the ${keptDays(keptMs)} for which the server keeps them, and probably gone: ${fetch}`,
        ]),
  ];
}

/** Before files are asked for that may be gone. */
export function expiredText(jobs: number): string {
  const their = jobs === 1 ? 'its' : 'their';
  return `${countOf(jobs, 'job')} finished so long ago that the server has probably deleted ${their} files. rcb asks for them anyway, free of charge.`;
}

/** What expires, for programs; `expires_at`: when the next one is deleted. */
export function expiryJson(unfetched: UnfetchedView | null) {
  if (unfetched === null) return {};
  const { soon, over, nextAt } = unfetched;
  const expires_at = nextAt === null ? null : new Date(nextAt).toISOString();
  return { expires_at, jobs_expiring: soon, jobs_expired: over };
}
