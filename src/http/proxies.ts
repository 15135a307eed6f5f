import { UserError } from '../core/complaints.ts';
import type { Environment } from '../core/environment.ts';

/** The proxies that lead out of this network, as the environment names them. */
export interface Proxies {
  /** For https; if it is empty, `http` is used instead. */
  readonly https: string;
  readonly http: string;
  /** Hosts that are reached directly, as NO_PROXY lists them. */
  readonly except: string;
}

const schemes: ReadonlySet<string> = new Set(['http:', 'https:', 'socks5:', 'socks:']);

/**
 * Reads HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, lower case first, as curl does; an empty one counts as not
 * set. null: no proxy is named. Throws `UserError` (`usage`) for an address that cannot be used, without its password.
 */
export function proxiesOf(env: Environment): Proxies | null {
  const named = (name: string): { name: string; text: string } | null => {
    for (const key of [name, name.toUpperCase()]) {
      const text = env[key]?.trim() ?? '';
      if (text !== '') return { name: key, text };
    }
    return null;
  };
  const all = named('all_proxy');
  const address = (name: string): string => {
    const given = named(name) ?? all;
    return given === null ? '' : addressOf(given.name, given.text);
  };
  const [https, http] = [address('https_proxy'), address('http_proxy')];
  if (https === '' && http === '') return null;
  return { https, http, except: named('no_proxy')?.text ?? '' };
}

function addressOf(name: string, text: string): string {
  // curl reads `proxy.example:3128` as http, and lets the proxy resolve names for socks5h, which undici always does.
  const url = URL.parse(text.includes('://') ? text.replace(/^socks5h:/i, 'socks5:') : `http://${text}`);
  const isReadable = url !== null && url.hostname !== '' && isPercentEncoded(url.username + url.password);
  if (isReadable && schemes.has(url.protocol)) return url.href;
  const shown = text.includes('@') ? 'The address' : `The address ${JSON.stringify(text)}`;
  throw new UserError(
    'usage',
    `${shown} in ${name} is not a usable proxy address.`,
    'Give it as http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT, or list the API in NO_PROXY.',
  );
}

function isPercentEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
