import { once } from 'node:events';
import { UserError } from '../../core/complaints.ts';
import { parseFaults } from '../../simulator/faults/fault-rules.ts';
import { parseLatency } from '../../simulator/faults/latency.ts';
import { retryHints } from '../../simulator/faults/pace-refusals.ts';
import { simulatedPriceUsd } from '../../simulator/simulated-models.ts';
import { type SimulatorOptions, startSimulator } from '../../simulator/simulator.ts';
import { outputForms, tokenRefusals, wordings } from '../../simulator/simulator-options.ts';
import type { Call } from '../argv/call.ts';
import type { Flags } from '../argv/flags.ts';
import { durationMs, number, oneOfWords, text, texts, wholeNumber } from '../argv/settings.ts';
import { exitCodes } from '../exit.ts';
import type { Surroundings } from '../surroundings.ts';

/** `rcb simulate`: serves until it is told to stop. */
export async function simulateCommand({ flags, words }: Call, surroundings: Surroundings): Promise<number> {
  if (words.length > 0) {
    throw new UserError('usage', `"${words[0]}" means nothing to rcb simulate.`, 'Run rcb simulate --help.');
  }
  const simulator = await startSimulator(optionsOf(flags));
  surroundings.stdout.write(`${simulator.baseUrl}\n`);
  surroundings.stderr.write(
    `The simulator serves at ${simulator.baseUrl}, its files at ${simulator.filesUrl}. Ctrl-C ends it.\n` +
      `  rcb run jobs/demo.csv --base-url ${simulator.baseUrl}\n`,
  );
  const asked = new AbortController();
  const releases = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((name) =>
    surroundings.onSignal(name, () => asked.abort()),
  );
  await once(asked.signal, 'abort');
  for (const release of releases) release();
  await simulator.close();
  return exitCodes.done;
}

function optionsOf(flags: Flags): SimulatorOptions {
  const given = (name: string): boolean => text(flags, name) !== null;
  const latency = text(flags, 'latency');
  return {
    port: wholeNumber(flags, 'port', 8787, 0),
    seed: wholeNumber(flags, 'seed', 1, 0),
    slots: wholeNumber(flags, 'slots', 64),
    ...(latency === null ? {} : { latency: parseLatency(latency) }),
    faults: parseFaults(texts(flags, 'faults').join(',')),
    failRate: number(flags, 'fail-rate', 0),
    balanceUsd: given('balance') ? number(flags, 'balance', 0) : null,
    inFlightLimit: given('in-flight-limit') ? wholeNumber(flags, 'in-flight-limit', 1) : null,
    requestsPerSecond: given('requests-per-second') ? number(flags, 'requests-per-second', 1) : null,
    submitsPerMinute: given('submits-per-minute') ? number(flags, 'submits-per-minute', 1) : null,
    submitBurst: given('submit-burst') ? wholeNumber(flags, 'submit-burst', 1) : null,
    retryAfter: oneOfWords(flags, 'retry-after', retryHints, null),
    linkLifetimeMs: given('link-lifetime') ? durationMs(flags, 'link-lifetime', 0) : null,
    outputs: oneOfWords(flags, 'outputs', outputForms, 'objects'),
    wording: oneOfWords(flags, 'wording', wordings, 'varied'),
    priceUsd: text(flags, 'price') === 'none' ? null : number(flags, 'price', simulatedPriceUsd),
    pageCap: given('page-cap') ? wholeNumber(flags, 'page-cap', 1) : null,
    token: text(flags, 'token'),
    tokenRefusal: oneOfWords(flags, 'token-refusal', tokenRefusals, 'code'),
    journal: text(flags, 'journal'),
  };
}
