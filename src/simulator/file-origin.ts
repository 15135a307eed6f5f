import { createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type Answer, expiredLink, plainAnswer } from './simulated-answers.ts';
import type { Call, Stage } from './simulated-stage.ts';

/** The files of one request that has succeeded. */
export interface StoredFiles {
  readonly count: number;
  /** null: no type is declared. */
  readonly contentType: string | null;
  /** When they are deleted; null: never. */
  readonly deletedAt: number | null;
  /** The bytes of one of them, counted from 0. */
  bytes(index: number): Buffer;
}

/** What the file origin needs. */
export interface FileStage extends Stage {
  /** null: there are none. */
  readonly filesOf: (id: string, now: number) => StoredFiles | null;
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

/** How links are made. */
interface LinkTerms {
  readonly filesUrl: string;
  readonly seed: number;
  readonly now: number;
  readonly lifetimeMs: number | null;
}

/**
 * Links to the files of a request, which have these names: signed, good for `lifetimeMs` from now, or (null) as real
 * ones look, without a query and without an end.
 */
export function linksTo(
  { filesUrl, seed, now, lifetimeMs }: LinkTerms,
  id: string,
  names: readonly string[],
): readonly string[] {
  return names.map((name, index) => {
    if (lifetimeMs === null) return `${filesUrl}/${folderOf(seed, id)}/${nameOf(seed, id, index)}_${name}`;
    const expires = now + lifetimeMs;
    const signed = signature(seed, id, index, expires);
    return `${filesUrl}/outputs/${id}/${index}/${name}?expires=${expires}&signature=${signed}`;
  });
}

/** Whose file a link leads to; `isGood` says whether the link was given out and still works. */
interface Named {
  readonly id: string;
  readonly index: number;
  isGood(now: number): boolean;
}

// As many as one request makes.
const maxFiles = 128;

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
  const unsigned = /^\/([\w-]{22})\/([\w-]{22})\/([\w-]{21})_[\w.-]+$/.exec(url.pathname);
  if (!unsigned) return null;
  const [, account, folder, name] = unsigned as unknown as [string, string, string, string];
  const id = idIn(folder);
  let index = 0;
  while (index < maxFiles && nameOf(seed, id, index) !== name) index += 1;
  return { id, index, isGood: () => index < maxFiles && folderOf(seed, id) === `${account}/${folder}` };
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
  const files = file === null ? null : stage.filesOf(file.id, now);
  if (file === null || files === null) return plainAnswer(404, 'text/plain', 'There is no such file.\n');
  const isGone = files.deletedAt !== null && now >= files.deletedAt;
  if (isGone || !file.isGood(now) || file.index >= files.count) return expiredLink();
  return plainAnswer(200, files.contentType, files.bytes(file.index));
}
