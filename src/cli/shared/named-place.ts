import type { SharedPlace } from '../../app/shared/shared-place.ts';
import { UserError } from '../../core/complaints.ts';
import type { Call } from '../argv/call.ts';

/** The ledger that the call names. Throws `UserError` (`usage`) where it names none. */
export function namedPlace({ place }: Call, command: string): SharedPlace {
  if (place !== undefined) return place;
  throw new UserError(
    'usage',
    `rcb ${command} needs a shared ledger, and none is named.`,
    'Set RCB_LEDGER, or add --ledger postgres://HOST/DATABASE.',
  );
}
