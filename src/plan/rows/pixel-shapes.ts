import type { JsonValue } from '../../core/json.ts';

/** Width and height, in pixels or as a ratio. */
export interface Shape {
  readonly width: number;
  readonly height: number;
}

/** `1024x1024`, `1920 × 1080`, `1280*720`, `16:9`; null for anything else. */
export function shapeIn(value: JsonValue): Shape | null {
  if (typeof value !== 'string' || value.length > 40) return null;
  const [, width, height] = /^\s*(\d{1,5})\s*(?:px)?\s*[x×X*:]\s*(\d{1,5})\s*(?:px)?\s*$/.exec(value) ?? [];
  return width === undefined || height === undefined ? null : shapeOf(Number(width), Number(height));
}

export function shapeOf(width: number, height: number): Shape | null {
  const isWhole = Number.isSafeInteger(width) && Number.isSafeInteger(height);
  return isWhole && width > 0 && height > 0 ? { width, height } : null;
}

// Names of shapes that some models have in place of numbers.
const named: Readonly<Record<string, string>> = {
  square_hd: '1:1',
  square: '1:1',
  portrait_4_3: '3:4',
  portrait_16_9: '9:16',
  portrait: '3:4',
  landscape_4_3: '4:3',
  landscape_16_9: '16:9',
  landscape: '4:3',
};

/** The choice that asks for this shape: for these very pixels if there is one, else for their ratio; null: none does. */
export function choiceOfShape(shape: Shape, choices: readonly JsonValue[]): string | null {
  const shaped = choices.flatMap((choice) => {
    if (typeof choice !== 'string') return [];
    const of = shapeIn(choice) ?? shapeIn(named[choice] ?? null);
    return of === null ? [] : [{ choice, of }];
  });
  const exact = shaped.find(({ of }) => of.width === shape.width && of.height === shape.height);
  const alike = exact ?? shaped.find(({ of }) => of.width * shape.height === of.height * shape.width);
  return alike?.choice ?? null;
}
