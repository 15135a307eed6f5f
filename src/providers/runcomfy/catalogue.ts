import type { Catalogue } from '../../core/provider.ts';
import { readBalanceUsd } from '../runcomfy-account.ts';
import { authorizedCalls, type Endpoint, modelPath } from '../wire/authorized.ts';
import { catalogueReads } from '../wire/catalogue-reads.ts';
import { balanceUrl } from './base-url.ts';
import { readModel, readModelPage } from './catalogue-wire.ts';
import { errorCodes } from './error-codes.ts';

const pageSize = 100;
// Dozens of times as many as there are: a server whose list never ends must not hold up a command for ever.
const maxPages = 200;

export function catalogue(given: Endpoint): Catalogue {
  const endpoint = { ...given, codes: errorCodes };
  const calls = authorizedCalls(endpoint);
  const { readBody, lacking, isMissing } = catalogueReads(endpoint, {
    without: (what) => (what.startsWith('model ') ? 'give its inputs with --schema FILE' : null),
  });

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
