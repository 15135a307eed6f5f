import { UserError } from '../../core/complaints.ts';
import {
  readTokenStore,
  type StoredToken,
  tokenStorePath,
  writeTokenStore,
} from '../../store/folder/token-store.ts';
import type { AccessRequest } from './access-request.ts';
import { walletUsd } from './catalogue-access.ts';
import { accessOf } from './endpoint.ts';
import { providerOf } from './folder-provider.ts';
import { checkedToken, tokenVariableIn } from './token.ts';

/** A token that has been checked and stored. */
interface LoggedIn {
  readonly address: string;
  readonly path: string;
  readonly balanceUsd: number;
  /** The environment variable whose token goes before it; null: none. */
  readonly behind: string | null;
}

interface LoggedOut {
  readonly address: string;
  /** Where the token was; null: none was stored for this address. */
  readonly path: string | null;
  /** The environment variable that has one nevertheless. */
  readonly stillIn: string | null;
}

/** Where a person gets a token for the API of this request; null: unknown. */
export function tokenPage(request: AccessRequest): string | null {
  return providerOf(request).tokens.page ?? null;
}

/**
 * Checks a token by asking for the balance, and stores it for the address that it was checked against. Throws
 * `UserError` where it is refused or cannot be checked; nothing is stored then.
 */
export async function logIn(request: AccessRequest, given: string): Promise<LoggedIn> {
  const token = checkedToken(given, providerOf(request).tokens);
  const { path, address, others, provider } = storeOf(request, token);
  const balanceUsd = await walletUsd({ ...request, token });
  await writeTokenStore(path, [...others, { provider: provider.name, address, token }]);
  return { address, path, balanceUsd, behind: tokenVariableIn(request.env, provider.tokens) };
}

/** Forgets the token of the request's address. */
export async function logOut(request: AccessRequest): Promise<LoggedOut> {
  const { path, address, others, held, provider } = storeOf(request, unneeded);
  const isStored = others.length < held.length;
  if (isStored) await writeTokenStore(path, others);
  return {
    address,
    path: isStored ? path : null,
    stillIn: tokenVariableIn(request.env, provider.tokens),
  };
}

const unneeded = 'no-token-is-looked-for';

/** What is stored, and what of it is not for this address. A file that is not to be trusted is refused here. */
function storeOf(request: AccessRequest, token: string) {
  const { base, provider } = accessOf({ ...request, token });
  const path = tokenStorePath(request.env);
  if (path === null) {
    throw new UserError('token', 'There is no home folder to store a token in.', 'Set XDG_CONFIG_HOME.');
  }
  const held: readonly StoredToken[] = readTokenStore(path)?.tokens ?? [];
  const others = held.filter((each) => each.address !== base.href || each.provider !== provider.name);
  return { path, address: base.href, provider, held, others };
}
