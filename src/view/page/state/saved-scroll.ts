import { keep } from './browser-storage.ts';

/**
 * Restores the scroll position of each view after a reload. The browser restores only the window's own position, and
 * here it is the views that scroll.
 */
export function restoreScroll(key: string, scrollers: readonly HTMLElement[], storage: Storage): void {
  const name = `rcb:scroll:${key}`;
  addEventListener('pagehide', () => {
    const positions = scrollers.map(({ scrollLeft, scrollTop }) => [scrollLeft, scrollTop]);
    keep(storage, name, JSON.stringify(positions));
  });
  const kept = storage.getItem(name);
  storage.removeItem(name);
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  if (kept === null || navigation?.type !== 'reload') return;
  const positions = JSON.parse(kept) as readonly (readonly [left: number, top: number])[];
  for (const [at, scroller] of scrollers.entries()) {
    const [left, top] = positions[at] ?? [0, 0];
    // A view gets its size when it is first drawn, and may grow to it in steps.
    const watch = new ResizeObserver(() => {
      scroller.scrollTo({ left, top, behavior: 'instant' });
      if (top - scroller.scrollTop < 1 && left - scroller.scrollLeft < 1) watch.disconnect();
    });
    watch.observe(scroller.firstElementChild ?? scroller);
    for (const act of ['wheel', 'pointerdown', 'keydown']) {
      addEventListener(act, () => watch.disconnect(), { once: true, passive: true });
    }
  }
}
