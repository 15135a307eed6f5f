import type { Model } from '../../core/models.ts';
import { roundedUsd } from '../../core/money/prices.ts';

/** A model of the catalogue for programs, without its inputs. */
export function modelJson({ id, displayName, description, categories, kind, ...model }: Model) {
  const { price, pricingNote, modelUrl } = model;
  return {
    id,
    display_name: displayName,
    description,
    categories,
    kind,
    price: price === null ? null : { usd: roundedUsd(price.usd), unit: price.unit },
    price_note: pricingNote,
    model_url: modelUrl,
  };
}
