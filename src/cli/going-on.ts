import type { Price } from '../core/prices.ts';
import { openReader } from '../store/reader.ts';
import { agreedAccess } from './account.ts';
import { type Access, accessOf } from './endpoint.ts';
import type { Flags } from './flags.ts';
import { isRehearsed, keptAddress, keptPlan, pricesOf } from './kept-plan.ts';
import { type Rehearsal, startRehearsal } from './rehearsal.ts';
import { truth } from './settings.ts';
import type { Surroundings } from './surroundings.ts';

/** What a folder needs to be gone on with: its API, and the prices it was planned with. */
export interface GoingOn {
  /** The API as the folder and the command line name it: nobody has agreed to it yet. */
  readonly access: Access;
  /** The same, agreed to: for whatever sends something. Takes and throws what `agreedAccess` does. */
  agreed(more?: number): Promise<Access>;
  readonly prices: ReadonlyMap<string, Price | null>;
  close(): Promise<void>;
}

/** The API that the folder was made with, or its simulator with all that it remembers. */
export async function goingOn(dir: string, flags: Flags, surroundings: Surroundings): Promise<GoingOn> {
  const { prices, rehearsed, address } = keptIn(dir, truth(flags, 'rehearse'));
  const rehearsal: Rehearsal | null = rehearsed ? await startRehearsal(dir) : null;
  const access = rehearsal?.access ?? accessOf(flags, surroundings.env, address);
  return {
    access,
    agreed: (more) => agreedAccess(access, dir, flags, surroundings, more),
    prices,
    close: async () => rehearsal?.close(),
  };
}

function keptIn(dir: string, rehearses: boolean) {
  const reader = openReader(dir);
  try {
    const record = keptPlan(reader);
    return {
      prices: pricesOf(record),
      rehearsed: isRehearsed(record, dir, rehearses),
      address: keptAddress(reader),
    };
  } finally {
    reader.close();
  }
}
