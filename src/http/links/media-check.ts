import type { Dispatcher } from 'undici';
import type { BodyLimits } from '../../core/media.ts';
import { isLoopback } from '../addresses.ts';
import { networkCode, troubleWords } from '../network-words.ts';
import { type AnswerHead, answerHead, firstHeader, redirectStatuses } from './answer-head.ts';
import { mediaLinkFault } from './media-gate.ts';
import { faulty, type Judgement, judgeMedia, type LinkedKind, type MediaHead } from './media-verdict.ts';

export type { LinkedKind } from './media-verdict.ts';

export interface MediaUrl {
  readonly url: string;
  readonly kind: LinkedKind;
}

interface MediaVerdict {
  readonly url: string;
  /** A sentence that begins with the link in quotes; null: no fault was found. */
  readonly fault: string | null;
  /** A doubt, in a sentence of the same form. */
  readonly warning: string | null;
}

export interface MediaCheckOptions {
  readonly dispatcher: Dispatcher;
  readonly signal: AbortSignal;
  /** What the provider takes of each kind, in bytes. */
  readonly limits: BodyLimits['media'];
  /** Links checked at once; 8 by default. */
  readonly atOnce?: number;
  /** Links to this machine are allowed, also over http: for an API that runs here. */
  readonly allowLoopback?: boolean;
  /** How long to wait for one head; 15 seconds by default. */
  readonly headMs?: number;
}

const maxRedirects = 5;

/**
 * Checks whether the API could fetch these links: reachable without a login, of the right type, not too large. Each
 * link is checked once, for the kind with which it came first, and without the token. Verdicts come as they are known.
 * Rejects with the signal's reason when aborted.
 */
export async function* checkMediaUrls(
  urls: AsyncIterable<MediaUrl> | Iterable<MediaUrl>,
  options: MediaCheckOptions,
): AsyncGenerator<MediaVerdict, void, undefined> {
  const { signal, atOnce = 8 } = options;
  const seen = new Set<string>();
  const stop = new AbortController();
  const onAbort = (): void => stop.abort(signal.reason);
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  const underWay = new Set<Promise<MediaVerdict>>();

  async function settled(): Promise<MediaVerdict> {
    const first = await Promise.race([...underWay].map(async (check) => ({ check, verdict: await check })));
    underWay.delete(first.check);
    return first.verdict;
  }

  try {
    for await (const { url, kind } of urls) {
      stop.signal.throwIfAborted();
      if (seen.has(url)) continue;
      seen.add(url);
      underWay.add(checked(url, kind, options, stop.signal));
      if (underWay.size >= atOnce) yield await settled();
    }
    while (underWay.size > 0) yield await settled();
  } finally {
    signal.removeEventListener('abort', onAbort);
    // If the reader stops early, nothing stays under way.
    stop.abort(new Error('nobody waits for it'));
    await Promise.allSettled(underWay);
  }
}

async function checked(
  link: string,
  kind: LinkedKind,
  options: MediaCheckOptions,
  signal: AbortSignal,
): Promise<MediaVerdict> {
  const { fault, warning } = await judged(link, kind, options, signal);
  const sentence = (end: string | null): string | null => (end === null ? null : `"${shown(link)}" ${end}.`);
  return { url: link, fault: sentence(fault), warning: sentence(warning) };
}

/** Long links are signed ones: their query says nothing to people. */
function shown(link: string): string {
  const short = link.length <= 120 ? link : link.replace(/\?.*$/s, '?…');
  return short.length <= 120 ? short : `${short.slice(0, 119).toWellFormed()}…`;
}

async function judged(
  link: string,
  kind: LinkedKind,
  options: MediaCheckOptions,
  signal: AbortSignal,
): Promise<Judgement> {
  const start = URL.parse(link);
  if (start === null || /[\\\u0000-\u0020\u007f]/.test(link)) return faulty('is not a link');
  // HEAD alone would fail for links that are signed for GET, and for hosts without HEAD: a GET decides.
  const quick = await followed(start, 'HEAD', options, signal);
  if (!('why' in quick) && isDecisive(quick.status)) return judgeMedia(kind, quick, options.limits);
  if ('why' in quick && quick.final) return faulty(quick.why);
  const sure = await followed(start, 'GET', options, signal);
  return 'why' in sure ? faulty(sure.why) : judgeMedia(kind, sure, options.limits);
}

function isDecisive(status: number): boolean {
  return (status >= 200 && status <= 299) || status === 429;
}

/** No head came. `final`: another method would not help. */
interface NoHead {
  readonly why: string;
  readonly final: boolean;
}

async function followed(
  start: URL,
  method: 'GET' | 'HEAD',
  options: MediaCheckOptions,
  signal: AbortSignal,
): Promise<MediaHead | NoHead> {
  const allowsLoopback = options.allowLoopback === true && isLoopback(start);
  let url = start;
  for (let hops = 0; ; hops += 1) {
    const barred = mediaLinkFault(url, allowsLoopback);
    if (barred !== null) {
      return { why: hops === 0 ? barred : `leads to ${url.host}, which ${barred}`, final: true };
    }
    const answer = await oneHead(url, method, options, signal);
    if ('why' in answer || !redirectStatuses.has(answer.status)) return answer;
    const next = answer.location === null ? null : URL.parse(answer.location, url.href);
    if (next === null) return { why: 'redirects nowhere', final: false };
    if (hops === maxRedirects) return { why: `redirects more than ${maxRedirects} times`, final: true };
    url = next;
  }
}

const finalCodes: ReadonlySet<string> = new Set([
  'ENOTFOUND',
  'ECONNREFUSED',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
]);

async function oneHead(
  url: URL,
  method: 'GET' | 'HEAD',
  { dispatcher, headMs = 15_000 }: MediaCheckOptions,
  signal: AbortSignal,
): Promise<(MediaHead & { readonly location: string | null }) | NoHead> {
  // Only one byte is requested, and not even that is read.
  const headers = method === 'GET' ? { range: 'bytes=0-0' } : {};
  try {
    const wanted = { dispatcher, method, headers, headMs, idleMs: headMs };
    const response = await answerHead(url, wanted, signal);
    response.discard();
    return {
      status: response.statusCode,
      contentType: firstHeader(response, 'content-type'),
      bytes: wholeLength(response),
      location: firstHeader(response, 'location'),
    };
  } catch (error) {
    signal.throwIfAborted();
    return { why: `cannot be reached: ${troubleWords(error)}`, final: finalCodes.has(networkCode(error)) };
  }
}

/** The length of the file, even if only its first byte was requested. */
function wholeLength(response: AnswerHead): number | null {
  const length =
    response.statusCode === 206
      ? /^bytes [\d-]+\/(\d+)$/i.exec(firstHeader(response, 'content-range') ?? '')?.[1]
      : firstHeader(response, 'content-length');
  return length !== undefined && length !== null && /^\d+$/.test(length.trim()) ? Number(length) : null;
}
