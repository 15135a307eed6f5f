import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import type { Model } from '../../core/models.ts';
import type { Price } from '../../core/money/prices.ts';
import { cleanText } from '../../http/server-text.ts';
import { standardise } from '../wire/dialect.ts';
import { amount } from '../wire/wire.ts';

const maxProseLength = 2_000;

/** A model as the catalogue gives it; null without an id. Whatever else is missing or odd is 'not known'. */
export function readModel(body: JsonValue | undefined, token: string): Model | null {
  if (!isJsonObject(body) || typeof body.model_id !== 'string' || body.model_id === '') return null;
  const prose = (value: JsonValue | undefined): string | null =>
    typeof value === 'string' && value.trim() !== '' ? cleanText(value, token, maxProseLength) : null;
  return {
    id: cleanText(body.model_id, token),
    displayName: prose(body.display_name),
    description: prose(body.description),
    categories: Array.isArray(body.categories) ? body.categories.flatMap((word) => prose(word) ?? []) : [],
    kind: prose(body.kind),
    price: readPrice(body),
    pricingNote: prose(body.pricing_note),
    modelUrl: prose(body.model_url),
    inputSchema: isJsonObject(body.input_schema) ? standardise(body.input_schema) : null,
  };
}

/** `image`, `Images`, `per output`, `/second`: what a base price is of. */
const priceUnits = new Map<string, Price['unit']>([
  ...(
    [
      'output',
      'image',
      'video',
      'audio',
      'file',
      'generation',
      'request',
      'run',
      'call',
      'clip',
      'song',
    ] as const
  ).map((word) => [word, 'output'] as const),
  ['second', 'second'],
  ['sec', 'second'],
  ['s', 'second'],
]);

function readPrice(body: JsonObject): Price | null {
  const usd = amount(body.base_price_usd);
  if (usd === null || typeof body.price_unit !== 'string') return null;
  const word = body.price_unit
    .trim()
    .toLowerCase()
    .replace(/^(usd )?(per\b|\/)[\s_-]*/, '')
    .replace(/\(s\)$/, '');
  const unit = priceUnits.get(word) ?? priceUnits.get(word.replace(/s$/, ''));
  return unit === undefined ? null : { usd, unit };
}

interface ModelPage {
  readonly models: readonly Model[];
  /** Entries on the page, readable or not: by these the next page is found. */
  readonly entries: number;
  readonly total: number | null;
}

export function readModelPage(body: JsonObject, token: string): ModelPage | null {
  const { models } = body;
  if (!Array.isArray(models)) return null;
  return {
    models: models.flatMap((entry) => readModel(entry, token) ?? []),
    entries: models.length,
    total: amount(body.total),
  };
}
