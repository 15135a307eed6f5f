import { UserError } from '../../core/complaints.ts';
import { countOf } from '../../core/counts.ts';
import { JobFailure } from '../../core/job/failures.ts';
import type { JobId, SavedFile } from '../../core/job/job.ts';
import type { Observer } from '../../core/ports.ts';
import type { RunLedger } from '../../store/ledger/ledger.ts';
import type { UnputOutput } from '../../store/ledger/queries/unput-outputs.ts';

interface EarlierPorts {
  readonly ledger: RunLedger;
  /** Without a slash at its end. */
  readonly address: string;
  readonly putFile: (job: JobId, file: SavedFile, signal: AbortSignal) => Promise<SavedFile>;
  readonly observe: Observer;
  /** It ends early when this fires; the next run continues. */
  readonly drain: AbortSignal;
}

// Enough to keep all lanes busy, and to be committed as one.
const pageSize = 200;

/**
 * Puts the files of jobs that were done before the folder had its bucket, or were taken from other folders. What is no
 * longer on disk is left out. Throws `UserError` (`output`) where the bucket takes no more.
 */
export async function putEarlier(ports: EarlierPorts): Promise<void> {
  const { ledger, address, observe, drain } = ports;
  let after: UnputOutput | null = null;
  for (;;) {
    const page = ledger.unputOutputs(address, after, pageSize);
    if (page.length === 0 || drain.aborted) return;
    if (after === null) {
      const many = page.length < pageSize ? countOf(page.length, 'file') : 'The files';
      const message = `${many} of jobs that are done already ${page.length === 1 ? 'is' : 'are'} put into ${address} first.`;
      observe({ type: 'warned', job: null, message });
    }
    await putPage(page, ports);
    after = page.at(-1) ?? null;
  }
}

async function putPage(
  page: readonly UnputOutput[],
  { ledger, address, putFile, drain }: EarlierPorts,
): Promise<void> {
  const outcomes = await Promise.allSettled(
    page.map(async (each) => ({ ...each, file: await putFile(each.job, each.file, drain) })),
  );
  ledger.keepObjects(outcomes.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : [])));
  for (const outcome of outcomes) {
    if (outcome.status === 'fulfilled' || drain.aborted) continue;
    const { reason } = outcome;
    if (!(reason instanceof JobFailure)) throw reason;
    // It is fetched again by what looks after files of done jobs.
    if (reason.failure.kind === 'not_put' && reason.helpedBy === 'another_link') continue;
    throw new UserError(
      'output',
      `The files of jobs that are done already cannot all be put into ${address}. ${reason.message} Nothing was submitted.`,
      'Fix this and run the same command again, or add --files none.',
      reason,
    );
  }
}
