/** The labels of pairs, from the title of each: no two are the same, since a label is a row of the grid. */
export function pairLabels(titles: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  const counts = new Map<string, number>();
  return titles.map((title) => {
    let label = title;
    for (let n = (counts.get(title) ?? 0) + 1; taken.has(label); n += 1) {
      label = `${title} (${n})`;
      counts.set(title, n);
    }
    if (!counts.has(title)) counts.set(title, 1);
    taken.add(label);
    return label;
  });
}
