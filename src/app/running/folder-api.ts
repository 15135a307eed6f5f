import type { Estimator } from '../../core/money/estimator.ts';
import type { Price } from '../../core/money/prices.ts';
import { withReader } from '../../store/ledger/with-reader.ts';
import type { AccessRequest } from '../access/access-request.ts';
import { agreedAccess } from '../access/account.ts';
import { type Access, accessOf } from '../access/endpoint.ts';
import { providerOfFolder } from '../access/folder-provider.ts';
import { estimatorFor } from '../estimates/estimators.ts';
import { isRehearsed, keptAddress, keptPlan, pricesOf } from '../planning/kept-plan.ts';
import { type Rehearsal, startRehearsal } from './rehearsal.ts';

/** The API that a folder was made with, or its simulator with all that it remembers, and the prices of its plan. */
export interface FolderApi {
  /** As the folder and the request name it: nobody has agreed to it yet. */
  readonly access: Access;
  /** The same, agreed to: for whatever sends something. Takes and throws what `agreedAccess` does. */
  agreed(more?: number): Promise<Access>;
  readonly prices: ReadonlyMap<string, Price | null>;
  /** By these prices, else by what such jobs have cost there. */
  estimator(): Estimator;
}

/** Lends the folder's API to the work, and closes after it what was opened. `rehearse`: the user asks for a rehearsal. */
export async function withFolderApi<T>(
  dir: string,
  request: AccessRequest,
  rehearse: boolean,
  work: (api: FolderApi) => Promise<T>,
): Promise<T> {
  const { prices, rehearsed, address, provider } = keptIn(dir, rehearse, request);
  const rehearsal: Rehearsal | null = rehearsed ? await startRehearsal(provider, dir) : null;
  try {
    const access = rehearsal?.access ?? accessOf({ ...request, provider }, address);
    const of = { provider: provider.name, address: rehearsed ? null : access.base.href };
    return await work({
      access,
      agreed: (more) => agreedAccess(access, dir, request, more),
      prices,
      estimator: () => estimatorFor(dir, of, prices, request.env),
    });
  } finally {
    await rehearsal?.close();
  }
}

function keptIn(dir: string, rehearse: boolean, request: AccessRequest) {
  return withReader(dir, (reader) => {
    const record = keptPlan(reader);
    const rehearsed = isRehearsed(record, dir, rehearse);
    const provider = providerOfFolder(record, dir, request);
    return { prices: pricesOf(record), rehearsed, address: keptAddress(reader), provider };
  });
}
