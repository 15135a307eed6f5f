import type { JsonObject } from '../core/json.ts';
import { type Answer, jsonAnswer, refused } from './simulated-answers.ts';
import { type SimulatedModel, simulatedModels } from './simulated-models.ts';

/** `GET /v1/models?search=&category=&kind=&include_schema=&limit=&offset=` */
export function catalogueAnswer(query: URLSearchParams): Answer {
  const limit = wholeNumber(query, 'limit', 50, 1, 500);
  const offset = wholeNumber(query, 'offset', 0, 0, Number.MAX_SAFE_INTEGER);
  if (limit === null || offset === null) {
    const name = limit === null ? 'limit' : 'offset';
    return refused.input([
      { loc: ['query', name], msg: `Input should be a valid ${name}`, type: 'int_parsing' },
    ]);
  }
  const search = (query.get('search') ?? '').toLowerCase();
  const [category, kind] = [query.get('category') || null, query.get('kind') || null];
  const found = simulatedModels.filter(
    (model) =>
      `${model.id} ${model.displayName} ${model.description}`.toLowerCase().includes(search) &&
      (category === null || model.categories.includes(category)) &&
      (kind === null || model.kind === kind),
  );
  const withSchema = query.get('include_schema') === 'true';
  const models = found.slice(offset, offset + limit).map((model) => entryOf(model, withSchema));
  return jsonAnswer(200, { models, total: found.length, limit, offset });
}

/** `GET /v1/models/{model_id}` */
export function modelAnswer(id: string): Answer {
  const model = simulatedModels.find((each) => each.id === id);
  return model === undefined ? refused.model(id) : jsonAnswer(200, entryOf(model, true));
}

/** `GET /prod/v2/balance`; an endless wallet shows a million dollars. */
export function balanceAnswer(freeMicroUsd: number | null): Answer {
  const micro = freeMicroUsd ?? 1_000_000_000_000;
  return jsonAnswer(200, {
    balance_usd: micro / 1_000_000,
    balance_microdollars: micro,
    currency: 'USD',
  });
}

function entryOf(model: SimulatedModel, withSchema: boolean): JsonObject {
  return {
    model_id: model.id,
    display_name: model.displayName,
    description: model.description,
    categories: model.categories,
    kind: model.kind,
    base_price_usd: model.price?.usd ?? null,
    price_unit: model.price?.unit ?? null,
    pricing_note: model.pricingNote,
    model_url: model.modelUrl,
    ...(withSchema ? { input_schema: model.inputSchema } : {}),
  };
}

function wholeNumber(
  query: URLSearchParams,
  name: string,
  otherwise: number,
  least: number,
  most: number,
): number | null {
  const text = query.get(name);
  if (text === null || text === '') return otherwise;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : null;
}
