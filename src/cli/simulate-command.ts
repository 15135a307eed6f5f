import { once } from 'node:events';
import { UserError } from '../core/complaints.ts';
import { parseFaults } from '../simulator/fault-rules.ts';
import { parseLatency } from '../simulator/latency.ts';
import { startSimulator } from '../simulator/simulator.ts';
import type { Call } from './call.ts';
import { exitCodes } from './exit.ts';
import { durationMs, number, text, wholeNumber } from './settings.ts';
import type { Surroundings } from './surroundings.ts';

/** `rcb simulate`: serves until it is told to stop. */
export async function simulateCommand({ flags, words }: Call, surroundings: Surroundings): Promise<number> {
  if (words.length > 0) {
    throw new UserError('usage', `"${words[0]}" means nothing to rcb simulate.`, 'Run rcb simulate --help.');
  }
  const latency = text(flags, 'latency');
  const faults = text(flags, 'faults');
  const given = (name: string): boolean => text(flags, name) !== null;
  const simulator = await startSimulator({
    port: wholeNumber(flags, 'port', 8787, 0),
    seed: wholeNumber(flags, 'seed', 1, 0),
    slots: wholeNumber(flags, 'slots', 64),
    ...(latency === null ? {} : { latency: parseLatency(latency) }),
    ...(faults === null ? {} : { faults: parseFaults(faults) }),
    failRate: number(flags, 'fail-rate', 0),
    balanceUsd: given('balance') ? number(flags, 'balance', 0) : null,
    inFlightLimit: given('in-flight-limit') ? wholeNumber(flags, 'in-flight-limit', 1) : null,
    requestsPerSecond: given('requests-per-second') ? number(flags, 'requests-per-second', 1) : null,
    submitsPerMinute: given('submits-per-minute') ? number(flags, 'submits-per-minute', 1) : null,
    linkLifetimeMs: durationMs(flags, 'link-lifetime', 3_600_000),
    token: text(flags, 'token'),
    journal: text(flags, 'journal'),
  });
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
