import { join } from 'node:path';
import type { Flags } from '../../cli/argv/flags.ts';
import {
  backoffOf,
  type Caps,
  capsOf,
  embedsRecipes,
  limitsOf,
  logLevelOf,
  texts,
} from '../../cli/argv/settings.ts';
import { realClock } from '../../cli/real-clock.ts';
import type { SignalName, Surroundings } from '../../cli/surroundings.ts';
import type { Talk } from '../../cli/talk.ts';
import { version } from '../../cli/version.ts';
import { UserError } from '../../core/complaints.ts';
import type { Reuse } from '../../core/job/overview.ts';
import { type Tally, tallying, totalOf } from '../../core/job/tally.ts';
import { maxResultBytes } from '../../core/media.ts';
import type { PastLatencies } from '../../core/pacing/latencies.ts';
import { maxRetryAfterMs } from '../../core/pacing/pace.ts';
import type { Observer, RunEvent } from '../../core/ports.ts';
import { runBatch } from '../../engine/batch.ts';
import { maxSockets } from '../../engine/lanes.ts';
import type { Ports } from '../../engine/run-ports.ts';
import { openConnections } from '../../http/connections.ts';
import { transportOver } from '../../http/exchange.ts';
import { withInlineFiles } from '../../http/inline-files.ts';
import { openLinks } from '../../http/links/links.ts';
import { withRepeatedSaves, withRetry } from '../../http/retry.ts';
import { recipeEmbedding } from '../../media/recipe/embedding.ts';
import { defaultProvider } from '../../providers/providers.ts';
import type { MissingFiles } from '../../report/plan/missing-text.ts';
import { progress } from '../../report/progress/progress.ts';
import { runLog } from '../../report/run-log.ts';
import { openInputs } from '../../store/files/input-files.ts';
import { ownFile } from '../../store/files/plain-files.ts';
import { fileStore } from '../../store/files/run-files.ts';
import type { RunLedger } from '../../store/ledger/ledger.ts';
import type { Aftermath } from '../../store/ledger/ledger-rescue.ts';
import { openReader } from '../../store/ledger/reader.ts';
import { type Access, tokenOf } from '../access/endpoint.ts';
import { pricing } from '../folder/money.ts';
import { costCap, watchFailures, watchTime } from './caps.ts';
import { interrupts } from './interrupts.ts';
import { rewriteManifests } from './manifests.ts';

export interface Session {
  readonly ledger: RunLedger;
  readonly access: Access;
  readonly flags: Flags;
  readonly talk: Talk;
  readonly surroundings: Surroundings;
  /** The command that goes on with this folder. */
  readonly goOn: string;
  /** Submits nothing: only collects what the server has. */
  readonly collectsOnly?: true;
  /** Files of done jobs that were missing when it began, and are fetched again. */
  readonly missing?: MissingFiles;
}

export interface Watched extends Session {
  /** Hears everything too. */
  readonly observe: Observer;
}

export interface Worked {
  readonly tally: Tally;
  readonly signal: SignalName | null;
  /** Why submitting ended early, if no signal did it. */
  readonly why: string | null;
  /** What was done before and so not paid again. */
  readonly reuse: Reuse;
  /** It was told to leave at once. */
  readonly isLeft: boolean;
  /** What became of a folder that was lost meanwhile. */
  readonly aftermath: Aftermath | null;
  /** What kept the last records, or the manifests, from being written. */
  readonly fault: UserError | null;
}

/**
 * Builds the adapters and runs the batch. Closes the ledger, then writes the manifests. Throws what ended the batch;
 * what goes wrong after it is given back, so that how it ended is told all the same.
 */
