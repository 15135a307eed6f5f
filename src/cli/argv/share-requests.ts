import { basename, resolve } from 'node:path';
import type { ShareRequest } from '../../app/sharing/share.ts';
import { UserError } from '../../core/complaints.ts';
import type { Flags } from './flag-names.ts';
import { askedJobsOf } from './job-filters.ts';
import { text, truth } from './settings.ts';

/** The parcel that the flags ask for. Throws `UserError` (`usage`) for the first mistake. */
export function shareRequestOf(flags: Flags, dir: string, chosen: ShareRequest['chosen']): ShareRequest {
  return {
    dir,
    out: outOf(flags, dir),
    force: truth(flags, 'force'),
    jobs: askedJobsOf(flags),
    chosen,
    small: truth(flags, 'small'),
    costs: truth(flags, 'with-cost'),
  };
}

function outOf(flags: Flags, dir: string): string {
  const out = text(flags, 'out') ?? `${basename(resolve(dir))}.zip`;
  if (!/\.(?:tar|tgz|gz|bz2|xz|7z|rar|html?|pdf)$/i.test(out)) return out;
  throw new UserError(
    'usage',
    `--out "${out}" is neither a zip file nor a folder.`,
    'Give a name ending in .zip, or a folder.',
  );
}
