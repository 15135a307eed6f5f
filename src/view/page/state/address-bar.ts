import type { Address } from './page-store.ts';

/** Browsers refuse a page that rewrites its address too often, as a slider that is dragged would. */
const restMs = 200;

/** The hash of the page's URL. Replacing waits until the view rests; what waits is written before the page goes. */
export function addressBar(): Address {
  let waiting: string | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const listeners: (() => void)[] = [];
  const now = (): string => waiting ?? location.hash.replace(/^#/, '');

  function flush(): void {
    clearTimeout(timer);
    if (waiting === null) return;
    history.replaceState(null, '', urlWith(waiting));
    waiting = null;
  }
  addEventListener('pagehide', flush);
  addEventListener('beforeunload', flush);
  addEventListener('popstate', () => {
    clearTimeout(timer);
    waiting = null;
    for (const listener of listeners) listener();
  });

  return {
    read: now,
    write(hash, how) {
      if (hash === now()) return;
      if (how === 'push') {
        flush();
        history.pushState(null, '', urlWith(hash));
        return;
      }
      waiting = hash;
      clearTimeout(timer);
      timer = setTimeout(flush, restMs);
    },
    onChange: (listener) => listeners.push(listener),
  };
}

function urlWith(hash: string): string {
  return hash === '' ? location.href.replace(/#.*$/s, '') : `#${hash}`;
}
