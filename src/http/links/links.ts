import type { Dispatcher } from 'undici';
import { failure, type Help, JobFailure } from '../../core/job/failures.ts';
import type { Instant } from '../../core/job/job.ts';
import { retryAfterMs } from '../../core/pacing/pace.ts';
import type { Download, OpenLink } from '../../core/ports.ts';
import { troubleWords } from '../network-words.ts';
import { isPackedOddly, unpackedBody } from '../unpacking.ts';
import {
  type AnswerHead,
  answerHead,
  firstHeader,
  redirectStatuses,
  type SpeedLimits,
  TooSlow,
} from './answer-head.ts';
import { type LinkRules, linkGate, refusedLink } from './link-gate.ts';
import { semaphore } from './semaphore.ts';

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
  /** What comes more slowly is given up; 60 KB a minute and two hours for a whole file by default. */
  readonly speed?: SpeedLimits;
}

// Slower than any line that results are fetched over: such a host would hold its download slot for days.
const slowest: SpeedLimits = { leastBytes: 60_000, periodMs: 60_000, wholeMs: 2 * 3_600_000 };

const maxRedirects = 3;

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
  const enter = options.atOnce === undefined ? null : semaphore(options.atOnce);

  async function open(first: URL, signal: AbortSignal): Promise<Download> {
    let url = first;
    for (let hops = 0; ; hops += 1) {
      const response = await head(url, options, signal);
      if (!redirectStatuses.has(response.statusCode)) return download(url, response, options, signal);
      response.discard();
      const { location } = response.headers;
      if (typeof location !== 'string' || hops === maxRedirects) {
        const how = typeof location === 'string' ? 'redirects too often' : 'redirects nowhere';
        throw failed(url, how, { helpedBy: 'another_link' });
      }
      url = gate(location, url);
    }
  }

  return async (link, signal) => {
    const url = gate(link, null);
    if (enter === null) return open(url, signal);
    const leave = await enter(signal);
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
  const { dispatcher, headMs = 30_000, idleMs = 60_000, speed = slowest } = options;
  try {
    return await answerHead(url, { dispatcher, method: 'GET', headMs, idleMs, speed }, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw failed(url, `could not be read: ${troubleWords(error)}`);
  }
}

function download(url: URL, response: AnswerHead, options: LinkOptions, signal: AbortSignal): Download {
  const { statusCode } = response;
  const contentType = firstHeader(response, 'content-type');
  const packing = firstHeader(response, 'content-encoding');
  const bytes = Number(firstHeader(response, 'content-length') ?? Number.NaN);
  try {
    if (statusCode !== 200) {
      const askedMs = retryAfterMs(firstHeader(response, 'retry-after'), options.now());
      throw failed(url, `answered HTTP ${statusCode}`, { http: statusCode, askedMs });
    }
    if (isPackedOddly(packing)) {
      throw failed(url, 'sent a file that is packed in a way that is not known here', {
        http: statusCode,
        helpedBy: 'another_link',
      });
    }
    if (bytes > options.maxBytes) throw tooLarge(url, options.maxBytes);
  } catch (error) {
    response.discard();
    throw error;
  }
  const unpacked = unpackedBody(response.body, packing, response.discard);
  const { body, discard } = unpacked === null ? response : { body: unpacked, discard: unpacked.discard };
  return {
    contentType,
    // The length of what is packed says nothing of the file.
    bytes: Number.isFinite(bytes) && unpacked === null ? bytes : null,
    async read(atLeast) {
      try {
        const chunks = await body.read(atLeast);
        if (body.received() <= options.maxBytes) return chunks;
      } catch (error) {
        signal.throwIfAborted();
        throw brokenOff(url, body.received(), error);
      }
      discard();
      throw tooLarge(url, options.maxBytes);
    },
    discard,
  };
}

function brokenOff(url: URL, received: number, error: unknown): JobFailure {
  if (error instanceof TooSlow) return failed(url, `sends too slowly: ${error.message}`);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const isPacking = /^(Z_|ERR_|ZSTD_)/.test(code) && !code.startsWith('ERR_STREAM');
  const words = isPacking ? `it cannot be unpacked (${code})` : troubleWords(error);
  return failed(url, `broke off after ${received} bytes: ${words}`);
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
