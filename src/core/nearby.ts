/**
 * How many letters have to be inserted, dropped, changed or swapped with their neighbour to get from `a` to `b`
 * (optimal string alignment). Symmetric; 0 only for equal texts.
 */
export function editDistance(a: string, b: string): number {
  const [from, to] = [[...a], [...b]];
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const changed = from[row - 1] === to[column - 1] ? 0 : 1;
      let steps = Math.min(at(current, column - 1) + 1, at(last, column) + 1, at(last, column - 1) + changed);
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (row > 1 && column > 1 && swapped) steps = Math.min(steps, at(beforeLast, column - 2) + 1);
      current.push(steps);
    }
    beforeLast = last;
    last = current;
  }
  return at(last, to.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] as number;
}

/** A name without what people write differently: case, `_`, `-` and spaces. */
export function bareName(name: string): string {
  return name
    .normalize('NFC')
    .toLowerCase()
    .replace(/[_\-\s]+/g, '');
}

/** The words of a name in lower case: `imagePrompt`, `image_prompt` and `Image prompt` are `image`, `prompt`. */
export function wordsOfName(name: string): readonly string[] {
  return name
    .normalize('NFC')
    .replace(/(\p{Ll}|\p{N})(?=\p{Lu})/gu, '$1 ')
    .toLowerCase()
    .split(/[^\p{L}\p{N}\p{M}]+/u)
    .filter((word) => word !== '');
}

// Longer names are not compared, since comparing is quadratic.
const maxComparedLength = 100;

/** How many typing errors a name of this length may have and still count as a misspelling. */
function slipsAllowed(length: number): number {
  return length < 4 ? 0 : Math.min(3, Math.floor(length / 4));
}

/** The known name that this one probably misspells, or null: for names that may also be intended. */
export function misspelt(name: string, known: readonly string[]): string | null {
  return nearest(name, known, (bare) => slipsAllowed(bare.length));
}

/** The known name nearest to one that is certainly wrong, or null where none is near enough to be worth naming. */
export function suggestion(name: string, known: readonly string[]): string | null {
  return nearest(name, known, (bare) => Math.max(1, Math.floor(bare.length * 0.4)));
}

function nearest(name: string, known: readonly string[], allowed: (bare: string) => number): string | null {
  const bare = bareName(name);
  if (bare === '' || bare.length > maxComparedLength) return null;
  let best: { readonly name: string; readonly distance: number } | null = null;
  for (const candidate of known) {
    const bareCandidate = bareName(candidate);
    const max = allowed(bareCandidate);
    if (Math.abs(bareCandidate.length - bare.length) > max) continue;
    const distance = editDistance(bare, bareCandidate);
    if (distance > max || distance >= Math.max(bare.length, bareCandidate.length, 1)) continue;
    if (best === null || distance < best.distance) best = { name: candidate, distance };
  }
  return best?.name ?? null;
}
