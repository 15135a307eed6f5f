import { once } from 'node:events';
import {
  filesKeptUsuallyMs,
  type SimulationRequest,
  simulate,
  simulationWords,
  usualPriceUsd,
} from '../../../app/running/simulation.ts';
import { UserError } from '../../../core/complaints.ts';
import type { Call } from '../../argv/call.ts';
import type { Flags } from '../../argv/flag-names.ts';
import { durationMs, number, oneOfWords, text, texts, wholeNumber } from '../../argv/settings.ts';
import { exitCodes } from '../../exit.ts';
import type { System } from '../../system.ts';

/** `rcb simulate`: serves until it is told to stop. */
export async function simulateCommand({ flags, words }: Call, system: System): Promise<number> {
  if (words.length > 0) {
    throw new UserError('usage', `Unexpected argument "${words[0]}".`, 'Run rcb simulate --help.');
  }
  const simulator = await simulate(requestOf(flags));
  system.stdout.write(`${simulator.baseUrl}\n`);
  system.stderr.write(
    `The simulator serves at ${simulator.baseUrl}, its files at ${simulator.filesUrl}. Ctrl-C ends it.\n` +
      `  rcb run jobs/demo.csv --base-url ${simulator.baseUrl}\n`,
  );
  const asked = new AbortController();
  const releases = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((name) =>
    system.onSignal(name, () => asked.abort()),
  );
  await once(asked.signal, 'abort');
  for (const release of releases) release();
  await simulator.close();
  return exitCodes.done;
}

function requestOf(flags: Flags): SimulationRequest {
  const { retryHints, outputForms, tokenRefusals, wordings } = simulationWords;
  return {
    port: wholeNumber(flags, 'port', 8787, 0),
    seed: wholeNumber(flags, 'seed', 1, 0),
    slots: wholeNumber(flags, 'slots', 64),
    latencyText: text(flags, 'latency'),
    faultsText: texts(flags, 'faults').join(','),
    failRate: number(flags, 'fail-rate', 0),
    balanceUsd: number(flags, 'balance', null),
    inFlightLimit: wholeNumber(flags, 'in-flight-limit', null),
    requestsPerSecond: number(flags, 'requests-per-second', null),
    submitsPerMinute: number(flags, 'submits-per-minute', null),
    submitBurst: wholeNumber(flags, 'submit-burst', null),
    retryAfter: oneOfWords(flags, 'retry-after', retryHints, null),
    linkLifetimeMs: durationMs(flags, 'link-lifetime', null),
    outputs: oneOfWords(flags, 'outputs', outputForms, 'objects'),
    wording: oneOfWords(flags, 'wording', wordings, 'varied'),
    priceUsd: text(flags, 'price') === 'none' ? null : number(flags, 'price', usualPriceUsd),
    pageCap: wholeNumber(flags, 'page-cap', null),
    token: text(flags, 'token'),
    tokenRefusal: oneOfWords(flags, 'token-refusal', tokenRefusals, 'code'),
    maxInstances: wholeNumber(flags, 'instances', null),
    queueSize: wholeNumber(flags, 'queue-size', null),
    coldStartMs: durationMs(flags, 'cold-start', null),
    keepWarmMs: durationMs(flags, 'keep-warm', null),
    filesKeptMs: durationMs(flags, 'files-kept', filesKeptUsuallyMs),
    journal: text(flags, 'journal'),
  };
}
