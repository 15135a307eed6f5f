import type { JsonObject, JsonValue } from '../core/json.ts';
import { type Card, paintCard } from './pictures/card-picture.ts';
import { paddedPng, palettePng } from './pictures/palette-png.ts';
import { sampleVideo } from './pictures/sample-video.ts';
import { outputCount, withDefaults } from './simulated-models.ts';
import type { SimulatedRequest } from './simulated-requests.ts';

const maxKept = 16;

/** Paints the pictures of outputs by a key; keeps the last few, for clients that return. */
export function simulatedOutputs(): (key: string, card: () => Card, bytes: number | null) => Buffer {
  const kept = new Map<string, Buffer>();
  let padded: Buffer | null = null;
  return (key, card, bytes) => {
    if (bytes !== null) {
      if (padded?.length !== bytes) padded = paddedPng(palettePng(plainImage), bytes);
      return padded;
    }
    const png = kept.get(key) ?? palettePng(paintCard(card()));
    kept.delete(key);
    kept.set(key, png);
    if (kept.size > maxKept) kept.delete(kept.keys().next().value as string);
    return png;
  };
}

const plainImage = {
  width: 16,
  height: 16,
  pixels: new Uint8Array(256),
  palette: [[41, 98, 255]],
} as const;

/** The sample, followed by a box that players skip and that differs by input. */
export function labelledVideo(request: SimulatedRequest): Buffer {
  const label = Buffer.from(JSON.stringify(request.input)).subarray(0, 4_000);
  const box = Buffer.alloc(8);
  box.writeUInt32BE(8 + label.length, 0);
  box.write('free', 4, 'latin1');
  return Buffer.concat([sampleVideo, box, label]);
}

/** What the picture of this output shows. */
export function cardOf(request: SimulatedRequest, index: number): Card {
  const input = withDefaults(request.model, request.input);
  const { prompt, seed, style, aspect_ratio: aspectRatio, ...rest } = input;
  const count = outputCount(request.input);
  const facts = [
    seed === undefined || seed === null ? null : `seed ${seed}`,
    typeof style === 'string' ? style : null,
    typeof aspectRatio === 'string' ? aspectRatio : null,
    count > 1 ? `${index + 1} of ${count}` : null,
  ].filter((fact) => fact !== null);
  return {
    prompt: typeof prompt === 'string' ? prompt.slice(0, 4_000) : '',
    style: typeof style === 'string' ? style : 'auto',
    aspectRatio: typeof aspectRatio === 'string' ? aspectRatio : '1:1',
    facts,
    notes: [
      ...otherInputs(request.input, rest).map(([name, value]) => `${name}: ${shown(value)}`),
      `${request.model.id}  #${request.key.slice(0, 8)}`,
    ],
    variant: (typeof seed === 'number' ? seed : 0) + 3 * index,
  };
}

// Defaults that were not given are left out, unless they change the picture.
function otherInputs(given: JsonObject, rest: JsonObject): readonly (readonly [string, JsonValue])[] {
  return Object.entries(rest).filter(
    ([name, value]) => value !== null && (Object.hasOwn(given, name) || name === 'expand_prompt'),
  );
}

function shown(value: JsonValue): string {
  return (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 200);
}
