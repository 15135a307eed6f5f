import { UserError } from '../core/complaints.ts';
import { JobFailure } from '../core/failures.ts';
import type { RequestId } from '../core/job.ts';
import { basePriceUsd } from '../core/prices.ts';
import { quoted } from '../core/shell-words.ts';
import { apiClient } from '../http/client.ts';
import { openConnections } from '../http/connections.ts';
import { adoptableId } from '../http/wire.ts';
import { jsonLine } from '../report/json-line.ts';
import { terminalOf } from '../report/terminal.ts';
import { type UnknownView, unknownText } from '../report/unknown-text.ts';
import { openLedger, type RunLedger } from '../store/ledger.ts';
import { openReader } from '../store/reader.ts';
import type { Call } from './call.ts';
import { type Access, tokenOf } from './endpoint.ts';
import { exitCodes } from './exit.ts';
import type { Flags } from './flags.ts';
import { folderOf } from './folders.ts';
import { type GoingOn, goingOn } from './going-on.ts';
import { refreshFolder } from './manifests.ts';
import { giveOrder, named } from './order-jobs.ts';
import { realClock } from './real-clock.ts';
import { texts, truth } from './settings.ts';
import type { Surroundings } from './surroundings.ts';

/** `rcb reconcile [DIR]`: shows the submits of unknown outcome, and settles them as ordered. */
export async function reconcileCommand({ flags, words }: Call, surroundings: Surroundings): Promise<number> {
  const dir = folderOf(words);
  const orders = ['adopt', 'resubmit', 'write-off'].some((name) => texts(flags, name).length > 0);
  const world = await goingOn(dir, flags, surroundings);
  try {
    if (orders) await settle(dir, flags, world, surroundings);
    return show(dir, flags, world, surroundings);
  } finally {
    await world.close();
  }
}

async function settle(
  dir: string,
  flags: Flags,
  { access }: GoingOn,
  surroundings: Surroundings,
): Promise<void> {
  const ledger = openLedger(dir);
  try {
    for (const pair of texts(flags, 'adopt')) await adopt(ledger, pair, access);
    for (const name of texts(flags, 'resubmit')) await orderUnknown(ledger, name, 'resubmit');
    for (const name of texts(flags, 'write-off')) await orderUnknown(ledger, name, 'write_off');
  } finally {
    await ledger.close();
  }
  await refreshFolder(dir, surroundings);
}

async function orderUnknown(ledger: RunLedger, name: string, type: 'resubmit' | 'write_off'): Promise<void> {
  const prefixes = name === 'all' ? [] : [name];
  const jobs = named(ledger.held(['unknown']), prefixes, 'unknown');
  const gone = jobs.find(({ isPlanned }) => !isPlanned);
  if (type === 'resubmit' && gone !== undefined && name !== 'all') {
    throw new UserError(
      'usage',
      `Job ${gone.job.id} is no longer planned, so that it would never be sent.`,
      'Write it off, or put its row back and run again.',
    );
  }
  await giveOrder(ledger, type === 'resubmit' ? jobs.filter(({ isPlanned }) => isPlanned) : jobs, { type });
}

async function adopt(ledger: RunLedger, pair: string, access: Access): Promise<void> {
  const [, prefix, text] = /^([0-9a-fA-F]+)=(.+)$/.exec(pair) ?? [];
  const requestId = adoptableId(text);
  if (prefix === undefined || requestId === null) {
    throw new UserError(
      'usage',
      `--adopt "${pair}" is not of the form JOB=REQUEST_ID.`,
      'Copy the id from your Generations page.',
    );
  }
  const jobs = named(ledger.held(['unknown']), [prefix], 'unknown');
  refuseTaken(ledger.dir, requestId);
  await refuseStranger(requestId, access);
  await giveOrder(ledger, jobs, { type: 'adopt', requestId, at: realClock.now() });
}

// One result for two jobs would be one job paid and one missing.
function refuseTaken(dir: string, requestId: RequestId): void {
  const reader = openReader(dir);
  try {
    for (const { job, request_id: taken } of reader.lines()) {
      if (taken !== requestId) continue;
      throw new UserError(
        'usage',
        `The request ${requestId} is that of job ${job}.`,
        'Look for another one.',
      );
    }
  } finally {
    reader.close();
  }
}

async function refuseStranger(requestId: RequestId, access: Access): Promise<void> {
  const connections = openConnections({ api: 1, files: 1 }, access.proxies);
  const { now } = realClock;
  try {
    const client = apiClient({ base: access.base, token: tokenOf(access), dispatcher: connections.api, now });
    await client.status(requestId, new AbortController().signal);
  } catch (error) {
    if (!(error instanceof JobFailure)) throw error;
    throw new UserError(
      'usage',
      `The request ${requestId} cannot be adopted. ${error.message}`,
      'Nothing was changed.',
      error,
    );
  } finally {
    await connections.close();
  }
}

function show(dir: string, flags: Flags, { prices }: GoingOn, { stdout, stderr, env }: Surroundings): number {
  const reader = openReader(dir);
  try {
    const views = [...reader.lines({ states: ['unknown'] })].map(
      (line): UnknownView => ({
        job: line.job,
        id: line.id,
        model: line.model,
        input: line.input,
        submittedAt: line.submitted_at,
        usd: basePriceUsd(prices.get(line.model) ?? null, line.input),
        message: line.error?.message ?? '',
      }),
    );
    if (truth(flags, 'json')) for (const view of views) stdout.write(jsonLine(view));
    else stdout.write(unknownText(views, quoted(dir), terminalOf(stdout, env)));
    if (views.length > 0) return exitCodes.unknown_submits;
    const { pending, queued } = reader.holdings().counts;
    if (pending + queued > 0) stderr.write(`Go on with: rcb resume ${quoted(dir)}\n`);
    return exitCodes.done;
  } finally {
    reader.close();
  }
}
