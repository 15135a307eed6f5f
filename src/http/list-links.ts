import type { Dispatcher } from 'undici';
import { isLoopback } from './addresses.ts';
import { type AnswerHead, answerHead, firstHeader, redirectStatuses, TooSlow } from './links/answer-head.ts';
import { isPrivateHost } from './links/media-gate.ts';
import { troubleWords } from './network-words.ts';
import { isPackedOddly, unpackedBody } from './unpacking.ts';

interface ListLinkOptions {
  readonly dispatcher: Dispatcher;
  /** Larger lists are refused. */
  readonly maxBytes: number;
}

/** The answer to a link to a list. Neither token nor cookies are sent with it. */
export type ListAnswer =
  | {
      readonly type: 'list';
      /** Where the link led. */
      readonly url: URL;
      readonly contentType: string | null;
      /** Its name according to the server. */
      readonly fileName: string | null;
      /** The bytes without any Content-Encoding. Throws `ListRefused`. */
      readonly bytes: AsyncIterable<Uint8Array>;
    }
  /** `why` ends a sentence that begins with the host; `status`: the HTTP status; null: there was none. */
  | { readonly type: 'refused'; readonly status: number | null; readonly why: string };

/** A list that could not be read to its end. `message` ends a sentence that begins with the host. */
export class ListRefused extends Error {
  override readonly name = 'ListRefused';
}

const maxRedirects = 8;
const limits = {
  headMs: 30_000,
  idleMs: 60_000,
  speed: { minBytes: 10_000, periodMs: 60_000, wholeMs: 3_600_000 },
};

/**
 * Opens a link that the user gave, and follows redirects over https only: a public link may not lead to this machine or
 * its private network.
 */
export async function openListLink(
  first: URL,
  options: ListLinkOptions,
  signal: AbortSignal,
): Promise<ListAnswer> {
  let url = first;
  for (let hops = 0; ; hops += 1) {
    let head: AnswerHead;
    try {
      head = await answerHead(url, { dispatcher: options.dispatcher, method: 'GET', ...limits }, signal);
    } catch (error) {
      signal.throwIfAborted();
      return { type: 'refused', status: null, why: `could not be reached: ${troubleWords(error)}` };
    }
    if (!redirectStatuses.has(head.statusCode)) return answerOf(url, head, options, signal);
    head.discard();
    const next = URL.parse(firstHeader(head, 'location') ?? '', url.href);
    const why = hops === maxRedirects ? 'redirects too often' : redirectFault(first, next);
    if (next === null || why !== null)
      return { type: 'refused', status: head.statusCode, why: why ?? 'redirects nowhere' };
    if (next.hostname === 'accounts.google.com')
      return { type: 'refused', status: 401, why: 'asks to sign in' };
    next.hash = '';
    url = next;
  }
}

function redirectFault(first: URL, next: URL | null): string | null {
  if (next === null) return 'redirects nowhere';
  if (next.username !== '' || next.password !== '')
    return 'redirects to a link with a user name or a password';
  if (isLoopback(first) && isLoopback(next) && /^https?:$/.test(next.protocol)) return null;
  if (next.protocol !== 'https:') return 'redirects to a link that is not https';
  const leadsInside = isPrivateHost(next) && !isPrivateHost(first);
  return leadsInside ? 'redirects to this machine or a private network' : null;
}

function answerOf(url: URL, head: AnswerHead, options: ListLinkOptions, signal: AbortSignal): ListAnswer {
  const { statusCode: status } = head;
  const packing = firstHeader(head, 'content-encoding');
  const length = Number(firstHeader(head, 'content-length') ?? Number.NaN);
  const why =
    status !== 200
      ? `answered HTTP ${status}`
      : isPackedOddly(packing)
        ? 'sent an unknown Content-Encoding'
        : length > options.maxBytes
          ? tooLarge(options.maxBytes)
          : null;
  if (why !== null) {
    head.discard();
    return { type: 'refused', status, why };
  }
  const unpacked = unpackedBody(head.body, packing, head.discard);
  const body = unpacked ?? { ...head.body, discard: head.discard };
  return {
    type: 'list',
    url,
    contentType: firstHeader(head, 'content-type'),
    fileName: fileNameOf(firstHeader(head, 'content-disposition')),
    bytes: bytesOf(body, options.maxBytes, signal),
  };
}

interface Body {
  read(atLeast: number): Promise<readonly Uint8Array[]>;
  received(): number;
  discard(): void;
}

async function* bytesOf(body: Body, maxBytes: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  let isWhole = false;
  try {
    for (;;) {
      const chunks = await readOn(body, signal);
      if (body.received() > maxBytes) throw new ListRefused(tooLarge(maxBytes));
      yield* chunks;
      isWhole = chunks.length === 0;
      if (isWhole) return;
    }
  } finally {
    if (!isWhole) body.discard();
  }
}

async function readOn(body: Body, signal: AbortSignal): Promise<readonly Uint8Array[]> {
  try {
    return await body.read(65_536);
  } catch (error) {
    signal.throwIfAborted();
    const words = error instanceof TooSlow ? error.message : troubleWords(error);
    throw new ListRefused(`broke off after ${body.received()} bytes: ${words}`);
  }
}

function tooLarge(maxBytes: number): string {
  return `sends more than ${maxBytes / 2 ** 20} MiB, which no list of prompts has`;
}

/** RFC 6266: `filename*=UTF-8''…` takes precedence over `filename="…"`. */
export function fileNameOf(disposition: string | null): string | null {
  if (disposition === null) return null;
  const encoded = /filename\*\s*=\s*utf-8'[^']*'([^;\s]+)/i.exec(disposition)?.[1];
  if (encoded !== undefined) {
    try {
      return decodeURIComponent(encoded);
    } catch {
      // The other form may be valid.
    }
  }
  const [, quoted, bare] = /filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/i.exec(disposition) ?? [];
  return quoted?.replace(/\\(.)/g, '$1') ?? bare ?? null;
}
