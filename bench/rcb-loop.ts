// The same jobs through the real thing: ledger, checks, retry coats, verified downloads.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { realClock } from '../src/cli/real-clock.ts';
import { defaultBackoff } from '../src/core/pace.ts';
import type { RunEvent } from '../src/core/ports.ts';
import { noCounts, tallying } from '../src/core/tally.ts';
import { runBatch } from '../src/engine/batch.ts';
import { apiClient } from '../src/http/client.ts';
import { openConnections } from '../src/http/connections.ts';
import { openLinks } from '../src/http/links.ts';
import { withRepeatedSaves, withRetry } from '../src/http/retry.ts';
import { openLedger } from '../src/store/ledger.ts';
import { fileStore } from '../src/store/run-files.ts';
import { openStage } from '../src/store/stage.ts';
import { jobsFor, measure } from './workload.ts';

const [base = '', count = '1000', concurrency = '64'] = process.argv.slice(2);
const dir = await mkdtemp(join(tmpdir(), 'rcb-bench-'));
const stage = openStage(null);
for (const job of jobsFor(Number(count))) stage.add(job);
const ledger = openLedger(dir);
stage.adopt(ledger, { fingerprint: '', settings: {}, plannedAt: realClock.now() });
stage.discard();

const { now } = realClock;
const dice = Math.random;
const connections = openConnections({ api: Number(concurrency), files: 8 });
const client = apiClient({ base: new URL(base), token: 'bench', dispatcher: connections.api, now });
const open = openLinks({
  dispatcher: connections.files,
  allowedHosts: [],
  allowLoopback: true,
  maxBytes: 1e9,
  now,
});
const tally = tallying({ counts: { ...noCounts(), pending: Number(count) }, spentUsd: 0, unpriced: 0 });
const policy = { backoff: defaultBackoff, clock: realClock, dice };
const never = new AbortController().signal;

await measure(Number(count), () =>
  runBatch(
    {
      api: ({ observe }) => withRetry(client, { ...policy, observe }),
      files: ({ observe }) => withRepeatedSaves(fileStore(dir, open), { ...policy, observe }),
      ledger,
      admission: null,
      clock: realClock,
      dice,
      observe: (event: RunEvent) => tally.observe(event),
    },
    {
      concurrency: { atMost: Number(concurrency), adapts: false },
      submits: Number(concurrency),
      submitsPerMinute: null,
      downloads: 8,
      // The simulator answers at once: waiting would be measured, not work.
      pace: { everyMs: 0.001 },
      looksPerSecond: 1e9,
      jobTimeoutMs: 3_600_000,
      backoff: defaultBackoff,
      abandonAfterMs: 1_000,
    },
    { drain: never, leave: never },
  ),
);
if (tally.now().counts.done !== Number(count)) throw new Error('Not every job was done.');
await connections.close();
await ledger.close();
await rm(dir, { recursive: true });
