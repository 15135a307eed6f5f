import { UserError } from '../core/complaints.ts';

/**
 * The base of an API as the user wrote it, without slashes at its end: https anywhere, http only on loopback. Throws
 * `UserError` (`usage`) for anything else, without repeating a text that may hold a password. `usual` is the example.
 */
export function parseAddress(text: string, usual: string): URL {
  const trimmed = text.trim();
  const shown = trimmed.includes('@') ? 'The base URL' : `The base URL ${JSON.stringify(trimmed)}`;
  const refused = (sentence: string): UserError =>
    new UserError('usage', sentence, `Give the API's address, such as ${usual}.`);
  if (!URL.canParse(trimmed) || /[\\\u0000-\u0020\u007f]/.test(trimmed)) {
    throw refused(`${shown} is not a URL.`);
  }
  const url = new URL(trimmed);
  if (url.username !== '' || url.password !== '') {
    throw refused(`${shown} must not contain a user name or password.`);
  }
  if (url.search !== '' || url.hash !== '' || /[?#]/.test(trimmed)) {
    throw refused(`${shown} must not contain a query or a fragment.`);
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url))) {
    throw refused(`${shown} must start with https://; http:// is only allowed on this machine.`);
  }
  url.pathname = url.pathname.replace(/\/+$/, '');
  return url;
}

/** Whether a URL names this very machine: 127.0.0.0/8, `[::1]` or `localhost`. */
export function isLoopback(url: URL): boolean {
  const { hostname } = url;
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
