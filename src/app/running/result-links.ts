import { maxResultBytes } from '../../core/media.ts';
import type { OpenLink } from '../../core/ports.ts';
import type { openConnections } from '../../http/connections.ts';
import { openLinks } from '../../http/links/links.ts';
import type { Access } from '../access/endpoint.ts';
import type { RunPolicy } from '../policies.ts';
import { realClock } from '../real-clock.ts';

/** Opens links of results on the hosts that the provider and the user allow. */
export function resultLinks(
  { files }: Pick<ReturnType<typeof openConnections>, 'files'>,
  { provider, loopback }: Access,
  { allowedHosts, limits }: Pick<RunPolicy, 'allowedHosts' | 'limits'>,
): OpenLink {
  return openLinks({
    dispatcher: files,
    ownDomains: provider.fileHosts,
    allowedHosts,
    allowLoopback: loopback,
    maxBytes: maxResultBytes,
    atOnce: limits.maxDownloads,
    now: realClock.now,
  });
}
