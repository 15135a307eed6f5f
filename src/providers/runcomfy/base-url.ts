import { parseAddress } from '../../http/addresses.ts';
import { modelApiAddress } from '../runcomfy-account.ts';

/** Where RunComfy's Model API lives unless the user says otherwise. */
export const defaultBaseUrl = modelApiAddress;

const officialBalanceUrl = 'https://api.runcomfy.net/prod/v2/balance';

/** The API's base as the user wrote it, with or without `/v1` at its end. Throws `UserError` (`usage`). */
export function parseBaseUrl(text: string): URL {
  const url = parseAddress(text, defaultBaseUrl);
  url.pathname = url.pathname.replace(/\/v1$/, '');
  return url;
}

/** Where the wallet's balance is read: for the official API on another host, otherwise on the base's own origin. */
export function balanceUrl(base: URL): URL {
  return base.origin === defaultBaseUrl
    ? new URL(officialBalanceUrl)
    : new URL('/prod/v2/balance', base.origin);
}
