import { Agent, type Dispatcher } from 'undici';
import type { Proxies } from './proxies.ts';
import { type Sockets, throughProxies } from './tunnels.ts';

/** The sockets of one run: one set for the API, which sees the token, and one for files, which never does. */
export interface Connections {
  readonly api: Dispatcher;
  readonly files: Dispatcher;
  /** Closes every socket at once; what is still under way fails. */
  close(): Promise<void>;
}

const connectMs = 10_000;

/**
 * `sizes` bounds the sockets per host. One request per socket at a time, HTTP/1.1, nothing repeated or followed.
 * `proxies` are used for every host except this machine; null: all hosts are reached directly.
 */
export function openConnections(
  sizes: { readonly api: number; readonly files: number },
  proxies: Proxies | null = null,
): Connections {
  const api = socketsOf(sizes.api, proxies);
  const files = socketsOf(sizes.files, proxies);
  return {
    api: api.dispatcher,
    files: files.dispatcher,
    async close() {
      await Promise.all([api.close(), files.close()]);
    },
  };
}

function socketsOf(connections: number, proxies: Proxies | null): Sockets {
  const options = { connections, pipelining: 1, allowH2: false, connectTimeout: connectMs };
  if (proxies !== null) return throughProxies(proxies, options);
  const dispatcher = new Agent(options);
  return { dispatcher, close: () => dispatcher.destroy() };
}
