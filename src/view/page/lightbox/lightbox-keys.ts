import type { Direction } from '../state/app.ts';
import { isTyping } from '../widgets/dom.ts';

/** What a key or a button can do in the lightbox. */
export interface LightboxActions {
  close(): void;
  step(direction: Direction): void;
  stepFile(step: 1 | -1): void;
  zoomIn(): void;
  zoomOut(): void;
  fit(): void;
  actualSize(): void;
  star(): void;
  compare(): void;
  comparePair(): void;
  toggleDetails(): void;
}

interface KeyBinding {
  readonly does: string;
  readonly keys: Readonly<Record<string, (actions: LightboxActions) => void>>;
}

// The dialog itself closes on Esc.
const bindings: readonly KeyBinding[] = [
  {
    does: 'move to the next result in that direction',
    keys: {
      ArrowLeft: (actions) => actions.step('left'),
      ArrowUp: (actions) => actions.step('up'),
      ArrowRight: (actions) => actions.step('right'),
      ArrowDown: (actions) => actions.step('down'),
    },
  },
  {
    does: 'previous file in this cell',
    keys: { '[': (actions) => actions.stepFile(-1), PageUp: (actions) => actions.stepFile(-1) },
  },
  {
    does: 'next file in this cell',
    keys: { ']': (actions) => actions.stepFile(1), PageDown: (actions) => actions.stepFile(1) },
  },
  { does: 'zoom in', keys: { '+': (actions) => actions.zoomIn(), '=': (actions) => actions.zoomIn() } },
  { does: 'zoom out', keys: { '-': (actions) => actions.zoomOut() } },
  { does: 'fit to window', keys: { 0: (actions) => actions.fit() } },
  { does: 'actual size (100%)', keys: { 1: (actions) => actions.actualSize() } },
  { does: 'add or remove a star', keys: { s: (actions) => actions.star() } },
  { does: 'add to or remove from comparison', keys: { c: (actions) => actions.compare() } },
  {
    does: 'compare with the other folders, where several are compared',
    keys: { p: (actions) => actions.comparePair() },
  },
  { does: 'show or hide details', keys: { i: (actions) => actions.toggleDetails() } },
];

/** The keys by their event names, and what they do. */
export const lightboxKeys = bindings.map(({ keys, does }) => ({ keys: Object.keys(keys), does }));

const actionOf = new Map(bindings.flatMap(({ keys }) => Object.entries(keys)));

/** Handles a key, unless it is meant for a field or for the browser. */
export function onLightboxKey(event: KeyboardEvent, actions: LightboxActions): void {
  // The views behind the dialog have keys of their own.
  event.stopPropagation();
  const { target, key, ctrlKey, metaKey, altKey } = event;
  const action = actionOf.get(key);
  if (action === undefined || isTyping(target) || ctrlKey || metaKey || altKey) return;
  event.preventDefault();
  action(actions);
}
