import type { Direction } from './app.ts';

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

// Esc is the dialog's own.
const keys: Readonly<Record<string, (deeds: LightboxDeeds) => void>> = {
  ArrowLeft: (deeds) => deeds.walk('left'),
  ArrowRight: (deeds) => deeds.walk('right'),
  ArrowUp: (deeds) => deeds.walk('up'),
  ArrowDown: (deeds) => deeds.walk('down'),
  '[': (deeds) => deeds.walkFiles(-1),
  PageUp: (deeds) => deeds.walkFiles(-1),
  ']': (deeds) => deeds.walkFiles(1),
  PageDown: (deeds) => deeds.walkFiles(1),
  '+': (deeds) => deeds.larger(),
  '=': (deeds) => deeds.larger(),
  '-': (deeds) => deeds.smaller(),
  '0': (deeds) => deeds.fit(),
  '1': (deeds) => deeds.actualSize(),
  s: (deeds) => deeds.star(),
  c: (deeds) => deeds.layAside(),
  i: (deeds) => deeds.toggleDetails(),
};

/** Obeys a key, unless it is meant for a field or for the browser. */
export function obeyKey(event: KeyboardEvent, deeds: LightboxDeeds): void {
  // What lies behind the dialog has keys of its own.
  event.stopPropagation();
  const { target, key, ctrlKey, metaKey, altKey } = event;
  const isTyped = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
  if (isTyped || ctrlKey || metaKey || altKey || !Object.hasOwn(keys, key)) return;
  event.preventDefault();
  keys[key]?.(deeds);
}
