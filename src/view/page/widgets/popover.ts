const edgePx = 8;

/** Places an open popover below its anchor, or above if there is more room, and keeps it within the window. */
export function positionPopover(popover: HTMLElement, anchor: Element): void {
  const at = anchor.getBoundingClientRect();
  const [below, above] = [innerHeight - at.bottom - 2 * edgePx, at.top - 2 * edgePx];
  const isBelow = below >= Math.min(popover.scrollHeight, 240) || below >= above;
  popover.style.maxHeight = `${Math.max(Math.min(isBelow ? below : above, 520), 120)}px`;
  const { width, height } = popover.getBoundingClientRect();
  const left = Math.min(at.left, innerWidth - width - edgePx);
  const top = isBelow ? at.bottom + 4 : at.top - height - 4;
  popover.style.left = `${Math.max(left, edgePx)}px`;
  popover.style.top = `${Math.max(Math.min(top, innerHeight - height - edgePx), edgePx)}px`;
}
