import type { ServerResponse } from 'node:http';
import type { Answer } from './simulated-answers.ts';

/** How an answer goes over the wire. */
export type Manner =
  | { readonly kind: 'whole' }
  | { readonly kind: 'slow'; readonly pauseMs: number }
  | { readonly kind: 'cutByReset' | 'cutByEnd' }
  | { readonly kind: 'reset' | 'silent' };

// Lets the client read the first half before the reset discards it.
const beforeResetMs = 20;

/** Sends the answer, or does not. Returns the number of body bytes handed to the system. */
export function deliver(res: ServerResponse, answer: Answer, manner: Manner, bodyless: boolean): number {
  if (res.destroyed) return 0;
  switch (manner.kind) {
    case 'silent':
      return 0;
    case 'reset':
      res.socket?.resetAndDestroy();
      return 0;
    case 'whole':
      writeHead(res, answer);
      res.end(bodyless ? undefined : answer.body);
      return bodyless ? 0 : answer.body.length;
    case 'slow': {
      const half = answer.body.subarray(0, answer.body.length >> 1);
      writeHead(res, answer);
      res.write(half);
      setTimeout(() => {
        if (!res.destroyed) res.end(answer.body.subarray(half.length));
      }, manner.pauseMs).unref();
      return answer.body.length;
    }
    case 'cutByReset':
    case 'cutByEnd': {
      const half = answer.body.subarray(0, answer.body.length >> 1);
      const { socket } = res;
      writeHead(res, answer);
      res.write(half, () => {
        if (manner.kind === 'cutByEnd') socket?.end();
        else setTimeout(() => socket?.resetAndDestroy(), beforeResetMs).unref();
      });
      return half.length;
    }
  }
}

function writeHead(res: ServerResponse, answer: Answer): void {
  res.writeHead(answer.status, { ...answer.headers, 'content-length': answer.body.length });
}