export async function work(session: Watched): Promise<Worked> {
  const { ledger, flags, talk, surroundings, access } = session;
  const { dir } = ledger;
  const limits = limitsOf(flags);
  const token = tokenOf(access);
  const tally = tallying(ledger.holdings());
  const logFile = join(dir, 'run.log');
  ownFile(logFile);
  const log = runLog(logFile, logLevelOf(flags), access.secrets);
  const caps = capsOf(flags);
  const display = talk.quiet
    ? null
    : progress(talk.terminal, {
        tally: tally.now,
        total: totalOf(tally.now()),
        now: realClock.now,
        draining: () => interrupted.stop.drain.aborted,
      });
  const interrupted = interrupts(surroundings, (sentence) => {
    if (display) display.say(sentence);
    else talk.warn(`${sentence}\n`);
  });
  const connections = openConnections(maxSockets(limits), access.proxies);

  const callOff = watchTime(caps, interrupted);
  const countFailures = watchFailures(caps, interrupted);

  function observe(event: RunEvent): void {
    tally.observe(event);
    log.observe(event);
    talk.observe(event);
    display?.observe(event);
    countFailures(event);
    session.observe(event);
  }

  const { base, loopback } = access;
  const { now } = realClock;
  const client = defaultProvider.open({ base, token }, transportOver(connections.api, now));
  const files = fileStore(
    dir,
    openLinks({
      dispatcher: connections.files,
      ownDomains: defaultProvider.fileHosts,
      allowedHosts: texts(flags, 'allow-host'),
      allowLoopback: loopback,
      maxBytes: maxResultBytes,
      atOnce: limits.maxDownloads,
      now,
    }),
    { lost: ledger.lost, ...(embedsRecipes(flags) ? { embed: recipeEmbedding(version()) } : {}) },
  );
  const repeating = {
    backoff: backoffOf(flags),
    clock: realClock,
    dice: Math.random,
    maxWaitMs: Math.min(maxRetryAfterMs, limits.jobTimeoutMs),
  };

  let reuse: Reuse = { jobs: 0, usd: 0 };
  let fault: UserError | null = null;
  let isThrough = false;
  try {
    const submits = session.collectsOnly !== true;
    reuse = ledger.beginRun({ at: realClock.now(), submits, capUsd: caps.usd });
    ledger.waitWhileHeld(observe);
    log.line('info', { pid: surroundings.pid, base: base.href }, 'run started');
    await runBatch(
      {
        api: withInlineFiles(client, openInputs(dir)),
        results: (ties) => withRetry(client, { ...repeating, ...ties }),
        files: (ties) => withRepeatedSaves(files, { ...repeating, ...ties }),
        ledger,
        ...pricingOf(dir, caps),
        past: pastLatenciesOf(dir),
        clock: realClock,
        dice: Math.random,
        observe,
      },
      limits,
      session.collectsOnly ? { drain: AbortSignal.abort(), leave: interrupted.stop.leave } : interrupted.stop,
    );
    isThrough = true;
  } finally {
    callOff();
    display?.stop();
    interrupted.release();
    await connections.close();
    log.line('info', { counts: { ...tally.now().counts }, signal: interrupted.signal() }, 'run ended');
    log.close();
    fault = await faultOf(() => ledger.close(realClock.now()), isThrough);
  }

  const aftermath = ledger.aftermath();
  if (aftermath === null) fault ??= await faultOf(() => rewriteManifests(dir), true);
  const trouble = log.trouble();
  if (trouble !== null) talk.warn(`${trouble}\n`);
  return {
    tally: tally.now(),
    signal: interrupted.signal(),
    why: interrupted.why(),
    reuse,
    isLeft: interrupted.stop.leave.aborted,
    aftermath,
    fault,
  };
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

// Enough for several models to be known by.
const maxPastJobs = 2_000;

function pastLatenciesOf(dir: string): PastLatencies {
  const reader = openReader(dir);
  try {
    return reader.pastLatencies(maxPastJobs);
  } finally {
    reader.close();
  }
}

function pricingOf(dir: string, caps: Caps): Pick<Ports, 'admission' | 'priceOf'> {
  const reader = openReader(dir);
  try {
    const priceOf = pricing(reader);
    return { admission: costCap(caps, reader, priceOf), priceOf };
  } finally {
    reader.close();
  }
}
