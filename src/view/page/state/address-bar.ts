import type { Address } from './page-store.ts';

/** Browsers refuse a page that rewrites its address too often, as dragging a slider would. */
const settleMs = 200;
/** Marks the entries of the history that the page has written; one that the user enters has no mark. */
const own = 'rcb';

/** The hash of the page's URL. A replacement is written once the view has settled, or when the page is left. */
export function addressBar(): Address {
  let pending: string | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const listeners: ((isLink: boolean) => void)[] = [];
  const now = (): string => pending ?? location.hash.replace(/^#/, '');

  function flush(): void {
    clearTimeout(timer);
    if (pending === null) return;
    history.replaceState(own, '', urlWith(pending));
    pending = null;
  }
  addEventListener('pagehide', flush);
  addEventListener('beforeunload', flush);
  history.replaceState(own, '');
  addEventListener('popstate', ({ state }) => {
    clearTimeout(timer);
    pending = null;
    history.replaceState(own, '');
    for (const listener of listeners) listener(state !== own);
  });

  return {
    read: now,
    write(hash, how) {
      if (hash === now()) return;
      if (how === 'push') {
        flush();
        history.pushState(own, '', urlWith(hash));
        return;
      }
      pending = hash;
      clearTimeout(timer);
      timer = setTimeout(flush, settleMs);
    },
    onChange: (listener) => listeners.push(listener),
  };
}

function urlWith(hash: string): string {
  return hash === '' ? location.href.replace(/#.*$/s, '') : `#${hash}`;
}
