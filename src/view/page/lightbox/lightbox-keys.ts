import type { Direction } from '../state/app.ts';
import { isTyping } from '../widgets/dom.ts';

/** What can be done in the lightbox by a key or a button. */
export interface LightboxActions {
  close(): void;
  walk(direction: Direction): void;
  walkFiles(step: 1 | -1): void;
  larger(): void;
  smaller(): void;
  fit(): void;
  actualSize(): void;
  star(): void;
  toggleCompared(): void;
  toggleDetails(): void;
}

interface Order {
  readonly does: string;
  readonly keys: Readonly<Record<string, (actions: LightboxActions) => void>>;
}

// Esc is the dialog's own.
const orders: readonly Order[] = [
  {
    does: 'go to the neighbour on that side',
    keys: {
      ArrowLeft: (actions) => actions.walk('left'),
      ArrowUp: (actions) => actions.walk('up'),
      ArrowRight: (actions) => actions.walk('right'),
      ArrowDown: (actions) => actions.walk('down'),
    },
  },
  {
    does: 'former file, or picture of the same cell',
    keys: { '[': (actions) => actions.walkFiles(-1), PageUp: (actions) => actions.walkFiles(-1) },
  },
  {
    does: 'next file, or picture of the same cell',
    keys: { ']': (actions) => actions.walkFiles(1), PageDown: (actions) => actions.walkFiles(1) },
  },
  { does: 'larger', keys: { '+': (actions) => actions.larger(), '=': (actions) => actions.larger() } },
  { does: 'smaller', keys: { '-': (actions) => actions.smaller() } },
  { does: 'fit into the window', keys: { 0: (actions) => actions.fit() } },
  { does: 'a pixel of the file on a pixel of the screen', keys: { 1: (actions) => actions.actualSize() } },
  { does: 'star', keys: { s: (actions) => actions.star() } },
  { does: 'lay aside for comparison, or take back', keys: { c: (actions) => actions.toggleCompared() } },
  { does: 'show or hide the details', keys: { i: (actions) => actions.toggleDetails() } },
];

/** The keys, as events name them, and what they do. */
export const lightboxKeys = orders.map(({ keys, does }) => ({ keys: Object.keys(keys), does }));

const deedOf = new Map(orders.flatMap(({ keys }) => Object.entries(keys)));

/** Obeys a key, unless it is meant for a field or for the browser. */
export function onLightboxKey(event: KeyboardEvent, actions: LightboxActions): void {
  // What lies behind the dialog has keys of its own.
  event.stopPropagation();
  const { target, key, ctrlKey, metaKey, altKey } = event;
  const deed = deedOf.get(key);
  if (deed === undefined || isTyping(target) || ctrlKey || metaKey || altKey) return;
  event.preventDefault();
  deed(actions);
}
