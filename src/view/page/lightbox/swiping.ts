import type { Direction } from '../state/app.ts';

const minPx = 48;

/** Calls `swiped` when a finger swipes across a surface while `isOn` is true. */
export function onSwipe(
  surface: HTMLElement,
  isOn: () => boolean,
  swiped: (towards: Direction) => void,
): void {
  const fingers = new Map<number, { readonly x: number; readonly y: number }>();
  let isSwipe = false;
  // Captured, since elements inside the surface stop pointer events.
  const options = { capture: true };
  surface.addEventListener(
    'pointerdown',
    ({ pointerId, pointerType, clientX, clientY }) => {
      if (pointerType !== 'touch') return;
      fingers.set(pointerId, { x: clientX, y: clientY });
      isSwipe = fingers.size === 1 && isOn();
    },
    options,
  );
  surface.addEventListener(
    'pointerup',
    ({ pointerId, clientX, clientY }) => {
      const from = fingers.get(pointerId);
      fingers.delete(pointerId);
      if (from === undefined || !isSwipe || !isOn()) return;
      const [dx, dy] = [clientX - from.x, clientY - from.y];
      const far = Math.max(Math.abs(dx), Math.abs(dy));
      if (far < minPx) return;
      if (Math.abs(dx) > 2 * Math.abs(dy)) swiped(dx < 0 ? 'left' : 'right');
      else if (Math.abs(dy) > 2 * Math.abs(dx)) swiped(dy < 0 ? 'up' : 'down');
    },
    options,
  );
  surface.addEventListener('pointercancel', ({ pointerId }) => fingers.delete(pointerId), options);
}
