import type { Dispatcher } from 'undici';
import { failure, JobFailure } from '../core/failures.ts';
import type { Instant } from '../core/job.ts';
import { retryAfterMs } from '../core/pace.ts';
import type { Download, OpenLink } from '../core/ports.ts';
import { answerHead, discardBody, firstHeader, redirectStatuses } from './answer-head.ts';
import { networkCode } from './exchange.ts';
import { networkWords } from './faults.ts';
import { type LinkRules, linkGate, refusedLink } from './link-gate.ts';

export interface LinkOptions extends LinkRules {
  readonly dispatcher: Dispatcher;
  /** The largest file that is taken. */
  readonly maxBytes: number;
  /** For a Retry-After that is a date. */
  readonly now: () => Instant;
  /** The longest wait for the head of an answer; half a minute by default. */
  readonly headMs?: number;
  /** The longest wait for more bytes; a minute by default. */
  readonly idleMs?: number;
}

type Response = Dispatcher.ResponseData;

const mostRedirects = 3;

/** What no image, video or sound is served as: the page or error object of something in between. */
const notMedia =
  /^\s*(text\/html|application\/xhtml\+xml|text\/xml|application\/(?:[\w.-]+\+)?(?:json|xml))\b/i;

/**
 * Opens links of results: allowed hosts alone, at every redirect anew, without token or cookies. Throws `JobFailure`
 * (`download_failed`, `RefusedLink` where another try is in vain), and the signal's reason when aborted.
 */
export function openLinks(options: LinkOptions): OpenLink {
  const gate = linkGate(options);
  return async (link, signal) => {
    let url = gate(link, null);
    for (let hops = 0; ; hops += 1) {
      const response = await head(url, options, signal);
      if (!redirectStatuses.has(response.statusCode)) return download(url, response, options, signal);
      discardBody(response);
      const { location } = response.headers;
      if (typeof location !== 'string' || hops === mostRedirects) {
        throw failed(url, typeof location === 'string' ? 'redirects too often' : 'redirects nowhere');
      }
      url = gate(location, url);
    }
  };
}

async function head(url: URL, options: LinkOptions, signal: AbortSignal): Promise<Response> {
  const { dispatcher, headMs = 30_000, idleMs = 60_000 } = options;
  try {
    return await answerHead(url, { dispatcher, method: 'GET', headMs, idleMs }, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw failed(url, `could not be read: ${networkWords(networkCode(error))}`);
  }
}

function download(url: URL, response: Response, options: LinkOptions, signal: AbortSignal): Download {
  const { statusCode } = response;
  const contentType = firstHeader(response, 'content-type');
  const encoding = firstHeader(response, 'content-encoding') ?? 'identity';
  const bytes = Number(firstHeader(response, 'content-length') ?? Number.NaN);
  try {
    if (statusCode !== 200) {
      const askedMs = retryAfterMs(firstHeader(response, 'retry-after'), options.now());
      throw failed(url, `answered HTTP ${statusCode}`, statusCode, askedMs);
    }
    if (contentType !== null && notMedia.test(contentType)) {
      const type = contentType.slice(0, 60).replace(/[^\w/+.;=-]+/g, ' ');
      throw failed(url, `sent ${type.trim()} instead of a media file`, statusCode);
    }
    if (encoding.trim().toLowerCase() !== 'identity') {
      throw failed(url, 'sent a packed file, which was not asked for', statusCode);
    }
    if (bytes > options.maxBytes) throw tooLarge(url, options.maxBytes);
  } catch (error) {
    discardBody(response);
    throw error;
  }
  return {
    body: wholeBody(url, response, options.maxBytes, signal),
    contentType,
    bytes: Number.isFinite(bytes) ? bytes : null,
  };
}

async function* wholeBody(
  url: URL,
  response: Response,
  maxBytes: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  let bytes = 0;
  try {
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) throw tooLarge(url, maxBytes);
      yield chunk;
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof JobFailure) throw error;
    throw failed(url, `broke off after ${bytes} bytes: ${networkWords(networkCode(error))}`);
  }
}

/** Messages name the host alone: the rest of a link may be a signature. */
function failed(
  url: URL,
  what: string,
  http: number | null = null,
  askedMs: number | null = null,
): JobFailure {
  const message = `The download from ${url.hostname} failed: the host ${what}.`;
  return new JobFailure(failure('download_failed', message, { http }), { retryAfterMs: askedMs });
}

function tooLarge(url: URL, maxBytes: number): JobFailure {
  return refusedLink(`The file on ${url.hostname} is larger than the ${maxBytes} bytes that are allowed.`);
}
