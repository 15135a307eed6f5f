import { connect, type Socket } from 'node:net';
import { type Loopback, serveSockets } from './loopback.ts';

/** Stands between a client and a server, and keeps back what is answered to submissions while a test holds it. */
export interface AnswerGate extends Loopback {
  hold(): void;
  /** What was kept back goes on, and nothing is kept back any more. */
  release(): void;
}

export async function answerGate(server: string): Promise<AnswerGate> {
  const { hostname, port } = new URL(server);
  const held = new Set<Socket>();
  let isHolding = false;

  const loopback = await serveSockets((client) => {
    const upstream = connect(Number(port), hostname);
    upstream.on('error', () => {});
    client.once('close', () => upstream.destroy());
    upstream.once('close', () => client.destroy());
    client.on('data', (chunk: Buffer) => {
      if (isHolding && chunk.toString('latin1').startsWith('POST ')) held.add(upstream.pause());
      upstream.write(chunk);
    });
    upstream.on('data', (chunk: Buffer) => void client.write(chunk));
  });
  return {
    ...loopback,
    hold() {
      isHolding = true;
    },
    release() {
      isHolding = false;
      for (const upstream of held) upstream.resume();
      held.clear();
    },
  };
}
