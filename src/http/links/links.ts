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
  /** Larger files are refused. */
  readonly maxBytes: number;
  /** Downloads at once, each until its body has ended; unlimited by default. */
  readonly atOnce?: number;
  /** For a Retry-After that is a date. */
  readonly now: () => Instant;
  /** How long to wait for the head of an answer; half a minute by default. */
  readonly headMs?: number;
  /** How long to wait for more bytes; a minute by default. */
  readonly idleMs?: number;
  /** Slower downloads are given up; by default those below 60 KB a minute and those that take two hours. */
  readonly speed?: SpeedLimits;
}

// Slower than any connection in use: such a host would hold its download slot for days.
const defaultSpeed: SpeedLimits = { minBytes: 60_000, periodMs: 60_000, wholeMs: 2 * 3_600_000 };

const maxRedirects = 3;

/** Some answers may be temporary; other refusals need a fresh link. */
function helpFor(http: number | null): Help {
  if (http === null || http < 400 || http >= 500) return 'another_try';
  return http === 408 || http === 425 || http === 429 ? 'another_try' : 'another_link';
}

/**
 * Opens links of results: on allowed hosts only, which is checked again at every redirect, and without token or
 * cookies. Throws `JobFailure` (`download_failed`; `RefusedLink` if another try is useless), and the signal's reason
 * when aborted.
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

/** The same download, which calls `leave` once when it has ended. */
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
  const { dispatcher, headMs = 30_000, idleMs = 60_000, speed = defaultSpeed } = options;
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
      throw failed(url, 'sent a file with an unknown Content-Encoding', {
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
    // The packed length does not tell the length of the file.
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
  if (error instanceof TooSlow) return failed(url, `sent too slowly: ${error.message}`);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const isPacking = /^(Z_|ERR_|ZSTD_)/.test(code) && !code.startsWith('ERR_STREAM');
  const words = isPacking ? `it cannot be unpacked (${code})` : troubleWords(error);
  return failed(url, `broke off after ${received} bytes: ${words}`);
}

/** Messages name only the host: the rest of a link may be a signature. */
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
