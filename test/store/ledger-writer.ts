// Records state after state and says which are acknowledged, until it is killed: `node ledger-writer.ts DIR ROUND`.
import type { Instant, RequestId } from '../../src/core/job/job.ts';
import type { Claim } from '../../src/core/ports.ts';
import { openLedger } from '../../src/store/ledger/ledger.ts';

const [, , dir, round] = process.argv as [string, string, string, string];
const ledger = openLedger(dir);

async function drive({ job }: Claim): Promise<void> {
  for (let n = 1; ; n += 1) {
    const requestId = `${round}-${n}` as RequestId;
    await ledger.record(
      job.id,
      { status: 'queued', attempt: 1, requestId, since: n as Instant, stalled: null },
      n as Instant,
    );
    process.stdout.write(`${job.id} ${round} ${n}\n`);
  }
}

await Promise.all((await ledger.claim(20)).map(drive));
