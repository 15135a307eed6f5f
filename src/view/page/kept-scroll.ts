import { keep } from './browser-storage.ts';

/**
 * Keeps how far each view is scrolled over a reload: the browser itself keeps only the window's position, and it is
 * the views that are scrolled.
 */
export function keptScroll(key: string, scrollers: readonly HTMLElement[], storage: Storage): void {
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
    // What is scrolled gets its size when it is first drawn.
    const watch = new ResizeObserver(([content]) => {
      if (content?.contentRect.height === 0) return;
      scroller.scrollTo({ left, top, behavior: 'instant' });
      watch.disconnect();
    });
    watch.observe(scroller.firstElementChild ?? scroller);
  }
}
