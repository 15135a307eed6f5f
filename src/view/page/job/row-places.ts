const maxLines = 6;
const maxFiles = 3;

/** `row 15 of p60.tsv`, `rows 3, 15 and 20 of p60.tsv, and row 2 of b.csv`; null: the jobs come from no file. */
export function placesText(rows: readonly string[]): string | null {
  const files = new Map<string, Set<number>>();
  for (const row of rows) {
    const [, file, line] = /^(.+):(\d+)$/s.exec(row) ?? [];
    if (file === undefined) continue;
    files.set(file, (files.get(file) ?? new Set()).add(Number(line)));
  }
  const texts = [...files].slice(0, maxFiles).map(([file, lines]) => {
    const sorted = [...lines].sort((a, b) => a - b).map(String);
    return `${sorted.length === 1 ? 'row' : 'rows'} ${listText(sorted, maxLines)} of ${file}`;
  });
  if (files.size > maxFiles) texts.push(`rows of ${files.size - maxFiles} more files`);
  if (texts.length <= 1) return texts[0] ?? null;
  return `${texts.slice(0, -1).join(', ')}, and ${texts.at(-1)}`;
}

/** `3, 15 and 20` */
function listText(items: readonly string[], max: number): string {
  const kept = items.slice(0, items.length > max ? max - 1 : max);
  const last = items.length > kept.length ? `${items.length - kept.length} more` : kept.pop();
  return kept.length === 0 ? (last ?? '') : `${kept.join(', ')} and ${last}`;
}
