import { ink } from './card-colours.ts';
import { type Canvas, fillRect } from './pixel-text.ts';

/** A shape around the origin with radius 1: which ink stands there, or null. */
type Shape = (x: number, y: number) => number | null;

const disc: Shape = (x, y) => (distance(x, y) < 1 ? ink.accent : null);

const diamond: Shape = (x, y) => {
  const far = Math.abs(x) + Math.abs(y);
  return far < 0.62 ? ink.accentLight : far < 1.1 ? ink.accent : null;
};

const lens: Shape = (x, y) => {
  const far = distance(x, y);
  if (far > 1) return null;
  if (distance(x + 0.22, y + 0.24) < 0.14) return ink.text;
  return far > 0.84 ? ink.text : far > 0.66 ? ink.panel : far > 0.36 ? ink.accentDark : ink.accent;
};

const blocks: Shape = (x, y) => {
  if (Math.abs(x) > 1 || Math.abs(y) > 1) return null;
  if (x < 0 && y < 0) return ink.accent;
  if (x >= 0 && y >= 0) return ink.accentLight;
  const inside = distance(Math.abs(x) - 0.5, Math.abs(y) - 0.5) < 0.44;
  return inside ? ink.text : ink.accentDark;
};

const ball: Shape = (x, y) => {
  if (distance(x, y) > 1) return null;
  const light = distance(x + 0.36, y + 0.4);
  return light < 0.2 ? ink.text : light < 0.6 ? ink.accentLight : light < 1.08 ? ink.accent : ink.accentDark;
};

/** Five points, the first upwards; the notches lie at 0.46 of the radius. */
const star: Shape = (x, y) => {
  const far = distance(x, y);
  if (far > 1) return null;
  const turn = (Math.atan2(x, -y) + 2 * Math.PI) % fifth;
  const angle = Math.min(turn, fifth - turn);
  const edge = notchAside / (Math.cos(angle) * notchAside - Math.sin(angle) * (notchAlong - 1));
  return far < edge * 0.68 ? ink.accentLight : far < edge ? ink.text : null;
};

const fifth = (2 * Math.PI) / 5;
const [notchAlong, notchAside] = [0.46 * Math.cos(fifth / 2), 0.46 * Math.sin(fifth / 2)];

function distance(x: number, y: number): number {
  return Math.sqrt(x * x + y * y);
}

const emblems: Readonly<Record<string, Shape>> = {
  auto: disc,
  general: diamond,
  realistic: lens,
  design: blocks,
  render_3D: ball,
  anime: star,
};

/** The shape of a style; a style that we do not know, or none, is a disc. */
export function paintEmblem(canvas: Canvas, style: string, cx: number, cy: number, radius: number): void {
  const shape = (Object.hasOwn(emblems, style) ? emblems[style] : undefined) ?? disc;
  const reach = Math.ceil(radius * 1.15);
  for (let y = -reach; y <= reach; y += 1) {
    for (let x = -reach; x <= reach; x += 1) {
      const found = shape(x / radius, y / radius);
      const [px, py] = [Math.round(cx) + x, Math.round(cy) + y];
      if (found === null || px < 0 || py < 0 || px >= canvas.width || py >= canvas.height) continue;
      canvas.pixels[py * canvas.width + px] = found;
    }
  }
}

/** The edge of the picture, by style. */
export function paintFrame(canvas: Canvas, style: string): void {
  switch (style) {
    case 'general':
      band(canvas, 10, 3, ink.accentLight);
      return;
    case 'realistic':
      band(canvas, 0, 12, ink.text);
      return;
    case 'design':
      band(canvas, 0, 6, ink.accent);
      corners(canvas, 44);
      return;
    case 'render_3D':
      band(canvas, 0, 8, ink.accentDark);
      fillRect(canvas, 0, 0, canvas.width - 8, 8, ink.accentLight);
      fillRect(canvas, 0, 0, 8, canvas.height - 8, ink.accentLight);
      return;
    case 'anime':
      band(canvas, 0, 5, ink.panel);
      band(canvas, 8, 5, ink.text);
      return;
    default:
      return;
  }
}

function band(canvas: Canvas, inset: number, thick: number, colour: number): void {
  const [w, h] = [canvas.width - 2 * inset, canvas.height - 2 * inset];
  fillRect(canvas, inset, inset, w, thick, colour);
  fillRect(canvas, inset, inset + h - thick, w, thick, colour);
  fillRect(canvas, inset, inset, thick, h, colour);
  fillRect(canvas, inset + w - thick, inset, thick, h, colour);
}

function corners(canvas: Canvas, size: number): void {
  for (const x of [0, canvas.width - size]) {
    for (const y of [0, canvas.height - size]) fillRect(canvas, x, y, size, size, ink.accent);
  }
}
