/*
 * How much a run does at once
 *
 * A job passes three lanes: it enters (announced and submitted), is watched, and is collected. Every limit on how many
 * jobs, calls or files a run has under way stands here; `throttle.ts` decides how fast calls follow each other.
 *
 *     ledger ──64 at a time──▶ in flight: 1 to `concurrency.max` jobs ─────────────▶ collecting: about
 *                              ├─ submitting: at most `maxSubmissions` at a time     `maxDownloads` + 96 jobs
 *                              └─ watching: the others                               └─ transfers: at most
 *                                                                                       `maxDownloads` + 32
 *                                                                                       └─ open links: at most
 *                                                                                          `maxDownloads`
 *
 * - In flight. A job takes a slot before it is announced and holds it until the server has ended its request. The window
 *   (`window.ts`) sets the number of slots: it follows what the server has room for, up to `concurrency.max`. A job
 *   that was refused and waits to be submitted again keeps its slot; the window adds one for another job meanwhile.
 *   The feed takes 64 jobs from the ledger at a time, and the next ones only when each of these has had a slot, so that
 *   the number of rows does not matter to memory.
 * - Submitting. `maxSubmissions` bounds the submissions that a crash can leave in doubt; other jobs with a slot wait
 *   for their turn. Fewer leave at once while the breaker (`outage.ts`), the limit on requests in flight or the submit
 *   rate hold them back; each of these waits ends before the job is announced.
 * - Collecting holds no slot, so that downloads do not keep the server idle. But a job gives up its slot only when
 *   collecting has room: if the disk or the network is slower than the server, the slots fill up and submitting stops,
 *   instead of more and more results expiring unfetched.
 * - Transfers are the files being fetched, checked and made durable and the results being read, of all jobs together.
 *   Only `maxDownloads` of them have an open link, which `http/links` sees to; the other 32 hash, sync and rename, so
 *   that the disk does not hold up the network. Collecting admits about 64 more jobs than there are transfers, so that
 *   one is always ready to begin.
 * - A job whose files are put elsewhere as well (`placing.ts`) is being collected until they are there. As many are sent
 *   at once as links are open. They do not count as transfers, so a bucket that is away holds up no downloads; once
 *   collecting is full of jobs that wait for it, submitting stops.
 */

import pLimit, { type LimitFunction } from 'p-limit';
import PQueue from 'p-queue';
import type { Backoff, PollPace } from '../core/pacing/pace.ts';
import { type Concurrency, firstSize } from '../core/pacing/window-size.ts';
import { type Backlog, backlogOf } from './backlog.ts';

/** The limits of one run, as its user sets them. */
export interface Limits {
  readonly concurrency: Concurrency;
  /** As many requests as the models of the run take at once, whatever the user asks for meanwhile; absent or null: unknown. */
  readonly capacity?: number | null;
  /** Submissions under way at once: what a crash can leave in doubt. */
  readonly maxSubmissions: number;
  /** null: as many as the other limits allow. */
  readonly maxSubmissionsPerMinute: number | null;
  readonly maxDownloads: number;
  readonly pace: PollPace;
  readonly maxPollsPerSecond: number;
  /** How long a job may go without ending before it is left to a later run. */
  readonly jobTimeoutMs: number;
  /** How long submissions may go unanswered before submitting is given up for this run. */
  readonly outageMs: number;
  /** Between repetitions of a submission that provably was not accepted. */
  readonly backoff: Backoff;
  /** How long a run that has to leave waits for the answers of submissions under way. */
  readonly abandonAfterMs: number;
  /** The user confirms the address and the token, whatever the API knows of the run folder's requests. */
  readonly isAccountMeant?: boolean;
}

/** Jobs taken from the ledger at a time. */
export const claimedAtOnce = 64;

const savesAtOnce = 32;
const collectBacklog = 64;
const maxApiSockets = 256;

export interface Lanes {
  /** One slot for each job that enters or is watched; the window sets `concurrency`. */
  readonly slots: LimitFunction;
  readonly submissions: PQueue;
  readonly collecting: Backlog;
  readonly transfers: LimitFunction;
}

export function lanesOf({ concurrency, maxSubmissions, maxDownloads }: Limits): Lanes {
  const maxTransfers = maxDownloads + savesAtOnce;
  return {
    slots: pLimit(firstSize(concurrency)),
    submissions: new PQueue({ concurrency: maxSubmissions }),
    collecting: backlogOf(maxTransfers + collectBacklog),
    transfers: pLimit(maxTransfers),
  };
}

/** How many sockets a run needs: every job in flight may be polled at once. */
export function maxSockets({
  concurrency,
  maxSubmissions,
  maxDownloads,
}: Pick<Limits, 'concurrency' | 'maxSubmissions' | 'maxDownloads'>): { api: number; files: number } {
  return { api: Math.min(maxApiSockets, maxSubmissions + concurrency.max), files: maxDownloads };
}
