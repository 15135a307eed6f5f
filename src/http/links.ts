import type { Dispatcher } from 'undici';
import { failure, type Help, JobFailure } from '../core/failures.ts';
import type { Instant } from '../core/job.ts';
import { retryAfterMs } from '../core/pace.ts';
import type { Download, OpenLink } from '../core/ports.ts';
import { type AnswerHead, answerHead, firstHeader, redirectStatuses } from './answer-head.ts';
import { networkCode } from './exchange.ts';
import { networkWords } from './faults.ts';
import { openLanes } from './lanes.ts';
import { type LinkRules, linkGate, refusedLink } from './link-gate.ts';
import { isPacked, unpacked } from './unpacking.ts';

export interface LinkOptions extends LinkRules {
  readonly dispatcher: Dispatcher;
  /** The largest file that is taken. */
  readonly maxBytes: number;
  /** Downloads at once, each until its body has ended; as many as are asked for by default. */
  readonly atOnce?: number;
  /** For a Retry-After that is a date. */
  readonly now: () => Instant;
  /** The longest wait for the head of an answer; half a minute by default. */
  readonly headMs?: number;
  /** The longest wait for more bytes; a minute by default. */
  readonly idleMs?: number;
}

const mostRedirects = 3;

const notUnpacked = 'sent a packed file that cannot be unpacked';

/** Answers that a moment may change; other refusals take a fresh link. */
function helpFor(http: number | null): Help {
  if (http === null || http < 400 || http >= 500) return 'another_try';
  return http === 408 || http === 425 || http === 429 ? 'another_try' : 'another_link';
}

/**
 * Opens links of results: allowed hosts alone, at every redirect anew, without token or cookies. Throws `JobFailure`
 * (`download_failed`, `RefusedLink` where another try is in vain), and the signal's reason when aborted.
 */
export function openLinks(options: LinkOptions): OpenLink {
  const gate = linkGate(options);
  const lanes = options.atOnce === undefined ? null : openLanes(options.atOnce);

  async function open(first: URL, signal: AbortSignal): Promise<Download> {
    let url = first;
    for (let hops = 0; ; hops += 1) {
      const response = await head(url, options, signal);
      if (!redirectStatuses.has(response.statusCode)) return download(url, response, options, signal);
      response.discard();
      const { location } = response.headers;
      if (typeof location !== 'string' || hops === mostRedirects) {
        const how = typeof location === 'string' ? 'redirects too often' : 'redirects nowhere';
        throw failed(url, how, { helpedBy: 'another_link' });
      }
      url = gate(location, url);
    }
  }

  return async (link, signal) => {
    const url = gate(link, null);
    if (lanes === null) return open(url, signal);
    const leave = await lanes(signal);
    try {
      return leaving(await open(url, signal), leave);
    } catch (error) {
      leave();
      throw error;
    }
  };
}

/** The same download, which tells once when nothing more of it comes. */
function leaving(download: Download, leave: () => void): Download {
  let hasLeft = false;
  function end(): void {
    if (!hasLeft) leave();
    hasLeft = true;
  }
  return {
    ...download,
    async read(atLeast) {
      try {
        const chunks = await download.read(atLeast);
        if (byteLength(chunks) < atLeast) end();
        return chunks;
      } catch (error) {
        end();
        throw error;
      }
    },
    discard() {
      download.discard();
      end();
    },
  };
}

function byteLength(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
}

async function head(url: URL, options: LinkOptions, signal: AbortSignal): Promise<AnswerHead> {
  const { dispatcher, headMs = 30_000, idleMs = 60_000 } = options;
  try {
    return await answerHead(url, { dispatcher, method: 'GET', headMs, idleMs }, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw failed(url, `could not be read: ${networkWords(networkCode(error))}`);
  }
}

function download(url: URL, response: AnswerHead, options: LinkOptions, signal: AbortSignal): Download {
  const { statusCode } = response;
  const contentType = firstHeader(response, 'content-type');
  const encoding = (firstHeader(response, 'content-encoding') ?? 'identity').trim().toLowerCase();
  const bytes = Number(firstHeader(response, 'content-length') ?? Number.NaN);
  try {
    if (statusCode !== 200) {
      const askedMs = retryAfterMs(firstHeader(response, 'retry-after'), options.now());
      throw failed(url, `answered HTTP ${statusCode}`, { http: statusCode, askedMs });
    }
    if (bytes > options.maxBytes) throw tooLarge(url, options.maxBytes);
  } catch (error) {
    response.discard();
    throw error;
  }
  const unpacking = isPacked(encoding) ? unpacked(encoding, response.body) : null;
  if (isPacked(encoding) && unpacking === null) {
    response.discard();
    throw failed(url, notUnpacked, { http: statusCode, helpedBy: 'another_link' });
  }
  const body = unpacking ?? response.body;
  return {
    contentType,
    bytes: Number.isFinite(bytes) && unpacking === null ? bytes : null,
    async read(atLeast) {
      try {
        const chunks = await body.read(atLeast);
        if (body.received() <= options.maxBytes) return chunks;
      } catch (error) {
        signal.throwIfAborted();
        const code = networkCode(error);
        if (code === 'Z_DATA_ERROR') throw failed(url, notUnpacked, { helpedBy: 'another_link' });
        throw failed(url, `broke off after ${body.received()} bytes: ${networkWords(code)}`);
      }
      response.discard();
      throw tooLarge(url, options.maxBytes);
    },
    discard() {
      response.discard();
      unpacking?.discard();
    },
  };
}

/** Messages name the host alone: the rest of a link may be a signature. */
function failed(
  url: URL,
  what: string,
  seen: { http?: number | null; askedMs?: number | null; helpedBy?: Help } = {},
): JobFailure {
  const { http = null, askedMs = null, helpedBy = helpFor(http) } = seen;
  const message = `The download from ${url.hostname} failed: the host ${what}.`;
  return new JobFailure(failure('download_failed', message, { http }), {
    retryAfterMs: askedMs,
    helpedBy,
  });
}

function tooLarge(url: URL, maxBytes: number): JobFailure {
  return refusedLink(`The file on ${url.hostname} is larger than the ${maxBytes} bytes that are allowed.`);
}
