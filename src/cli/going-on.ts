import type { Price } from '../core/prices.ts';
import { openReader } from '../store/reader.ts';
import { type Access, accessOf } from './endpoint.ts';
import type { Flags } from './flags.ts';
import { keptPlan, pricesOf } from './kept-plan.ts';
import { type Rehearsal, startRehearsal } from './rehearsal.ts';
import { truth } from './settings.ts';
import type { Surroundings } from './surroundings.ts';

/** What a folder needs to be gone on with: its API, and the prices it was planned with. */
export interface GoingOn {
  readonly access: Access;
  readonly prices: ReadonlyMap<string, Price | null>;
  close(): Promise<void>;
}

/** The API that the folder was made with, or its simulator with all that it remembers. */
export async function goingOn(dir: string, flags: Flags, surroundings: Surroundings): Promise<GoingOn> {
  const record = planOf(dir);
  const { base_url: url, rehearse } = record.settings;
  const rehearsal: Rehearsal | null =
    truth(flags, 'rehearse') || rehearse === true ? await startRehearsal(dir) : null;
  const kept = typeof url === 'string' ? url : null;
  return {
    access: rehearsal?.access ?? accessOf(flags, surroundings.env, kept),
    prices: pricesOf(record),
    close: async () => rehearsal?.close(),
  };
}

function planOf(dir: string) {
  const reader = openReader(dir);
  try {
    return keptPlan(reader);
  } finally {
    reader.close();
  }
}
