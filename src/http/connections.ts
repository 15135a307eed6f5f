import { Agent, type Dispatcher } from 'undici';

/** The sockets of one run: one set for the API, which sees the token, and one for files, which never does. */
export interface Connections {
  readonly api: Dispatcher;
  readonly files: Dispatcher;
  /** Closes every socket at once; what is still under way fails. */
  close(): Promise<void>;
}

const connectMs = 10_000;

/** `sizes` bounds the sockets per host. One request per socket at a time, HTTP/1.1, nothing repeated or followed. */
export function openConnections(sizes: { readonly api: number; readonly files: number }): Connections {
  const api = agent(sizes.api);
  const files = agent(sizes.files);
  return {
    api,
    files,
    async close() {
      await Promise.all([api.destroy(), files.destroy()]);
    },
  };
}

function agent(connections: number): Agent {
  return new Agent({ connections, pipelining: 1, allowH2: false, connect: { timeout: connectMs } });
}
