/** Items by the instant at which each is due, the earliest first; a binary heap, so that thousands cost nothing. */
interface DueQueue<Item> {
  /** Adds the item, or moves it. */
  set(item: Item, due: number): void;
  remove(item: Item): void;
  first(): { readonly item: Item; readonly due: number } | null;
  /** All of them, in no particular order. */
  items(): readonly Item[];
}

interface Entry<Item> {
  readonly item: Item;
  due: number;
}

export function dueQueue<Item>(): DueQueue<Item> {
  const heap: Entry<Item>[] = [];
  const indices = new Map<Item, number>();

  function put(entry: Entry<Item>, index: number): void {
    heap[index] = entry;
    indices.set(entry.item, index);
  }

  function rise(entry: Entry<Item>, from: number): number {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent] as Entry<Item>;
      if (above.due <= entry.due) break;
      put(above, index);
      index = parent;
    }
    return index;
  }

  function sink(entry: Entry<Item>, from: number): number {
    let index = from;
    for (;;) {
      let child = 2 * index + 1;
      const [left, right] = [heap[child], heap[child + 1]];
      if (left === undefined) return index;
      if (right !== undefined && right.due < left.due) child += 1;
      const below = heap[child] as Entry<Item>;
      if (below.due >= entry.due) return index;
      put(below, index);
      index = child;
    }
  }

  function settle(entry: Entry<Item>, index: number): void {
    put(entry, sink(entry, rise(entry, index)));
  }

  return {
    set(item, due) {
      const index = indices.get(item) ?? heap.length;
      const entry = heap[index] ?? { item, due };
      entry.due = due;
      settle(entry, index);
    },
    remove(item) {
      const index = indices.get(item);
      if (index === undefined) return;
      indices.delete(item);
      const last = heap.pop() as Entry<Item>;
      if (last.item !== item) settle(last, index);
    },
    first: () => heap[0] ?? null,
    items: () => [...indices.keys()],
  };
}
