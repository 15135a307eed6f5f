import type { Direction } from '../app.ts';
import { isTyping } from '../dom.ts';

/** What can be done in the lightbox by a key or a button. */
export interface LightboxDeeds {
  close(): void;
  walk(direction: Direction): void;
  walkFiles(step: 1 | -1): void;
  larger(): void;
  smaller(): void;
  fit(): void;
  actualSize(): void;
  star(): void;
  layAside(): void;
  toggleDetails(): void;
}

interface Order {
  readonly does: string;
  readonly keys: Readonly<Record<string, (deeds: LightboxDeeds) => void>>;
}

// Esc is the dialog's own.
const orders: readonly Order[] = [
  {
    does: 'go to the neighbour on that side',
    keys: {
      ArrowLeft: (deeds) => deeds.walk('left'),
      ArrowUp: (deeds) => deeds.walk('up'),
      ArrowRight: (deeds) => deeds.walk('right'),
      ArrowDown: (deeds) => deeds.walk('down'),
    },
  },
  {
    does: 'former file, or picture of the same cell',
    keys: { '[': (deeds) => deeds.walkFiles(-1), PageUp: (deeds) => deeds.walkFiles(-1) },
  },
  {
    does: 'next file, or picture of the same cell',
    keys: { ']': (deeds) => deeds.walkFiles(1), PageDown: (deeds) => deeds.walkFiles(1) },
  },
  { does: 'larger', keys: { '+': (deeds) => deeds.larger(), '=': (deeds) => deeds.larger() } },
  { does: 'smaller', keys: { '-': (deeds) => deeds.smaller() } },
  { does: 'fit into the window', keys: { 0: (deeds) => deeds.fit() } },
  { does: 'a pixel of the file on a pixel of the screen', keys: { 1: (deeds) => deeds.actualSize() } },
  { does: 'star', keys: { s: (deeds) => deeds.star() } },
  { does: 'lay aside for comparison, or take back', keys: { c: (deeds) => deeds.layAside() } },
  { does: 'show or hide the details', keys: { i: (deeds) => deeds.toggleDetails() } },
];

/** The keys, as events name them, and what they do. */
export const lightboxKeys = orders.map(({ keys, does }) => ({ keys: Object.keys(keys), does }));

const deedOf = new Map(orders.flatMap(({ keys }) => Object.entries(keys)));

/** Obeys a key, unless it is meant for a field or for the browser. */
export function obeyKey(event: KeyboardEvent, deeds: LightboxDeeds): void {
  // What lies behind the dialog has keys of its own.
  event.stopPropagation();
  const { target, key, ctrlKey, metaKey, altKey } = event;
  const deed = deedOf.get(key);
  if (deed === undefined || isTyping(target) || ctrlKey || metaKey || altKey) return;
  event.preventDefault();
  deed(deeds);
}
