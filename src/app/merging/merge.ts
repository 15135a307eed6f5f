import { existsSync, realpathSync } from 'node:fs';
import { UserError } from '../../core/complaints.ts';
import type { Shard } from '../../core/job/shard.ts';
import type { Holdings } from '../../core/job/tally.ts';
import { withReader } from '../../store/ledger/with-reader.ts';
import { type MergeSource, openMergeSource } from '../../store/merge/merge-source.ts';
import { openMergeTarget, settleMerged } from '../../store/merge/merge-target.ts';
import type { MergeTally } from '../../store/merge/merging.ts';
import { sourceFolders } from '../../store/reuse/source-folders.ts';
import type { PlanRecord } from '../../store/stage/stage.ts';
import type { AccessRequest } from '../access/access-request.ts';
import { nameIn } from '../access/folder-provider.ts';
import { rewriteManifests } from '../running/manifests.ts';
import { mergedAccount } from './merged-account.ts';
import { areAlike, lackingShards, mergedRecord } from './merged-record.ts';

interface MergeRequest {
  /** Run folders, or folders of them. */
  readonly folders: readonly string[];
  readonly out: string;
  readonly access: AccessRequest;
}

/** What came of it. */
interface MergeReport extends MergeTally {
  readonly dir: string;
  readonly sources: readonly string[];
  readonly holdings: Holdings;
  /** Shards of its plan that are in none of the folders. */
  readonly lacking: readonly Shard[];
}

/**
 * Puts run folders with their records into one. Whatever cuts it off, the same request continues it. Throws `UserError`
 * for what cannot be in one folder, and the reason of `stop` when that is aborted.
 */
export async function mergeFolders(
  { folders, out, access }: MergeRequest,
  stop: AbortSignal,
  tell: (tally: MergeTally) => void,
): Promise<MergeReport> {
  const dirs = sourcesOf(folders, out);
  const sources: MergeSource[] = [];
  try {
    for (const dir of dirs) sources.push(openMergeSource(dir));
    refuseMixture(sources.map(({ dir, record }) => ({ dir, record })));
    // Before anything is made.
    await mergedAccount(sources, access);
    const tally = noTally();
    const record = await mergeInto(out, sources, { access, stop, tally, tell: () => tell(tally) });
    await settleMerged(out);
    await rewriteManifests(out);
    const holdings = withReader(out, (reader) => reader.holdings());
    return { ...tally, dir: out, sources: dirs, holdings, lacking: lackingShards(record) };
  } finally {
    for (const source of sources) source.release();
  }
}

interface Manner {
  readonly access: AccessRequest;
  readonly stop: AbortSignal;
  readonly tally: MergeTally;
  tell(): void;
}

async function mergeInto(
  out: string,
  sources: readonly MergeSource[],
  { access, stop, tally, tell }: Manner,
): Promise<PlanRecord> {
  const target = openMergeTarget(out);
  try {
    const own = { dir: out, record: target.record };
    refuseMixture([...(own.record === null ? [] : [own]), ...sources]);
    const planned = sources.flatMap(({ record }) => (record === null ? [] : [record]));
    const base = target.record ?? planned[0];
    if (base === undefined) throw nothingPlanned(sources);
    const holder = { ...target, provider: target.record === null ? null : providerIn(target.record) };
    const account = await mergedAccount([...(target.record === null ? [] : [holder]), ...sources], access);
    const record = mergedRecord(base, planned);
    target.begin(
      record,
      account,
      sources.map(({ root }) => root),
    );
    for (const source of sources) {
      const follows = source.record !== null && !areAlike(base, source.record);
      await target.merge(source, follows, { tally, stop, tell });
    }
    target.finish(sources);
    return record;
  } finally {
    await target.close();
  }
}

function sourcesOf(folders: readonly string[], out: string): readonly string[] {
  if (folders.length === 0) {
    throw new UserError('usage', 'No folder to merge given.', 'Name run folders: rcb merge A B -o DIR.');
  }
  const own = existsSync(out) ? realpathSync(out) : null;
  for (const folder of folders) {
    if (own === null || !existsSync(folder) || realpathSync(folder) !== own) continue;
    throw new UserError(
      'usage',
      `${folder} is to be merged into itself.`,
      `Leave it out: what is in ${out} stays, and the others are merged into it.`,
    );
  }
  const found = sourceFolders(folders, out, 'Folder');
  if (found.length > 0) return found;
  throw new UserError(
    'usage',
    `There is no run folder in ${folders.join(', ')}.`,
    'Name run folders, or a folder of run folders such as out/.',
  );
}

/** Throws where some are rehearsals and others are not. */
function refuseMixture(
  folders: readonly { readonly dir: string; readonly record: PlanRecord | null }[],
): void {
  const of = (isRehearsal: boolean) =>
    folders.find(({ record }) => record !== null && (record.settings.rehearse === true) === isRehearsal);
  const [rehearsal, real] = [of(true), of(false)];
  if (rehearsal === undefined || real === undefined) return;
  throw new UserError(
    'usage',
    `${rehearsal.dir} is a rehearsal and ${real.dir} is not: simulated results would pass for real ones.`,
    'Merge rehearsals with rehearsals only.',
  );
}

function providerIn(record: PlanRecord): string | null {
  return typeof record.settings.provider === 'string' ? nameIn(record) : null;
}

function nothingPlanned(sources: readonly MergeSource[]): UserError {
  const dirs = sources.map(({ dir }) => dir).join(', ');
  return new UserError(
    'usage',
    `Nothing was ever planned in ${dirs}.`,
    'Name folders in which rcb run was started.',
  );
}

function noTally(): MergeTally {
  return {
    ...{ added: 0, updated: 0, files: 0, bytes: 0 },
    ...{ missing: 0, missingPaths: [], renamed: 0, renamedPaths: [], doubled: 0, doubledJobs: [] },
  };
}
