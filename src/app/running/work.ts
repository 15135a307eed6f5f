import { join } from 'node:path';
import { UserError } from '../../core/complaints.ts';
import type { Environment } from '../../core/environment.ts';
import type { Reuse } from '../../core/job/overview.ts';
import type { Tally } from '../../core/job/tally.ts';
import { maxRetryAfterMs } from '../../core/pacing/pace.ts';
import type { RunEvent } from '../../core/ports.ts';
import { runBatch } from '../../engine/batch.ts';
import { maxSockets } from '../../engine/lanes.ts';
import type { Ports } from '../../engine/run-ports.ts';
import { withCallbacks } from '../../http/callbacks/callback-client.ts';
import { openConnections } from '../../http/connections.ts';
import { transportOver } from '../../http/exchange.ts';
import { withInlineFiles } from '../../http/inline-files.ts';
import { withRepeatedSaves, withRetry } from '../../http/retry.ts';
import { recipeEmbedding } from '../../media/recipe/embedding.ts';
import { runLog } from '../../report/run-log.ts';
import { openInputs } from '../../store/files/input-files.ts';
import { ownFile } from '../../store/files/plain-files.ts';
import { fileStore } from '../../store/files/run-files.ts';
import { withReader } from '../../store/ledger/with-reader.ts';
import { tokenOf } from '../access/endpoint.ts';
import type { OpenPlace } from '../bucket/file-place.ts';
import { collectHeard } from '../callbacks/collecting-heard.ts';
import { heardWarnings } from '../callbacks/settling-callbacks.ts';
import { secretsOf, webhooksOfRun } from '../callbacks/webhook-base.ts';
import { estimatorIn } from '../estimates/kept-history.ts';
import { limitsWithin } from '../estimates/run-window.ts';
import { machinePricing, pricing } from '../folder/money.ts';
import type { Caps } from '../policies.ts';
import { realClock } from '../real-clock.ts';
import { version } from '../version.ts';
import { costCap, watchFailures, watchTime } from './caps.ts';
import type { FolderRun, RunEnding } from './folder-run.ts';
import { rewriteManifests } from './manifests.ts';
import { resultLinks } from './result-links.ts';
import type { JoinedWork } from './work-ledger.ts';

type Worked = Pick<RunEnding, 'why' | 'isLeft' | 'aftermath' | 'fault' | 'logTrouble'> & {
  readonly tally: Tally;
  readonly reuse: Reuse;
};

// Enough for several models to be known by.
const maxPastJobs = 2_000;

/** Builds the adapters, runs the batch, closes the ledger and writes the manifests. See `runFolder`. */
export async function work(run: FolderRun, place: OpenPlace | null = null): Promise<Worked> {
  const { ledger, policy, access, stopper, collectsOnly, tally } = run;
  const { dir } = ledger;
  const { caps } = policy;
  const limits = withReader(dir, (reader) => limitsWithin(policy.limits, reader.planRecord()));
  const logFile = join(dir, 'run.log');
  ownFile(logFile);
  const log = runLog(logFile, run.logLevel, [
    ...access.secrets,
    ...secretsOf(policy.webhooks),
    ...(place?.secrets ?? []),
    ...(ledger.sharing?.secrets ?? []),
  ]);
  const connections = openConnections(maxSockets(limits), access.proxies);
  const callOff = watchTime(caps, stopper);
  const countFailures = watchFailures(caps, stopper);

  function observe(event: RunEvent): void {
    tally.observe(event);
    log.observe(event);
    place?.observe(event);
    if (ledger.sharing === undefined) countFailures(event);
    joined?.hear(event);
    run.observe(event);
  }

  /** Of a shared run, another machine may have changed the plan meanwhile: no event tells of that. */
  function asItEnds(): Tally {
    const told = tally.now();
    return joined === null || ledger.lost() !== null ? told : { ...told, ...ledger.holdings() };
  }

  let reuse: Reuse = { jobs: 0, usd: 0 };
  let fault: UserError | null = null;
  let isThrough = false;
  let joined: JoinedWork | null = null;
  let ended = tally.now();
  try {
    reuse = ledger.beginRun({
      at: realClock.now(),
      submits: !collectsOnly,
      ...{ capUsd: caps.usd, capFrom: caps.usdFrom },
    });
    ledger.waitWhileHeld(observe);
    log.line('info', { pid: run.pid, base: access.base.href }, 'run started');
    run.logTo?.((fields, message) => log.line('info', fields, message));
    for (const warning of run.taken?.warnings ?? []) log.line('warn', { event: 'reuse' }, warning);
    for (const warning of heardWarnings(run.heard)) log.line('warn', { event: 'callback' }, warning);
    if (run.canary !== null) log.line('info', { event: 'canary', jobs: run.canary.jobs }, 'canary only');
    const { leave } = stopper.stop;
    const stop = collectsOnly ? { drain: AbortSignal.abort(), leave } : stopper.stop;
    joined = (await ledger.sharing?.work({ ...run, observe, env: run.accessRequest.env })) ?? null;
    const opened = await portsOf(run, connections, observe, joined);
    const ports = place === null ? opened : { ...opened, place: place.place };
    // The gate spreads submissions over all runners.
    const own = joined === null ? limits : { ...limits, maxSubmissionsPerMinute: null };
    await runBatch(ports, own, stop);
    await collectHeard(run, ports);
    isThrough = true;
  } finally {
    callOff();
    run.batchEnded?.();
    try {
      await joined?.close();
    } finally {
      await connections.close();
      ended = asItEnds();
      log.line('info', { counts: { ...ended.counts }, stopped: stoppedBy(run) }, 'run ended');
      log.close();
      fault = await faultOf(() => ledger.close(realClock.now()), isThrough);
    }
  }

  const aftermath = ledger.aftermath();
  if (aftermath === null) fault ??= await faultOf(() => rewriteManifests(dir), true);
  return {
    tally: ended,
    why: stopper.why(),
    reuse,
    isLeft: stopper.stop.leave.aborted,
    aftermath,
    fault,
    logTrouble: log.trouble(),
  };
}

