// A wire to PostgreSQL that can fail as networks do. toxiproxy would do most of it, but it is a program in Go of which npm
// has only the client, and it knows no COMMIT.
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { realClock } from '../../src/app/real-clock.ts';
import { type Answer, answersIn } from './postgres-answers.ts';

/** Which answer of the server gets lost. */
export interface Swallowed {
  /** What the client has sent in that transaction; absent: anything. */
  readonly of?: RegExp;
  /** How many answers, one after the other. */
  readonly times?: number;
  /** What the connection is afterwards. */
  readonly becomes?: 'reset' | 'silent';
}

export type Side = 'asked' | 'answered';

export interface TcpProxy {
  readonly port: number;
  /** The same database, through this wire. */
  through(url: string): string;
  /** Resets every connection, and refuses new ones. */
  cut(): void;
  /** Nothing passes any more, and nobody is told. What was under way arrives after `heal`, as with TCP. */
  darken(): void;
  /** Everything arrives this much later, each way. */
  delay(ms: number): void;
  /** The server commits, and the client never hears of it. */
  swallowCommits(which?: Swallowed): void;
  /**
   * Strikes at the n-th of what the client sends, or of the transactions that the server ends, from now on: before it
   * passes, and then nothing passes any more on that connection.
   */
  strikeAt(side: Side, nth: number, strike: () => void): void;
  /** How many answers have been swallowed. */
  swallowed(): number;
  /** As if nothing had ever been wrong. */
  heal(): void;
  close(): Promise<void>;
}

/** As much of a transaction as is searched. */
const longestAsked = 1_000_000;

const never = new AbortController().signal;

type State = 'well' | 'cut' | 'dark';

export async function tcpProxy(target: string): Promise<TcpProxy> {
  const { hostname, port: targetPort } = new URL(target);
  const wires = new Set<Wire>();
  let state: State = 'well';
  let delayMs = 0;
  let [swallow, left, swallowed]: [Swallowed, number, number] = [{}, 0, 0];
  let struck: { side: Side; left: number; strike: () => void } | null = null;

  const server = createServer({ pauseOnConnect: true, noDelay: true }, (client) => {
    client.on('error', () => {});
    if (state === 'cut') {
      client.resetAndDestroy();
      return;
    }
    const wire = wireBetween(client, connect({ port: Number(targetPort), host: hostname, noDelay: true }), {
      delayMs: () => delayMs,
      isDark: () => state === 'dark',
      isSwallowed(asked) {
        if (left === 0 || !(swallow.of?.test(asked) ?? true)) return null;
        left -= 1;
        swallowed += 1;
        return swallow.becomes ?? 'reset';
      },
      isStruck(side) {
        if (struck?.side !== side) return false;
        struck.left -= 1;
        if (struck.left > 0) return false;
        struck.strike();
        struck = null;
        return true;
      },
      ended: () => wires.delete(wire),
    });
    wires.add(wire);
    if (state === 'well') wire.flow(true);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port.');
  const { port } = address;

  function become(next: State): void {
    state = next;
    for (const wire of wires) {
      if (next === 'cut') wire.reset();
      else wire.flow(next === 'well');
    }
  }

  return {
    port,
    through(url) {
      const changed = new URL(url);
      changed.host = `127.0.0.1:${port}`;
      return changed.href;
    },
    cut: () => become('cut'),
    darken: () => become('dark'),
    delay(ms) {
      delayMs = ms;
    },
    swallowCommits(which = {}) {
      [swallow, left] = [which, which.times ?? 1];
    },
    strikeAt(side, nth, strike) {
      struck = { side, left: nth, strike };
    },
    swallowed: () => swallowed,
    heal() {
      [delayMs, left, struck] = [0, 0, null];
      become('well');
    },
    async close() {
      for (const wire of wires) wire.reset();
      server.close();
      await once(server, 'close');
    },
  };
}

interface Wire {
  flow(flows: boolean): void;
  reset(): void;
}

interface Wiring {
  delayMs(): number;
  isDark(): boolean;
  /** Asked at each commit that the server confirms, with what the client sent since the last one. */
  isSwallowed(asked: string): 'reset' | 'silent' | null;
  /** Asked before anything passes. */
  isStruck(side: Side): boolean;
  ended(): void;
}

function wireBetween(client: Socket, server: Socket, wiring: Wiring): Wire {
  const answers = answersIn();
  let asked = '';
  let isSilent = false;

  function reset(): void {
    client.resetAndDestroy();
    server.resetAndDestroy();
    wiring.ended();
  }

  /** What is lost on a dark wire is not even told to the other end; that end hears of it when the wire is healed. */
  function closing(from: Socket, to: Socket): void {
    from.on('error', () => {});
    from.on('close', () => {
      if (wiring.isDark()) return;
      to.destroy();
      wiring.ended();
    });
  }
  closing(client, server);
  closing(server, client);

  /** One piece after the other, each as late as the wire is slow. */
  function sending(to: Socket): (bytes: Uint8Array) => void {
    let last: Promise<unknown> = Promise.resolve();
    let waiting = 0;
    return (bytes) => {
      const ms = wiring.delayMs();
      if (ms === 0 && waiting === 0) {
        to.write(bytes);
        return;
      }
      waiting += 1;
      last = Promise.all([last, realClock.sleep(ms, never)]).then(() => {
        waiting -= 1;
        to.write(bytes);
      });
    };
  }
  const [toServer, toClient] = [sending(server), sending(client)];

  client.on('data', (bytes: Buffer) => {
    if (!isSilent) isSilent = wiring.isStruck('asked');
    if (isSilent) return;
    asked = (asked + bytes.toString('latin1')).slice(-longestAsked);
    toServer(bytes);
  });
  server.on('data', (bytes: Buffer) => {
    client.cork();
    passOn(answers(bytes));
    client.uncork();
  });

  function passOn(all: readonly Answer[]): void {
    for (const answer of all) {
      if (isSilent) return;
      if (isEnd(answer) && wiring.isStruck('answered')) {
        isSilent = true;
        return;
      }
      if (isCommit(answer)) {
        const fate = wiring.isSwallowed(asked);
        asked = '';
        if (fate === 'reset') reset();
        if (fate !== null) isSilent = true;
        if (isSilent) return;
      }
      toClient(answer.bytes);
    }
  }

  return {
    flow(flows) {
      for (const [end, other] of [
        [client, server],
        [server, client],
      ] as const) {
        if (!flows) end.pause();
        else if (end.destroyed) other.destroy();
        else end.resume();
      }
      if (flows && client.destroyed && server.destroyed) wiring.ended();
    },
    reset,
  };
}

/** ReadyForQuery outside of a transaction. */
function isEnd({ type, bytes }: Answer): boolean {
  return type === 'Z' && bytes[5] === 'I'.charCodeAt(0);
}

/** CommandComplete of COMMIT: from here on the transaction has happened. */
function isCommit({ type, bytes }: Answer): boolean {
  return type === 'C' && bytes.subarray(5, -1).toString('latin1') === 'COMMIT';
}
