import type { Instant } from './job/job.ts';

/** One request to an API. `path` starts with `/` and is sent as it stands. */
export interface Outgoing {
  readonly origin: string;
  readonly path: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export interface ExchangeLimits {
  /** From the moment the request goes onto a socket until the last byte of the answer. */
  readonly timeoutMs: number;
  /** Of an answer, packed as well as unpacked. */
  readonly answerBytes: number;
}

export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>;

export interface Answer {
  readonly type: 'answered';
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly text: string;
}

/** No whole answer came. `sent`: at least a byte of the request may have reached the server. */
export interface Broken {
  readonly type: 'broken';
  readonly sent: boolean;
  /** `aborted`, `timeout`, `too_long`, `sent_twice`, or the code of the network error. */
  readonly why: string;
  /** The same in words, where a proxy is at fault. */
  readonly words?: string;
  /** What came of the answer before it broke off, if anything did. */
  readonly text?: string;
}

/** What carries a provider's calls. */
export interface Transport {
  /** Sends one request once and reads the whole answer, following nothing. Never rejects for what the network does. */
  exchange(outgoing: Outgoing, limits: ExchangeLimits, signal: AbortSignal): Promise<Answer | Broken>;
  /** For the date of a Retry-After. */
  now(): Instant;
}

/** The first value of a header. */
export function header(headers: AnswerHeaders, name: string): string | null {
  const value = headers[name];
  return (typeof value === 'string' ? value : value?.[0]) ?? null;
}
