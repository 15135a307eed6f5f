import { isIPv6 } from 'node:net';
import { UserError } from '../../core/complaints.ts';
import { failure, JobFailure } from '../../core/job/failures.ts';
import { isLoopback } from '../addresses.ts';

/** A link that no repetition helps: not on an allowed host, or larger than allowed. */
export class RefusedLink extends JobFailure {}

export interface LinkRules {
  /** The provider's own domains, with all hosts below them. */
  readonly ownDomains: readonly string[];
  /** Further hosts to download from, as the user named them. */
  readonly allowedHosts: readonly string[];
  /** Files may be on this machine, also over plain http: for an API that runs here. */
  readonly allowLoopback: boolean;
}

/**
 * Checks links by their parsed host. The gate returns the URL or throws `RefusedLink`; `base` is what a redirect is
 * relative to. Throws `UserError` (`usage`) for an allowed host that is not a host name.
 */
export function linkGate(rules: LinkRules): (link: string, base: URL | null) => URL {
  const allowed = new Set(rules.allowedHosts.map(hostName));

  function admits(url: URL): boolean {
    if (isLoopback(url) && rules.allowLoopback) return true;
    if (url.protocol !== 'https:') return false;
    const { hostname } = url;
    // Resolvers differ on names such as `a..example.net` and `example.net.`.
    if (hostname.split('.').includes('')) return false;
    return (
      allowed.has(hostname) ||
      rules.ownDomains.some((domain) => hostname === domain || hostname.endsWith(`.${domain}`))
    );
  }

  return (link, base) => {
    const url = parseLink(link, base);
    if (url === null) throw refusedLink('A result is not a link that can be downloaded.');
    if (url.username !== '' || url.password !== '') {
      throw refusedLink(`The link to ${url.hostname} contains a user name or a password.`);
    }
    if (url.protocol !== 'https:' && url.protocol !== 'http:') {
      throw refusedLink('The link of a result is not an https link.');
    }
    if (!admits(url)) {
      const why = url.protocol === 'https:' ? 'is not a host to download from' : 'is offered over plain http';
      throw refusedLink(`${url.hostname} ${why}; --allow-host allows more https hosts.`);
    }
    return url;
  };
}

function parseLink(link: string, base: URL | null): URL | null {
  // Browsers, shells and proxies disagree about these characters, so a link that has them is refused.
  if (/[\\\u0000-\u0020\u007f]/.test(link)) return null;
  return URL.parse(link, base?.href);
}

export function refusedLink(message: string): RefusedLink {
  return new RefusedLink(failure('download_failed', message), { helpedBy: 'nothing' });
}

/** The host of `files.example.com`, `files.example.com:8443` or `::1`, as URLs spell it. */
function hostName(host: string): string {
  const text = host.trim();
  const url = URL.parse(`https://${isIPv6(text) ? `[${text}]` : text}`);
  if (url === null || !/^[^/\\?#@\s]+$/.test(text) || url.hostname.endsWith('.')) {
    throw new UserError(
      'usage',
      `The allowed host ${JSON.stringify(host)} is not a host name.`,
      'Give it without https:// and without a path, such as files.example.com.',
    );
  }
  return url.hostname;
}
