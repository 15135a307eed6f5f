import { realpathSync } from 'node:fs';
import { UserError } from '../../core/complaints.ts';
import type { Job, SavedFile } from '../../core/job/job.ts';
import { type Estimate, scaledTo } from '../../core/money/estimate.ts';
import { basePriceUsd } from '../../core/money/prices.ts';
import type { PlanView } from '../../report/plan/plan-text.ts';
import type { ModelShare } from '../../report/plan/price-text.ts';
import type { PlannedReuse } from '../../report/plan/reuse-text.ts';
import { withReaderIfAny } from '../../store/ledger/with-reader.ts';
import {
  type FoundResult,
  type ReuseSearch,
  reuseSearch,
  type WantedJob,
} from '../../store/reuse/reuse-search.ts';
import { sourceFolders } from '../../store/reuse/source-folders.ts';
import { readSource } from '../../store/reuse/source-ledger.ts';
import { sourceVerdict } from '../../store/reuse/taken-files.ts';
import type { Stage } from '../../store/stage/stage.ts';
import { type OwnAccount, standingOf } from '../access/source-account.ts';
import type { RunPolicy } from '../policies.ts';

/** What other folders have done of a plan. Whoever gets it closes it. */
export interface Reusable {
  readonly summary: PlannedReuse;
  readonly search: ReuseSearch;
  /** By their numbers in the search: as the user would write them. */
  readonly folders: readonly string[];
}

/** What is asked of other folders. `stage`: null where the folder holds the plan already. */
interface Asked {
  readonly dir: string;
  readonly view: PlanView;
  readonly stage: Stage | null;
  readonly own: OwnAccount;
}

/** Looks for the jobs of a plan in other folders; writes nothing. null: none is asked for, or nothing is to be submitted. */
export async function findReusable(
  { dir, view, stage, own }: Asked,
  { reuse: { roots, anyAccount } }: Pick<RunPolicy, 'reuse'>,
): Promise<Reusable | null> {
  if (roots.length === 0) return null;
  const folders = sourceFolders(roots, dir);
  if (view.counts.pending === 0) return null;
  const search = reuseSearch();
  try {
    const prices = new Map(view.models.map(({ model, price }) => [model, price]));
    const wanted = ({ id, model, input }: Pick<Job, 'id' | 'model' | 'input'>): WantedJob => {
      return { id, model, baseUsd: basePriceUsd(prices.get(model) ?? null, input) };
    };
    if (stage !== null) search.want(mapped(stage.toSubmit(), wanted));
    else withReaderIfAny(dir, (reader) => search.want(mapped(reader.pending(), wanted)));
    const troubles: string[] = [];
    for (const [number, folder] of folders.entries()) {
      try {
        const origin = readSource(folder, (_, found) => found);
        const standing = await standingOf(origin, own);
        if (standing === 'elsewhere') {
          if (roots.includes(folder))
            troubles.push(`${folder} is not used: its results come from another API.`);
          continue;
        }
        const isBarred = standing === 'other_account' && !anyAccount;
        readSource(folder, (address) => search.look(number, address, isBarred));
      } catch (error) {
        troubles.push(`${folder} is not used: ${reasonOf(error)}`);
      }
    }
    return { summary: { ...summed(search, folders), troubles }, search, folders };
  } catch (error) {
    search.close();
    throw error;
  }
}

function* mapped<T, U>(all: Iterable<T>, change: (each: T) => U): Iterable<U> {
  for (const each of all) yield change(each);
}

/** What keeps a folder of anybody from being read is no reason to end a run. */
function reasonOf(error: unknown): string {
  if (error instanceof UserError) return error.message;
  return `its ledger cannot be read (${error instanceof Error ? error.message : String(error)}).`;
}

function summed(search: ReuseSearch, folders: readonly string[]): Omit<PlannedReuse, 'troubles'> {
  const roots = folders.map((folder) => realpathSync(folder));
  const counts = new Map<string, number>();
  const models = new Map<string, { jobs: number; baseUsd: number | null }>();
  let [jobs, damaged] = [0, 0];
  let savedUsd: number | null = 0;
  for (const { job, results } of search.found()) {
    const result = results.find(({ folder, files }) => areWhole(roots[folder] as string, files));
    if (result === undefined) {
      damaged += 1;
      continue;
    }
    jobs += 1;
    const saved = savedBy(job, result);
    savedUsd = saved === null ? savedUsd : (savedUsd ?? 0) + saved;
    const folder = folders[result.folder] as string;
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
    const model = models.get(job.model) ?? { jobs: 0, baseUsd: 0 };
    const baseUsd = model.baseUsd === null || job.baseUsd === null ? null : model.baseUsd + job.baseUsd;
    models.set(job.model, { jobs: model.jobs + 1, baseUsd });
  }
  return {
    jobs,
    savedUsd: jobs > 0 && savedUsd === 0 ? null : savedUsd,
    folders: [...counts].map(([dir, count]) => ({ dir, jobs: count })),
    models,
    damaged,
    otherAccount: search.barred(),
  };
}

function areWhole(root: string, files: readonly SavedFile[]): boolean {
  return files.length > 0 && files.every((file) => sourceVerdict(root, file) === 'whole');
}

/** What it cost there, or what it would cost here; a job that was reused there cost nothing there. */
export function savedBy({ baseUsd }: WantedJob, { costUsd }: FoundResult): number | null {
  return costUsd === null || costUsd === 0 ? baseUsd : costUsd;
}

/** The same plan, with what other folders have done counted as done and not as to be submitted. */
export function withReuse(view: PlanView, reusable: Reusable | null): PlanView {
  if (reusable === null) return view;
  const { summary } = reusable;
  const { jobs } = summary;
  if (jobs === 0) return { ...view, reuse: summary };
  const models = view.models.map((share) => without(share, summary.models.get(share.model)));
  const { estimate } = view;
  return {
    ...view,
    ...(estimate === undefined ? {} : { estimate: { ...estimate, ...estimateLeft(estimate, models) } }),
    reuse: summary,
    counts: { ...view.counts, pending: view.counts.pending - jobs, done: view.counts.done + jobs },
    added: Math.max(0, view.added - jobs),
    models,
  };
}

/** A model's share of a plan without what is taken from other folders. */
function without(
  share: ModelShare,
  taken: { readonly jobs: number; readonly baseUsd: number | null } = { jobs: 0, baseUsd: 0 },
): ModelShare {
  const toSubmit = share.toSubmit - taken.jobs;
  const isPriced = share.baseUsd !== null && taken.baseUsd !== null;
  const leftUsd = isPriced ? Math.max(0, (share.baseUsd ?? 0) - (taken.baseUsd ?? 0)) : null;
  const baseUsd = toSubmit === 0 ? 0 : leftUsd;
  if (share.estimate === undefined) return { ...share, toSubmit, baseUsd };
  const estimate = scaledTo(share.estimate, toSubmit);
  // What the catalogue tells is known job by job.
  const usd = baseUsd !== null && estimate.source === 'catalogue' ? baseUsd : estimate.usd;
  return { ...share, toSubmit, baseUsd, estimate: { ...estimate, usd } };
}

/** What all models together will cost and take without what is taken. */
function estimateLeft(estimate: Estimate, models: readonly ModelShare[]): Estimate {
  const sum = (of: (share: ModelShare) => number): number =>
    models.reduce((all, share) => all + of(share), 0);
  return {
    ...scaledTo(
      estimate,
      sum(({ toSubmit }) => toSubmit),
    ),
    usd: sum((share) => share.estimate?.usd ?? 0),
    unpriced: sum((share) => share.estimate?.unpriced ?? 0),
  };
}
