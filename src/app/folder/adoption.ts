import { UserError } from '../../core/complaints.ts';
import type { RequestId } from '../../core/job/job.ts';
import { failureOf } from '../../core/job/state-facts.ts';
import { type Provider, remoteRequest, requestOf } from '../../core/provider.ts';
import { plainText } from '../../report/terminal/terminal.ts';
import type { HeldJob } from '../../store/ledger/held-jobs.ts';
import type { RunLedger } from '../../store/ledger/ledger.ts';
import { withReader } from '../../store/ledger/with-reader.ts';
import type { Access } from '../access/endpoint.ts';
import { realClock } from '../real-clock.ts';
import type { FolderApi } from '../running/folder-api.ts';
import { giveOrder, named } from './order-jobs.ts';
import { askServer } from './request-standing.ts';

/** A job, and the request that it is said to have. */
interface Adoption {
  readonly held: HeldJob;
  readonly requestId: RequestId;
}

/** What came of `--adopt all`. */
export interface Adopted {
  readonly jobs: number;
  /** Why others stay as they are, a sentence for each. */
  readonly refusals: readonly string[];
}

/**
 * `--adopt JOB=REQUEST_ID`, several: all of them or none. Takes jobs that are unknown or lost, and asks the server for
 * each request. Throws `UserError` (`usage`) for the first that cannot be adopted.
 */
export async function adoptPairs(
  ledger: RunLedger,
  pairs: readonly string[],
  access: Access,
): Promise<Adopted> {
  const candidates = ledger.held(['unknown', 'lost']);
  const adoptions = pairs.map((pair) => adoptionOf(pair, candidates, access.provider));
  const seen = new Set<string>();
  for (const { held, requestId } of adoptions) {
    const doubled = seen.has(requestId)
      ? `The request ${requestId}`
      : seen.has(held.job.id)
        ? `Job ${held.job.id}`
        : null;
    if (doubled !== null) throw new UserError('usage', `${doubled} is given twice.`, 'Nothing was changed.');
    seen.add(requestId).add(held.job.id);
  }
  const refusals = await refusalsOf(ledger, adoptions, access);
  const [first] = refusals.filter((refusal) => refusal !== null);
  if (first !== undefined) throw new UserError('usage', first, 'Nothing was changed.');
  await carryOut(ledger, adoptions);
  return { jobs: adoptions.length, refusals: [] };
}

/** `--adopt all`: every unknown job with the id that the server gave for it, where the server knows that id. */
export async function adoptOffered(
  ledger: RunLedger,
  { access: { provider }, agreed }: FolderApi,
): Promise<Adopted> {
  const adoptions = offeredIn(ledger, provider);
  if (adoptions.length === 0) {
    throw new UserError(
      'usage',
      'The server returned no id for any of these submissions.',
      `Look up the ids on ${provider.whereToLook} and use --adopt JOB=REQUEST_ID.`,
    );
  }
  const refusals = await refusalsOf(ledger, adoptions, await agreed());
  const taken = adoptions.filter((_, index) => refusals[index] === null);
  await carryOut(ledger, taken);
  return { jobs: taken.length, refusals: refusals.filter((refusal) => refusal !== null) };
}

function adoptionOf(pair: string, candidates: readonly HeldJob[], provider: Provider): Adoption {
  const [, prefix, text] = /^([0-9a-fA-F]+)=(.+)$/.exec(pair) ?? [];
  const requestId = provider.requestId(text);
  if (prefix === undefined || requestId === null) {
    throw new UserError(
      'usage',
      `--adopt "${pair}" does not have the form JOB=REQUEST_ID.`,
      `Copy the id from ${provider.whereToLook}.`,
    );
  }
  const [held] = named(candidates, [prefix], 'unknown or lost');
  return { held: held as HeldJob, requestId };
}

function offeredIn(ledger: RunLedger, provider: Provider): readonly Adoption[] {
  return ledger.held(['unknown']).flatMap((held) => {
    const requestId = provider.requestId(failureOf(held.state)?.offeredId);
    return requestId === null ? [] : [{ held, requestId }];
  });
}

/** Why each cannot be adopted, or null. */
async function refusalsOf(
  ledger: RunLedger,
  adoptions: readonly Adoption[],
  access: Access,
): Promise<(string | null)[]> {
  const refusals = taken(ledger.dir, adoptions);
  const free = [...refusals.keys()].filter((index) => refusals[index] === null);
  const requests = free.map((index) => {
    const { held, requestId } = adoptions[index] as Adoption;
    const own = requestOf(held.job, held.state);
    return own?.id === requestId ? own : remoteRequest(held.job, { requestId });
  });
  for (const [place, index] of free.entries()) {
    refusals[index] =
      `The request ${requests[place]?.id} cannot be adopted, because the server did not answer about it.`;
  }
  for await (const { index: place, failure } of askServer(requests, access)) {
    const refusal =
      failure === null
        ? null
        : `The request ${requests[place]?.id} cannot be adopted. ${plainText(failure.message)}`;
    refusals[free[place] as number] = refusal;
  }
  return refusals;
}

// One result for two jobs would be one job paid and one missing.
function taken(dir: string, adoptions: readonly Adoption[]): (string | null)[] {
  const given = new Map<RequestId, string>();
  return withReader(dir, (reader) =>
    adoptions.map(({ held, requestId }) => {
      const owner = reader.ownerOf(requestId) ?? given.get(requestId) ?? held.job.id;
      given.set(requestId, owner);
      return owner === held.job.id ? null : `Request ${requestId} already belongs to job ${owner}.`;
    }),
  );
}

async function carryOut(ledger: RunLedger, adoptions: readonly Adoption[]): Promise<void> {
  const at = realClock.now();
  for (const { held, requestId } of adoptions)
    await giveOrder(ledger, [held], { type: 'adopt', requestId, at });
}
