/** A value that is made anew only when one of the things it is made from is another one than before. */
export function remembered<T>(from: () => readonly unknown[], make: () => T): () => T {
  let kept: { readonly from: readonly unknown[]; readonly value: T } | null = null;
  return () => {
    const now = from();
    if (kept === null || now.some((each, n) => each !== kept?.from[n])) kept = { from: now, value: make() };
    return kept.value;
  };
}
