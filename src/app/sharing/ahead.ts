/** Each item with what `work` makes of it, in their order; `count` of them are worked on at once. */
export async function* ahead<Item, Made>(
  items: Iterable<Item>,
  count: number,
  work: (item: Item) => Promise<Made>,
): AsyncGenerator<readonly [Item, Made]> {
  const begun: { readonly item: Item; readonly made: Promise<Made> }[] = [];
  const source = items[Symbol.iterator]();
  try {
    for (let next = source.next(); ; next = source.next()) {
      if (next.done !== true) {
        const made = work(next.value);
        // Whoever comes to it hears of its failure.
        made.catch(() => {});
        begun.push({ item: next.value, made });
        if (begun.length < count) continue;
      }
      const first = begun.shift();
      if (first === undefined) return;
      yield [first.item, await first.made];
    }
  } finally {
    source.return?.();
    await Promise.allSettled(begun.map(({ made }) => made));
  }
}
