/** How many cells a grid has. */
export function cellCount(counts: readonly number[]): number {
  return counts.reduce((product, count) => product * count, 1);
}

/** Every cell of a grid as one digit for each dimension, the last one varying first. The same array each time. */
export function* cellsOf(counts: readonly number[]): Generator<readonly number[]> {
  if (counts.some((count) => count === 0)) return;
  const digits = counts.map(() => 0);
  for (;;) {
    yield digits;
    let at = digits.length - 1;
    while (at >= 0 && (digits[at] as number) + 1 === counts[at]) {
      digits[at] = 0;
      at -= 1;
    }
    if (at < 0) return;
    digits[at] = (digits[at] as number) + 1;
  }
}
