import { createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type Call, expiredLink, type Stage } from './fault-conduct.ts';
import { plainAnswer } from './simulated-answers.ts';
import { outputCount } from './simulated-models.ts';
import type { SimulatedRequest, SimulatedRequests } from './simulated-requests.ts';

/** What the file origin draws on. `picture` makes the bytes of one output, counted from 0. */
export interface FileStage extends Stage {
  readonly requests: SimulatedRequests;
  readonly picture: (request: SimulatedRequest, index: number) => Buffer;
}

function signature(seed: number, id: string, index: number, expires: number): string {
  return createHmac('sha256', `links of simulator ${seed}`).update(`${id}/${index}/${expires}`).digest('hex');
}

/** Signed links to the outputs of a request, good for `lifetimeMs` from now. */
export function signedLinks(
  filesUrl: string,
  seed: number,
  request: SimulatedRequest,
  now: number,
  lifetimeMs: number,
): readonly string[] {
  const expires = now + lifetimeMs;
  const name = request.model.makes === 'video' ? 'output.mp4' : 'output.png';
  return Array.from({ length: outputCount(request.input) }, (_, index) => {
    const signed = signature(seed, request.id, index, expires);
    return `${filesUrl}/outputs/${request.id}/${index}/${name}?expires=${expires}&signature=${signed}`;
  });
}

/** Understands requests for files. A request that brings a token is refused, since nobody asked for it. */
export function fileCalls(stage: FileStage): (req: IncomingMessage) => Call {
  return (req) => {
    const url = new URL(req.url ?? '/', 'http://files');
    const [, id = '', number = ''] = /^\/outputs\/([^/]+)\/(\d+)\//.exec(url.pathname) ?? [];
    if (req.headers.authorization !== undefined) {
      return {
        endpoint: 'other',
        keyOf: () => url.pathname,
        perform: () => {
          stage.counts.leaked();
          return plainAnswer(400, 'text/plain', 'This host takes no Authorization header.\n');
        },
      };
    }
    return {
      endpoint: 'file',
      keyOf: () => `${id}/${number}`,
      perform: () => {
        const request = stage.requests.find(id);
        const now = stage.now();
        if (req.method !== 'GET' && req.method !== 'HEAD') {
          return plainAnswer(405, 'text/plain', 'Only GET and HEAD.\n', { allow: 'GET, HEAD' });
        }
        if (request === undefined || stage.requests.standing(request, now).state !== 'succeeded') {
          return plainAnswer(404, 'text/plain', 'There is no such file.\n');
        }
        const index = Number(number);
        const expires = Number(url.searchParams.get('expires'));
        const signed = url.searchParams.get('signature') === signature(stage.seed, id, index, expires);
        if (!signed || expires <= now || index >= outputCount(request.input)) return expiredLink();
        return plainAnswer(200, request.model.contentType, stage.picture(request, index));
      },
    };
  };
}