/** Everything that the engine asks of the world. */
async function portsOf(
  { ledger, access, accessRequest, policy, controls, expired }: FolderRun,
  connections: ReturnType<typeof openConnections>,
  observe: (event: RunEvent) => void,
  joined: JoinedWork | null,
): Promise<Ports> {
  const { dir } = ledger;
  const { limits } = policy;
  const { base, provider } = access;
  const { now } = realClock;
  const transport = transportOver(connections.api, now);
  const webhooks = webhooksOfRun(policy.webhooks, access);
  const opened = await provider.open({ base, token: tokenOf(access) }, transport);
  const client = webhooks === null ? opened : withCallbacks(opened, webhooks.base, secretsOf(webhooks));
  const links = resultLinks(connections, access, policy);
  const embed = policy.embedsRecipes ? { embed: recipeEmbedding(version()) } : {};
  const files = fileStore(dir, links, { lost: ledger.lost, ...embed });
  const repeating = {
    backoff: limits.backoff,
    clock: realClock,
    dice: Math.random,
    maxWaitMs: Math.min(maxRetryAfterMs, limits.jobTimeoutMs),
  };
  const own = openInputs(dir);
  const inputs = ledger.sharing?.inputs(own) ?? own;
  return {
    api: withInlineFiles(joined?.fresh(client) ?? client, inputs, provider.bodyLimits.body),
    results: (ties) => withRetry(client, { ...repeating, ...ties }),
    files: (ties) => withRepeatedSaves(files, { ...repeating, ...ties }),
    ledger: joined?.ledger ?? ledger,
    ...(expired === undefined ? {} : { expired }),
    ...pricesAndPast(dir, policy.caps, accessRequest.env),
    ...(joined === null ? {} : { admission: joined.admission, account: joined.account }),
    ...(controls === undefined ? {} : { controls }),
    clock: realClock,
    dice: Math.random,
    observe,
  };
}

function pricesAndPast(
  dir: string,
  caps: Caps,
  env: Environment,
): Pick<Ports, 'admission' | 'priceOf' | 'machinesOf' | 'past'> {
  return withReader(dir, (reader) => {
    const priceOf = pricing(reader);
    const past = reader.pastLatencies(maxPastJobs);
    const machinesOf = machinePricing(reader, estimatorIn(reader, env));
    return { admission: costCap(caps, reader, priceOf, machinesOf), priceOf, machinesOf, past };
  });
}

/** For the log: what ended submitting early, and how. */
function stoppedBy({ stopper }: FolderRun): string | null {
  const { drain } = stopper.stop;
  return drain.aborted && drain.reason instanceof Error ? drain.reason.message : null;
}

/** What the user can mend of what went wrong; everything else, and all where it is not to be told later, is thrown. */
async function faultOf(work: () => Promise<void>, isToldLater: boolean): Promise<UserError | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (error instanceof UserError && isToldLater) return error;
    throw error;
  }
}
