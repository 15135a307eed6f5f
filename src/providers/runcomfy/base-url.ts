import { UserError } from '../../core/complaints.ts';

/** Where RunComfy's Model API lives unless the user says otherwise. */
export const defaultBaseUrl = 'https://model-api.runcomfy.net';

const officialBalanceUrl = 'https://api.runcomfy.net/prod/v2/balance';

/**
 * The API's base as the user wrote it, with or without `/v1` at its end: https anywhere, http on loopback alone.
 * Throws `UserError` (`usage`) for anything else, without repeating a text that may hold a password.
 */
export function parseBaseUrl(text: string): URL {
  const trimmed = text.trim();
  const shown = trimmed.includes('@') ? 'The base URL' : `The base URL ${JSON.stringify(trimmed)}`;
  if (!URL.canParse(trimmed) || /[\\\u0000-\u0020\u007f]/.test(trimmed)) {
    throw refused(`${shown} is not a URL.`);
  }
  const url = new URL(trimmed);
  if (url.username !== '' || url.password !== '') {
    throw refused(`${shown} holds a user name or a password, which it must not.`);
  }
  if (url.search !== '' || url.hash !== '' || /[?#]/.test(trimmed)) {
    throw refused(`${shown} holds a query or a fragment, which it must not.`);
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url))) {
    throw refused(`${shown} must start with https://; http:// is for this machine alone.`);
  }
  url.pathname = url.pathname.replace(/\/+$/, '').replace(/\/v1$/, '');
  return url;
}

function refused(sentence: string): UserError {
  return new UserError('usage', sentence, `Give the API's address, such as ${defaultBaseUrl}.`);
}

/** Whether a URL names this very machine: 127.0.0.0/8, `[::1]` or `localhost`. */
export function isLoopback(url: URL): boolean {
  const { hostname } = url;
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** Where the wallet's balance is read: for the official API on another host, otherwise on the base's own origin. */
export function balanceUrl(base: URL): URL {
  return base.origin === defaultBaseUrl
    ? new URL(officialBalanceUrl)
    : new URL('/prod/v2/balance', base.origin);
}
