/** Texts by key, of which the least recently used go when they are too many. */
interface RecentTexts {
  find(key: string): string | null;
  keep(key: string, text: string): void;
}

/** `maxLength` is of all texts together, in UTF-16 units: bytes, for texts of ASCII. */
export function recentTexts(maxLength: number): RecentTexts {
  const texts = new Map<string, string>();
  let length = 0;

  function forget(key: string): void {
    length -= texts.get(key)?.length ?? 0;
    texts.delete(key);
  }

  return {
    find(key) {
      const text = texts.get(key);
      if (text === undefined) return null;
      // A map is in the order of insertion.
      texts.delete(key);
      texts.set(key, text);
      return text;
    },
    keep(key, text) {
      forget(key);
      if (text.length > maxLength) return;
      texts.set(key, text);
      length += text.length;
      for (const oldest of texts.keys()) {
        if (length <= maxLength) return;
        forget(oldest);
      }
    },
  };
}
