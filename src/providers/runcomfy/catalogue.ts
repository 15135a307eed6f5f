import { UserError } from '../../core/complaints.ts';
import { retold } from '../../core/job/failure-sentences.ts';
import type { JobFailure } from '../../core/job/failures.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Catalogue } from '../../core/provider.ts';
import type { Answer, Broken } from '../../core/transport.ts';
import { errorText } from '../../http/server-text.ts';
import { refusalStatus } from './answers.ts';
import { authorizedCalls, type Endpoint, modelPath } from './authorized.ts';
import { balanceUrl } from './base-url.ts';
import { readBalanceUsd, readModel, readModelPage } from './catalogue-wire.ts';
import { answerFault, brokenWords, unreadableFault } from './faults.ts';
import { errorCode, parseBody } from './wire.ts';

const pageSize = 100;
// Dozens of times as many as there are: a server whose list never ends must not hold up a command for ever.
const maxPages = 200;
const noModelCode = 400001;
const refusedTokenCode = 400004;

export function catalogue(endpoint: Endpoint): Catalogue {
  const calls = authorizedCalls(endpoint);

  function readBody(end: Answer | Broken, what: string, signal: AbortSignal): JsonObject {
    if (end.type === 'broken') {
      if (end.why === 'aborted') throw signal.reason;
      throw unreached(what, end, endpoint.base);
    }
    const body = parseBody(end.text);
    if (end.status < 200 || end.status > 299 || (body !== null && errorCode(body) !== null)) {
      throw complaint(what, answerFault('read', end, endpoint));
    }
    if (body === null) throw lacking(what, end);
    return body;
  }

  function lacking(what: string, end: Answer | Broken): UserError {
    return complaint(what, unreadableFault('read', end as Answer, what, endpoint));
  }

  return {
    async model(id, signal) {
      const path = modelPath(id);
      if (path === null) return null;
      const end = await calls.read('GET', `/v1/models/${path}`, signal);
      if (isMissing(end)) return null;
      const what = `model ${id}`;
      const model = readModel(readBody(end, what, signal), endpoint.token);
      if (model === null) throw lacking(what, end);
      return model;
    },

    async *search(words, signal) {
      const seen = new Set<string>();
      let [offset, total] = [0, Number.POSITIVE_INFINITY];
      for (let pages = 0; offset < total && pages < maxPages; pages += 1) {
        const query = new URLSearchParams({ limit: String(pageSize), offset: String(offset) });
        if (words !== null) query.set('search', words);
        const end = await calls.read('GET', `/v1/models?${query}`, signal);
        const page = readModelPage(readBody(end, 'list of models', signal), endpoint.token);
        if (page === null) throw lacking('list of models', end);
        const fresh = page.models.filter(({ id }) => !seen.has(id));
        for (const model of fresh) seen.add(model.id);
        yield* fresh;
        // A server that ignores the offset would send the same page for ever.
        if (fresh.length === 0) return;
        offset += page.entries;
        total = page.total ?? Number.POSITIVE_INFINITY;
      }
    },

    async balanceUsd(signal) {
      const end = await calls.readAt(balanceUrl(endpoint.base), signal);
      const usd = readBalanceUsd(readBody(end, 'balance', signal));
      if (usd === null) throw lacking('balance', end);
      return usd;
    },
  };
}

/** By its code, by 404, or by words that can mean nothing else. */
function isMissing(end: Answer | Broken): boolean {
  if (end.type === 'broken') return false;
  const body = parseBody(end.text);
  const code = body === null ? null : errorCode(body);
  const meant = refusalStatus(code) ?? end.status;
  if (code === noModelCode || meant === 404 || (end.status === 404 && code !== refusedTokenCode)) return true;
  const isRefusal = end.status >= 400 && end.status <= 499 && end.status !== 401 && end.status !== 403;
  return (
    isRefusal &&
    body !== null &&
    /\b(no such|unknown) model|model\b.{0,200}\b(not found|not exist|unknown)/i.test(errorText(body))
  );
}

/** No whole answer came. A model can be had without the catalogue, so its hint says how. */
function unreached(what: string, broken: Broken, base: URL): UserError {
  const why = broken.sent ? 'the API gave no whole answer' : 'the API cannot be reached';
  return new UserError(
    'api_unreachable',
    `The ${what} could not be read, since ${why}: ${brokenWords(broken, base)}.`,
    what.startsWith('model ')
      ? 'Try again later, check --base-url, or give its inputs with --schema FILE.'
      : tryAgain,
  );
}

const tryAgain = 'Try again later, or check --base-url.';

/** A read of the catalogue belongs to no job, so its failure is the user's to know. */
function complaint(what: string, { failure }: JobFailure): UserError {
  // It names no request that the API could have lost.
  const told =
    failure.kind === 'lost'
      ? retold(failure, failure.http === 403 ? 'unauthorized' : 'read_failed')
      : failure;
  const sentence = `The ${what} could not be read. ${told.message}`;
  return told.kind === 'unauthorized'
    ? new UserError('token', sentence, 'Check the API token; a regenerated one replaces the old at once.')
    : new UserError('api_unreachable', sentence, tryAgain);
}
