/**
 * The browser's storage for this page; null: the user has turned it off. Even naming the storage throws then.
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

/** Stores a setting that the user can choose again: if the storage is full, it is lost with the page. */
export function keep(storage: Storage, name: string, value: string): void {
  try {
    storage.setItem(name, value);
  } catch (thrown) {
    if (!(thrown instanceof DOMException)) throw thrown;
  }
}

/** Takes the place of a storage that the browser does not give; its contents are lost with the page. */
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
