const edgePx = 8;

/** Puts an open popover below what it belongs to, or above where there is more room, and wholly into the window. */
export function positionPopover(pop: HTMLElement, anchor: Element): void {
  const at = anchor.getBoundingClientRect();
  const [below, above] = [innerHeight - at.bottom - 2 * edgePx, at.top - 2 * edgePx];
  const isBelow = below >= Math.min(pop.scrollHeight, 240) || below >= above;
  pop.style.maxHeight = `${Math.max(Math.min(isBelow ? below : above, 520), 120)}px`;
  const { width, height } = pop.getBoundingClientRect();
  const left = Math.min(at.left, innerWidth - width - edgePx);
  const top = isBelow ? at.bottom + 4 : at.top - height - 4;
  pop.style.left = `${Math.max(left, edgePx)}px`;
  pop.style.top = `${Math.max(Math.min(top, innerHeight - height - edgePx), edgePx)}px`;
}
