import { UserError } from '../../core/complaints.ts';
import type { Environment } from '../../core/environment.ts';
import type { Provider } from '../../core/provider.ts';
import { isTooShortToHide, minSecretLength } from '../../core/secrets.ts';
import { quoted } from '../../core/shell-words.ts';
import { isLoopback } from '../../http/addresses.ts';
import { type Proxies, proxiesOf } from '../../http/proxies.ts';
import type { AccessRequest } from './access-request.ts';
import { providerOf } from './folder-provider.ts';
import { findToken, missingToken } from './token.ts';

/** Where the API is and what opens it. */
export interface Access {
  readonly provider: Provider;
  readonly base: URL;
  readonly loopback: boolean;
  /** null: none was found. A loopback API is spoken to without the user's own. */
  readonly token: string | null;
  /** What a person would call the place that the user's token comes from; null: there is none. */
  readonly tokenFrom?: string | null;
  /** What no log may show: the user's own token, not the dummies that simulators get. */
  readonly secrets: readonly string[];
  /** A simulator of our own, which ends with this process. */
  readonly isRehearsal?: true;
  /** A run folder alone names this address, and the user has not agreed to it: `tokenOf` gives nothing away. */
  readonly isDoubted?: true;
  /** It may be used for the folder at hand: `agreedAccess` has made sure. */
  readonly isAgreed?: true;
  /** What leads to it and to its files; null: nothing stands in between. */
  readonly proxies: Proxies | null;
}

/** What a loopback API gets where the user gave no token: never a real one by accident. */
const loopbackToken = 'loopback';

/**
 * The address that the user gives, else what the folder was made with, else the environment, else the official one.
 * What the folder alone says is doubted where a token of the user's would go there: anybody may have made the folder.
 * Throws `UserError`: `usage` for an address that cannot be one, `token` for a token that cannot be one.
 */
export function accessOf({ baseUrl: given, ...request }: AccessRequest, kept: string | null = null): Access {
  const { env } = request;
  const provider = providerOf(request);
  const base = namedAddress({ ...request, baseUrl: given }, kept);
  const loopback = isLoopback(base);
  const found = findToken(request, provider, base);
  const token = found?.token ?? null;
  if (token !== null && !loopback) refuseShort(token);
  const secrets = token === null ? [] : [token];
  const isDoubted = given === null && kept !== null && token !== null && !isConfirmed(base, provider, env);
  return {
    provider,
    base,
    loopback,
    token: token ?? (loopback ? loopbackToken : null),
    tokenFrom: found?.from ?? null,
    secrets,
    proxies: proxiesOf(env),
    ...(isDoubted ? { isDoubted } : {}),
  };
}

/** The address alone. Throws `UserError` (`usage`) for one that cannot be one. */
export function namedAddress(request: AccessRequest, kept: string | null): URL {
  const { address } = providerOf(request);
  return address.parse(request.baseUrl ?? kept ?? request.env[address.variable] ?? address.usual);
}

function isConfirmed(base: URL, { address: own }: Provider, env: Environment): boolean {
  const { usual, variable, parse } = own;
  const confirmed = [usual, ...(env[variable] ? [env[variable]] : [])];
  return confirmed.some((address) => parse(address).href === base.href);
}

// What is not taken out of logs must not be worth hiding.
function refuseShort(token: string): void {
  if (!isTooShortToHide(token)) return;
  throw new UserError(
    'token',
    `The API token is ${token.length === 1 ? 'a single character' : `${token.length} characters`} long, but tokens have at least ${minSecretLength}.`,
    'Copy the complete token.',
  );
}

/** Throws `UserError`: `token` where there is none, `usage` where only a folder says where it is to go. */
export function tokenOf(access: Access): string {
  if (access.isDoubted) throw doubted(access, 'and you have not confirmed it');
  if (access.token === null) throw missingToken(access.provider.tokens);
  return access.token;
}

/** The refusal to send a token where only the run folder says so. `why` ends the sentence. */
export function doubted({ base, provider }: Access, why: string): UserError {
  return new UserError(
    'usage',
    `The run folder gives ${base.href} as the address of the API, ${why}. Your token was not sent there.`,
    `If you trust ${base.host}, add --base-url ${quoted(base.href)}; ${provider.title}'s own address is ${provider.address.usual}.`,
  );
}
