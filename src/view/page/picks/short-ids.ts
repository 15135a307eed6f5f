/** Ids in a few characters, for links. */
interface ShortIds {
  /** The shortest start that no other id has, with a margin for jobs that are added later. */
  shorten(id: string): string;
  /** The only id that starts so; null: none does, or several do. */
  find(start: string): string | null;
}

const minLength = 8;
/** Four digits more than needed: of 100,000 jobs that are added later, hardly one has the same start. */
const margin = 4;

/** `all`: every id of the page. They are sorted when one is first asked for: most pages never need that. */
export function shortIds(all: Iterable<string>): ShortIds {
  let kept: readonly string[] | null = null;
  function sorted(): readonly string[] {
    kept ??= [...all].sort();
    return kept;
  }
  /** The number of the first id that is not before this text. */
  function placeOf(text: string): number {
    const ids = sorted();
    let [low, high] = [0, ids.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ids[middle] as string) < text) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  return {
    shorten(id) {
      const ids = sorted();
      const at = placeOf(id);
      const after = ids[at] === id ? at + 1 : at;
      const shared = Math.max(sharedLength(id, ids[at - 1]), sharedLength(id, ids[after]));
      return id.slice(0, shared < minLength - margin ? minLength : shared + 1 + margin);
    },
    find(start) {
      if (start.length < minLength) return null;
      const ids = sorted();
      const at = placeOf(start);
      const found = ids[at];
      if (found === undefined || !found.startsWith(start)) return null;
      // A whole id is meant as such, even if a longer one starts with it.
      if (found === start) return found;
      return ids[at + 1]?.startsWith(start) === true ? null : found;
    },
  };
}

function sharedLength(a: string, b: string | undefined): number {
  let length = 0;
  while (b !== undefined && length < a.length && a[length] === b[length]) length += 1;
  return length;
}
