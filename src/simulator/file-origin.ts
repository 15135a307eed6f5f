import { createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type Answer, expiredLink, plainAnswer } from './simulated-answers.ts';
import { outputCount } from './simulated-models.ts';
import type { SimulatedRequest, SimulatedRequests } from './simulated-requests.ts';
import type { Call, Stage } from './simulated-stage.ts';

/** What the file origin needs. `picture` makes the bytes of one output, counted from 0. */
export interface FileStage extends Stage {
  readonly requests: SimulatedRequests;
  readonly picture: (request: SimulatedRequest, index: number) => Buffer;
}

function signature(seed: number, id: string, index: number, expires: number): string {
  return createHmac('sha256', `links of simulator ${seed}`).update(`${id}/${index}/${expires}`).digest('hex');
}

/** The part of an unsigned link that cannot be guessed: 21 characters. */
function nameOf(seed: number, id: string, index: number): string {
  const hash = createHmac('sha256', `names of simulator ${seed}`).update(`${id}/${index}`);
  return hash.digest('base64url').slice(0, 21);
}

/** The folders of the account and of the request, whose id is spelled in other letters. */
function folderOf(seed: number, id: string): string {
  const account = createHmac('sha256', `account of simulator ${seed}`).digest('base64url').slice(0, 22);
  return `${account}/${Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url')}`;
}

function idIn(folder: string): string {
  const hex = Buffer.from(folder, 'base64url').toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/**
 * Links to the outputs of a request: signed, good for `lifetimeMs` from now, or (null) as real ones look, without a
 * query and without an end.
 */
export function linksTo(
  filesUrl: string,
  seed: number,
  request: SimulatedRequest,
  now: number,
  lifetimeMs: number | null,
): readonly string[] {
  const extension = request.model.makes === 'video' ? 'mp4' : 'png';
  return Array.from({ length: outputCount(request.input) }, (_, index) => {
    if (lifetimeMs === null) {
      const name = `${nameOf(seed, request.id, index)}_output.${extension}`;
      return `${filesUrl}/${folderOf(seed, request.id)}/${name}`;
    }
    const expires = now + lifetimeMs;
    const signed = signature(seed, request.id, index, expires);
    return `${filesUrl}/outputs/${request.id}/${index}/output.${extension}?expires=${expires}&signature=${signed}`;
  });
}

/** Whose file a link leads to; `isGood` says whether the link was given out and still works. */
interface Named {
  readonly id: string;
  readonly index: number;
  isGood(now: number): boolean;
}

function named(seed: number, url: URL): Named | null {
  const signed = /^\/outputs\/([^/]+)\/(\d+)\//.exec(url.pathname);
  if (signed) {
    const [, id, number] = signed as unknown as [string, string, string];
    const index = Number(number);
    const expires = Number(url.searchParams.get('expires'));
    return {
      id,
      index,
      isGood: (now) =>
        url.searchParams.get('signature') === signature(seed, id, index, expires) && expires > now,
    };
  }
  const unsigned = /^\/([\w-]{22})\/([\w-]{22})\/([\w-]{21})_output\.\w+$/.exec(url.pathname);
  if (!unsigned) return null;
  const [, account, folder, name] = unsigned as unknown as [string, string, string, string];
  const id = idIn(folder);
  const index = [0, 1, 2, 3].find((each) => nameOf(seed, id, each) === name) ?? -1;
  return { id, index, isGood: () => index >= 0 && folderOf(seed, id) === `${account}/${folder}` };
}

/** Recognises requests for files. A request with a token is refused: it should not have one. */
export function fileCalls(stage: FileStage): (req: IncomingMessage) => Call {
  return (req) => {
    const url = new URL(req.url ?? '/', 'http://files');
    const file = named(stage.seed, url);
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
      keyOf: () => `${file?.id ?? ''}/${file?.index ?? ''}`,
      perform: () => {
        if (req.method !== 'GET' && req.method !== 'HEAD') {
          return plainAnswer(405, 'text/plain', 'Only GET and HEAD.\n', { allow: 'GET, HEAD' });
        }
        return fileAnswer(stage, file);
      },
    };
  };
}

/** The file behind a link of this origin, without a call. */
export function fileAt(stage: FileStage, link: string): Answer {
  return fileAnswer(stage, named(stage.seed, new URL(link)));
}

function fileAnswer(stage: FileStage, file: Named | null): Answer {
  const now = stage.now();
  const request = file === null ? undefined : stage.requests.find(file.id);
  if (file === null || request === undefined || stage.requests.standing(request, now).state !== 'succeeded') {
    return plainAnswer(404, 'text/plain', 'There is no such file.\n');
  }
  if (!file.isGood(now) || file.index >= outputCount(request.input)) return expiredLink();
  return plainAnswer(200, request.model.contentType, stage.picture(request, file.index));
}
