// The real adapters around the real engine, as the program puts them together, with room for coats between them.
import type { Dispatcher } from 'undici';
import { realClock } from '../../src/app/real-clock.ts';
import { nextStep } from '../../src/core/job/lifecycle.ts';
import type { Backoff } from '../../src/core/pacing/pace.ts';
import type { EmbedRecipe, FileStore, Ledger, Observer, OpenLink } from '../../src/core/ports.ts';
import type { ProviderClient } from '../../src/core/provider.ts';
import type { SharedAccount } from '../../src/core/sharing/gate.ts';
import { runBatch } from '../../src/engine/batch.ts';
import { type Limits, maxSockets } from '../../src/engine/lanes.ts';
import { openConnections } from '../../src/http/connections.ts';
import { transportOver } from '../../src/http/exchange.ts';
import { openLinks } from '../../src/http/links/links.ts';
import { withRepeatedSaves, withRetry } from '../../src/http/retry.ts';
import { recipeEmbedding } from '../../src/media/recipe/embedding.ts';
import { fileStore } from '../../src/store/files/run-files.ts';
import { openLedger } from '../../src/store/ledger/ledger.ts';
import { diceOf } from '../support/dice.ts';
import { type KilledProvider, killedProviders } from './killed-providers.ts';

export interface RunSpec {
  readonly provider: KilledProvider;
  readonly dir: string;
  readonly base: string;
  /** One job after the other, each to its end, instead of as many as the limits allow. */
  readonly oneByOne: boolean;
  readonly limits?: Partial<Limits>;
  readonly backoff?: Backoff;
  /** Files up to this size are held in memory. */
  readonly heldBytes?: number;
  /** The longest waits for an answer to a submit, a read and the head of a file. */
  readonly answerMs?: number;
}

/** What is put around each port before the engine gets it. */
export interface Coats {
  readonly dispatcher?: (inner: Dispatcher) => Dispatcher;
  readonly api?: (inner: ProviderClient) => ProviderClient;
  readonly ledger?: (inner: Ledger) => Ledger;
  readonly links?: (inner: OpenLink) => OpenLink;
  readonly embed?: (inner: EmbedRecipe) => EmbedRecipe;
  readonly files?: (inner: FileStore) => FileStore;
}

const quickBackoff: Backoff = { retries: 5, firstMs: 5, limitMs: 50 };

const quickLimits: Limits = {
  concurrency: { max: 6, adapts: false },
  maxSubmissions: 3,
  maxSubmissionsPerMinute: null,
  maxDownloads: 3,
  pace: { everyMs: 4 },
  maxPollsPerSecond: 1e6,
  jobTimeoutMs: 3_600_000,
  outageMs: 2 * 3_600_000,
  backoff: quickBackoff,
  abandonAfterMs: 1_000,
};

/** What a run works on. */
export interface Worked {
  readonly ledger: Ledger;
  readonly account?: SharedAccount;
  /** Put around the client, next to the wire. */
  api(inner: ProviderClient): ProviderClient;
  readonly hear: Observer;
  close(): Promise<void>;
}

function workedIn(dir: string): Worked {
  const ledger = openLedger(dir);
  return { ledger, api: (inner) => inner, hear: () => {}, close: () => ledger.close() };
}

/** One life of a run on a folder that holds a plan: until nothing is left to do, or the process is killed. */
export async function composedRun(
  spec: RunSpec,
  coats: Coats = {},
  observe: Observer = () => {},
  worked: Worked = workedIn(spec.dir),
): Promise<void> {
  const { dir, answerMs = 60_000 } = spec;
  const backoff = spec.backoff ?? quickBackoff;
  const limits = { ...quickLimits, backoff, ...spec.limits };
  const connections = openConnections(maxSockets(limits));
  const { now } = realClock;
  const same = <T>(inner: T): T => inner;
  const { dispatcher = same, api = same, links = same, embed = same, files = same } = coats;
  const counted = (coats.ledger ?? same)(worked.ledger);
  const client = worked.api(
    killedProviders[spec.provider].client({
      base: new URL(spec.base),
      token: 'any',
      transport: transportOver(dispatcher(connections.api), now),
      submitMs: answerMs,
      readMs: answerMs,
    }),
  );
  const open = openLinks({
    dispatcher: connections.files,
    ownDomains: [],
    allowedHosts: [],
    allowLoopback: true,
    maxBytes: 1e9,
    atOnce: limits.maxDownloads,
    now,
    headMs: answerMs,
    idleMs: answerMs,
  });
  const store = fileStore(dir, links(open), {
    embed: embed(recipeEmbedding('0.1.0')),
    ...(spec.heldBytes === undefined ? {} : { heldBytes: spec.heldBytes }),
  });
  const dice = diceOf(1);
  const policy = { backoff, clock: realClock, dice };
  const never = new AbortController().signal;
  try {
    await runBatch(
      {
        api: api(client),
        results: (ties) => withRetry(api(client), { ...policy, ...ties }),
        files: (ties) => withRepeatedSaves(files(store), { ...policy, ...ties }),
        ledger: spec.oneByOne ? oneByOne(counted) : counted,
        admission: null,
        ...(worked.account === undefined ? {} : { account: worked.account }),
        past: new Map(),
        clock: realClock,
        dice,
        observe(event) {
          worked.hear(event);
          observe(event);
        },
      },
      limits,
      { drain: never, leave: never },
    );
  } finally {
    await connections.close();
    await worked.close();
  }
}

/** Hands out the next job when the last one rests, so that whatever happens happens to one job. */
function oneByOne(ledger: Ledger): Ledger {
  let rested = Promise.withResolvers<void>();
  rested.resolve();
  const { tenure } = ledger;
  return {
    ...ledger,
    async claim(_, stop) {
      await rested.promise;
      const claims = await ledger.claim(1, stop);
      rested = Promise.withResolvers<void>();
      if (claims.length === 0) rested.resolve();
      return claims;
    },
    async record(job, state, at, stop) {
      const since = await ledger.record(job, state, at, stop);
      if (nextStep(state) === null) rested.resolve();
      return since;
    },
    ...(tenure === undefined
      ? {}
      : {
          tenure: {
            ...tenure,
            ended(job) {
              tenure.ended(job);
              rested.resolve();
            },
          },
        }),
  };
}
