import { isJsonObject, type JsonObject } from '../core/json.ts';
import type { Model } from '../core/models.ts';
import { basePriceUsd, type Price } from '../core/money/prices.ts';
import { ideogramV2 } from '../providers/runcomfy/built-in.ts';

/** A model that the simulator runs. */
export interface SimulatedModel extends Model {
  readonly inputSchema: JsonObject;
  /** What it charges, even if the catalogue has no price. */
  readonly charge: Price;
  readonly makes: 'image' | 'video';
  /** The word for success on `/result`. */
  readonly successWord: 'completed' | 'succeeded';
  /** null: the file origin declares no type. */
  readonly contentType: string | null;
}

/** What an output of the default model costs here, so that people see an estimate. The figure is the simulator's own. */
export const simulatedPriceUsd = 0.08;

const ownFigure = "A figure of the simulator's own, not RunComfy's price.";

const prompt = { type: 'string', title: 'Prompt' };
const seed = { type: 'integer', title: 'Seed', minimum: 0, maximum: 2_147_483_647, default: 0 };

function modelPage(id: string): string {
  return `https://www.runcomfy.com/models/${id}`;
}

export const simulatedModels: readonly SimulatedModel[] = [
  {
    ...ideogramV2,
    kind: 'model',
    pricingNote: ownFigure,
    modelUrl: modelPage(ideogramV2.id),
    inputSchema: ideogramV2.inputSchema ?? { type: 'object' },
    charge: { usd: simulatedPriceUsd, unit: 'output' },
    makes: 'image',
    successWord: 'completed',
    contentType: 'image/png',
  },
  simulated('blackforestlabs/flux-1-kontext/pro/edit', {
    displayName: 'FLUX.1 Kontext Pro Edit',
    kind: 'model',
    description: 'Edits an image by instruction.',
    category: 'image-to-image',
    usd: 0.04,
    successWord: 'succeeded',
    contentType: 'application/octet-stream',
    required: ['prompt', 'image_url'],
    properties: {
      prompt: {
        ...prompt,
        default: 'Make the jacket red.',
        validations: [{ kind: 'max_length', value: 4_000 }],
      },
      image_url: { type: 'string', title: 'Image', format: 'image_uri' },
      aspect_ratio: {
        type: 'string',
        title: 'Aspect ratio',
        enum: ['1:1', '16:9', '4:3', '3:2', '2:3', '3:4', '9:16', '21:9'],
        default: null,
      },
      guidance_scale: { type: 'float', title: 'Guidance', minimum: 1, maximum: 20, default: 3.5 },
      seed: { ...seed, default: null },
    },
  }),
  simulated('blackforestlabs/flux-2-klein/9b/text-to-image', {
    displayName: 'FLUX.2 klein 9B',
    kind: 'inference',
    description: 'Quick text to image.',
    category: 'text-to-image',
    usd: 0.012,
    successWord: 'succeeded',
    contentType: null,
    required: ['prompt'],
    properties: { prompt, steps: { type: 'integer', title: 'Steps', minimum: 1, maximum: 50, default: 4 } },
  }),
  simulated('google/nano-banana-2/text-to-image', {
    displayName: 'Nano Banana 2',
    kind: 'model',
    description: 'Text to image, up to four at once.',
    category: 'text-to-image',
    usd: 0.06,
    successWord: 'completed',
    contentType: 'image/png',
    required: ['prompt'],
    properties: {
      prompt,
      num_images: { type: 'integer', title: 'Images', minimum: 1, maximum: 4, default: 1 },
      aspect_ratio: {
        type: 'string',
        title: 'Aspect ratio',
        enum: ['1:1', '16:9', '9:16', '4:3', '3:4'],
        default: '1:1',
      },
    },
  }),
  simulated('wan-ai/wan-3.0/image-to-video', {
    displayName: 'Wan 3.0 image to video',
    kind: 'workflow',
    description: 'Sets an image in motion.',
    category: 'image-to-video',
    usd: 0.05,
    successWord: 'completed',
    contentType: 'video/mp4',
    required: ['prompt', 'image_url'],
    properties: {
      prompt,
      image_url: { type: 'string', title: 'First frame', format: 'image_uri' },
      duration: { type: 'integer', title: 'Seconds', enum: [5, 10], default: 5 },
      seed: { ...seed, default: null },
    },
  }),
];

interface Sketch extends Pick<SimulatedModel, 'successWord' | 'contentType'> {
  readonly kind: 'model' | 'workflow' | 'inference';
  readonly displayName: string;
  readonly description: string;
  readonly category: 'text-to-image' | 'image-to-image' | 'image-to-video';
  readonly usd: number;
  readonly required: readonly string[];
  readonly properties: JsonObject;
}

function simulated(id: string, sketch: Sketch): SimulatedModel {
  const makes = sketch.category === 'image-to-video' ? 'video' : 'image';
  const price: Price = { usd: sketch.usd, unit: makes === 'video' ? 'second' : 'output' };
  return {
    id,
    displayName: sketch.displayName,
    description: sketch.description,
    categories: [sketch.category],
    kind: sketch.kind,
    price,
    pricingNote: ownFigure,
    modelUrl: modelPage(id),
    inputSchema: { type: 'object', required: sketch.required, properties: sketch.properties },
    charge: price,
    makes,
    successWord: sketch.successWord,
    contentType: sketch.contentType,
  };
}

/** The input as the server reads it, with defaults filled in. */
export function withDefaults(model: SimulatedModel, input: JsonObject): JsonObject {
  const properties = isJsonObject(model.inputSchema.properties) ? model.inputSchema.properties : {};
  const defaults = Object.entries(properties).flatMap(([name, property]) =>
    name !== 'prompt' && isJsonObject(property) && property.default !== undefined
      ? [[name, property.default] as const]
      : [],
  );
  return { ...Object.fromEntries(defaults), ...input };
}

/** The price in the catalogue; for the default model the configured one, since the real one is unknown. */
export function namedPrice({ id, price }: SimulatedModel, defaultModelUsd: number | null): Price | null {
  if (id !== ideogramV2.id) return price;
  return defaultModelUsd === null ? null : { usd: defaultModelUsd, unit: 'output' };
}

/** In millionths of a dollar, so that sums stay exact. */
export function chargeMicroUsd(
  model: SimulatedModel,
  input: JsonObject,
  defaultModelUsd: number | null,
): number {
  const price = namedPrice(model, defaultModelUsd) ?? model.charge;
  return Math.round((basePriceUsd(price, withDefaults(model, input)) ?? 0) * 1_000_000);
}

export function outputCount(input: JsonObject): number {
  return typeof input.num_images === 'number' ? input.num_images : 1;
}
