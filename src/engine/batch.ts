import type { Stop } from '../core/ports.ts';
import { feeding } from './feed.ts';
import { type Limits, lanesOf } from './lanes.ts';
import type { Ports } from './run-ports.ts';
import { stopping } from './stopping.ts';
import { wire } from './wiring.ts';

/**
 * Takes every job of the ledger that is not at rest as far as it will go. Each passes three lanes: entering (announce,
 * submit) and watching hold a slot, collecting does not. Ends when nothing is left to do or the run is stopped; throws
 * only for bugs and for a ledger or disk that cannot be written.
 */
export async function runBatch(ports: Ports, limits: Limits, stop: Stop): Promise<void> {
  const ends = stopping(stop, ports.clock, limits.abandonAfterMs);
  const lanes = lanesOf(limits);
  const wiring = wire(ports, limits, lanes, ends);
  const feed = feeding({ ...ports, lanes, wiring, stopping: ends });

  await feed.all().catch(ends.crash);
  wiring.close();
  await feed.idle();
  ends.end();
}
