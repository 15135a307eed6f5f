import { isJsonObject, type JsonObject } from '../core/json.ts';
import { type Answer, jsonAnswer, refused } from './simulated-answers.ts';
import { namedPrice, type SimulatedModel, simulatedModels } from './simulated-models.ts';

/** What the catalogue contains besides the models. */
interface CatalogueTerms {
  /** The price of the default model; null: unknown. */
  readonly priceUsd: number | null;
  /** The most entries on one page, whatever was requested; null: as many as were requested. */
  readonly pageCap: number | null;
}

/** `GET /v1/models?search=&category=&kind=&include_schema=&limit=&offset=` */
export function catalogueAnswer(query: URLSearchParams, terms: CatalogueTerms): Answer {
  const asked = wholeNumber(query, 'limit', 50, 1, 500);
  const offset = wholeNumber(query, 'offset', 0, 0, Number.MAX_SAFE_INTEGER);
  if (asked === null || offset === null) {
    const name = asked === null ? 'limit' : 'offset';
    return refused.input([
      { loc: ['query', name], msg: `Input should be a valid ${name}`, type: 'int_parsing' },
    ]);
  }
  const limit = Math.min(asked, terms.pageCap ?? asked);
  const search = (query.get('search') ?? '').toLowerCase();
  const [category, kind] = [query.get('category') || null, query.get('kind') || null];
  const found = simulatedModels.filter(
    (model) =>
      `${model.id} ${model.displayName} ${model.description}`.toLowerCase().includes(search) &&
      (category === null || model.categories.includes(category)) &&
      (kind === null || model.kind === kind),
  );
  const withSchema = query.get('include_schema') === 'true';
  const models = found.slice(offset, offset + limit).map((model) => entryOf(model, withSchema, terms));
  return jsonAnswer(200, { models, total: found.length, limit, offset });
}

/** `GET /v1/models/categories` */
export function categoriesAnswer(): Answer {
  const categories = [...new Set(simulatedModels.flatMap((model) => model.categories))].sort();
  return jsonAnswer(200, { categories });
}

/** `GET /v1/models/{model_id}` */
export function modelAnswer(id: string, terms: CatalogueTerms): Answer {
  const model = simulatedModels.find((each) => each.id === id);
  return model === undefined ? refused.model(id) : jsonAnswer(200, entryOf(model, true, terms));
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

function entryOf(model: SimulatedModel, withSchema: boolean, { priceUsd }: CatalogueTerms): JsonObject {
  const price = namedPrice(model, priceUsd);
  const { properties, required } = model.inputSchema;
  return {
    model_id: model.id,
    display_name: model.displayName,
    description: model.description,
    categories: model.categories,
    kind: model.kind,
    base_price_usd: price?.usd ?? null,
    price_unit: price?.unit ?? null,
    pricing_note: price === null ? null : model.pricingNote,
    model_url: model.modelUrl,
    inputs: isJsonObject(properties) ? Object.keys(properties) : [],
    required_inputs: required ?? [],
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
