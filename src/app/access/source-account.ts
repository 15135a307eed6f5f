import type { SourceOrigin } from '../../store/reuse/source-ledger.ts';
import type { AccessRequest } from './access-request.ts';
import { accessOf } from './endpoint.ts';
import { providerAsJson, providerOf } from './folder-provider.ts';
import { isMarkOf } from './token-mark.ts';

/** Where a run would submit: under which provider, address and token. */
export interface OwnAccount {
  readonly provider: string | null;
  /** null: a simulator of our own. */
  readonly address: string | null;
  /** null: the user has none. */
  readonly token: string | null;
}

/** `kept`: the address that the folder was made with. */
export function ownAccount(
  request: AccessRequest,
  { rehearsed, kept = null }: { readonly rehearsed: boolean; readonly kept?: string | null },
): OwnAccount {
  const { provider = null } = providerAsJson(providerOf(request));
  const named = typeof provider === 'string' ? provider : null;
  if (rehearsed) return { provider: named, address: null, token: null };
  const { base, secrets } = accessOf(request, kept);
  return { provider: named, address: base.href, token: secrets[0] ?? null };
}

/**
 * How the results of another folder stand to a run. `elsewhere`: they come from another provider or address, such as a
 * simulator, and are never taken. `other_account`: they were paid for under another token, or it is unknown which.
 */
export async function standingOf(
  { provider, account }: SourceOrigin,
  own: OwnAccount,
): Promise<'same' | 'other_account' | 'elsewhere'> {
  if (provider !== own.provider || account === null || account.address !== own.address) return 'elsewhere';
  if (account.others === 'address') return 'elsewhere';
  if (account.others === 'token') return 'other_account';
  if (account.token === null || own.token === null)
    return account.token === own.token ? 'same' : 'other_account';
  // Loaded when it is needed: most runs compare no token.
  return (await isMarkOf(own.token, account.token)) ? 'same' : 'other_account';
}
