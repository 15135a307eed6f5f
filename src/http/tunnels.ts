import { Agent, type Dispatcher, EnvHttpProxyAgent, Pool } from 'undici';
import { isLoopback } from './addresses.ts';
import { networkCode, networkWords, ProxyFailure } from './network-words.ts';
import type { Proxies } from './proxies.ts';

export interface Sockets {
  readonly dispatcher: Dispatcher;
  /** Closes all of them at once. */
  close(): Promise<unknown>;
}

/**
 * Sends everything through the proxies, except what goes to this machine or an excepted host. Requests are tunnelled: a
 * proxy sees the name of the host, but neither a path nor a token.
 */
export function throughProxies(proxies: Proxies, options: Agent.Options): Sockets {
  const direct = new Agent(options);
  const proxied = new EnvHttpProxyAgent({
    ...options,
    // An empty text keeps undici from asking the environment itself.
    httpsProxy: proxies.https,
    httpProxy: proxies.http,
    noProxy: proxies.except,
    proxyTunnel: true,
    clientFactory: (proxy, client) => proxyPool(proxy, client, options.connectTimeout ?? 10_000),
  });
  const dispatcher = direct.compose(
    (dispatch) => (request, handler) =>
      isLoopback(new URL(String(request.origin)))
        ? dispatch(request, handler)
        : proxied.dispatch(request as Agent.DispatchOptions, handler),
  );
  return { dispatcher, close: () => Promise.all([direct.destroy(), proxied.destroy()]) };
}

/** The sockets to the proxy itself; its failures differ from those of the host behind it. */
function proxyPool(proxy: URL, client: object, connectMs: number): Dispatcher {
  const { host } = proxy;
  return new Pool(proxy, client as Pool.Options).compose(
    (dispatch) => (request, handler) =>
      dispatch({ ...request, headersTimeout: connectMs }, tellingProxy(host, handler)),
  );
}

/** The handler of a CONNECT, which hears of any answer other than 200 as the proxy's failure. */
function tellingProxy(host: string, handler: Dispatcher.DispatchHandler): Dispatcher.DispatchHandler {
  return {
    onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
    onRequestUpgrade(controller, status, headers, socket) {
      if (status === 200) {
        handler.onRequestUpgrade?.(controller, status, headers, socket);
        return;
      }
      socket.on('error', () => {}).destroy();
      handler.onResponseError?.(controller, new ProxyFailure(refusalWords(host, status)));
    },
    onResponseStart: (controller, status) =>
      handler.onResponseError?.(controller, new ProxyFailure(refusalWords(host, status))),
    onResponseError(controller, error) {
      const words = networkWords(networkCode(error));
      handler.onResponseError?.(
        controller,
        new ProxyFailure(`the proxy ${host} could not be used: ${words}; check HTTPS_PROXY`),
      );
    },
  };
}

function refusalWords(host: string, status: number): string {
  const why =
    status === 407
      ? 'asks for a login (HTTP 407); give it as HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT'
      : `refused the connection (HTTP ${status}); check HTTPS_PROXY and NO_PROXY`;
  return `the proxy ${host} ${why}`;
}
