import type { Flags } from '../../cli/argv/flags.ts';
import { truth } from '../../cli/argv/settings.ts';
import type { Surroundings } from '../../cli/surroundings.ts';
import type { Price } from '../../core/money/prices.ts';
import { openReader } from '../../store/ledger/reader.ts';
import { agreedAccess } from '../access/account.ts';
import { type Access, accessOf } from '../access/endpoint.ts';
import { isRehearsed, keptAddress, keptPlan, pricesOf } from '../planning/kept-plan.ts';
import { type Rehearsal, startRehearsal } from './rehearsal.ts';

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
