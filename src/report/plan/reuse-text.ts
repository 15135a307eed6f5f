import { countOf } from '../../core/counts.ts';
import { showUsd } from '../../core/money/prices.ts';
import { plainText, type Terminal, toned } from '../terminal/terminal.ts';

/** What other folders have done of a plan. */
export interface PlannedReuse {
  readonly jobs: number;
  /** What these would cost here; null: unknown. */
  readonly savedUsd: number | null;
  readonly folders: readonly { readonly dir: string; readonly jobs: number }[];
  readonly models: ReadonlyMap<string, { readonly jobs: number; readonly baseUsd: number | null }>;
  /** Jobs whose files are missing there, or are not what was saved. */
  readonly damaged: number;
  /** Jobs that are done only under another account, or an unknown one. */
  readonly otherAccount: number;
  /** Why folders were not looked into, as sentences. */
  readonly troubles: readonly string[];
}

const maxFolders = 3;

/** `312 jobs are already done in out/cats: reused for $0, saves about $24.96` */
export function reuseLines(reuse: PlannedReuse | undefined, terminal: Terminal): string[] {
  if (reuse === undefined) return [];
  const { jobs, savedUsd, damaged, otherAccount, troubles } = reuse;
  const lines: string[] = [];
  if (jobs > 0) {
    const saves = savedUsd === null ? '' : `, saves about ${showUsd(savedUsd)}`;
    const many = countOf(jobs, 'job is', 'jobs are');
    lines.push(
      toned(terminal, 'green', `  ${many} already done in ${foldersText(reuse)}: reused for $0${saves}`),
    );
  }
  if (damaged > 0) {
    lines.push(
      `  ${countOf(damaged, 'job')} done elsewhere but not reused: files are missing or changed there`,
    );
  }
  if (otherAccount > 0) {
    lines.push(
      `  ${countOf(otherAccount, 'job')} done under another or an unknown account and not reused; add --reuse-any-account to reuse ${otherAccount === 1 ? 'it' : 'them'}`,
    );
  }
  for (const trouble of troubles.slice(0, maxFolders)) {
    lines.push(`  ${toned(terminal, 'yellow', 'warning:')} ${plainText(trouble)}`);
  }
  if (troubles.length > maxFolders)
    lines.push(`  and ${countOf(troubles.length - maxFolders, 'other folder')}`);
  return lines.length === 0 ? [] : ['', ...lines];
}

function foldersText({ folders }: PlannedReuse): string {
  const sorted = folders.toSorted((a, b) => b.jobs - a.jobs);
  const named = sorted.slice(0, maxFolders).map(({ dir }) => plainText(dir));
  const more = sorted.length - named.length;
  const all = more > 0 ? [...named, countOf(more, 'other folder')] : named;
  return all.length === 1 ? (all[0] as string) : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
}

/** For programs, in the words of the plan. */
export function reuseJson({ jobs, savedUsd, folders, damaged, otherAccount, troubles }: PlannedReuse) {
  return {
    jobs,
    saved_usd: savedUsd === null ? null : Math.round(savedUsd * 1e6) / 1e6,
    folders: folders.map((folder) => ({ ...folder })),
    damaged,
    other_account: otherAccount,
    warnings: [...troubles],
  };
}
