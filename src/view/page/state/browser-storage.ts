/**
 * What the browser keeps for this page. Where it is told to keep nothing, even naming its storage throws: then
 * there is none: null.
 */
export function browserStorage(kind: 'localStorage' | 'sessionStorage'): Storage | null {
  try {
    const storage = window[kind];
    const probe = 'rcb:probe';
    storage.setItem(probe, probe);
    storage.removeItem(probe);
    return storage;
  } catch (thrown) {
    if (!(thrown instanceof DOMException)) throw thrown;
    return null;
  }
}

/** Keeps what can be chosen again: where the storage is full it is forgotten with the page. */
export function keep(storage: Storage, name: string, value: string): void {
  try {
    storage.setItem(name, value);
  } catch (thrown) {
    if (!(thrown instanceof DOMException)) throw thrown;
  }
}

/** For what may be forgotten with the page. */
export function storageInMemory(): Storage {
  const kept = new Map<string, string>();
  return {
    get length() {
      return kept.size;
    },
    key: (at) => [...kept.keys()][at] ?? null,
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => void kept.set(name, String(value)),
    removeItem: (name) => void kept.delete(name),
    clear: () => kept.clear(),
  };
}
