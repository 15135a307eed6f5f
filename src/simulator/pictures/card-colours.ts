/** The 16 colours of a card, by their place in the palette. */
export const ink = {
  panel: 0,
  text: 1,
  faint: 2,
  accent: 3,
  accentLight: 4,
  accentDark: 5,
  /** The first of the ten shades of the background, from dark to light. */
  shade: 6,
} as const;

export const shades = 10;

type Rgb = readonly [number, number, number];

/** How strong the colours of each style are; a style that is not listed is drawn like `auto`. */
const moods: Readonly<
  Record<string, { readonly chroma: number; readonly turn: number; readonly light: number }>
> = {
  auto: { chroma: 0.55, turn: 40, light: 0 },
  general: { chroma: 0.45, turn: 25, light: 0.04 },
  realistic: { chroma: 0.28, turn: 20, light: -0.04 },
  design: { chroma: 0.8, turn: 120, light: 0.04 },
  render_3D: { chroma: 0.4, turn: 60, light: -0.02 },
  anime: { chroma: 0.9, turn: -70, light: 0.1 },
};

/** Colours around a hue in degrees, as the style likes them. */
export function cardPalette(hue: number, style: string): readonly Rgb[] {
  const mood = (Object.hasOwn(moods, style) ? moods[style] : undefined) ?? moods.auto;
  const { chroma, turn, light } = mood as { chroma: number; turn: number; light: number };
  const accent = hue + 165;
  const ramp = Array.from({ length: shades }, (_, i) => {
    const t = i / (shades - 1);
    return rgb(hue + turn * (t - 0.5), chroma, 0.2 + light + 0.58 * t);
  });
  return [
    rgb(hue, 0.3, 0.1),
    rgb(hue, 0.3, 0.97),
    rgb(hue, 0.25, 0.72),
    rgb(accent, 0.8, 0.6),
    rgb(accent, 0.9, 0.82),
    rgb(accent, 0.7, 0.34),
    ...ramp,
  ];
}

/** From hue in degrees, saturation and lightness. */
function rgb(hue: number, saturation: number, lightness: number): Rgb {
  const chroma = saturation * Math.min(lightness, 1 - lightness);
  const channel = (n: number): number => {
    const k = (((n + hue / 30) % 12) + 12) % 12;
    return Math.round(255 * (lightness - chroma * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}
