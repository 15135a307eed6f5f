/** A value that is computed again only when one of its inputs is no longer the same. */
export function memo<T>(inputs: () => readonly unknown[], compute: () => T): () => T {
  let kept: { readonly inputs: readonly unknown[]; readonly value: T } | null = null;
  return () => {
    const now = inputs();
    if (kept === null || now.some((each, n) => each !== kept?.inputs[n])) {
      kept = { inputs: now, value: compute() };
    }
    return kept.value;
  };
}

/** Computes a result once for each text: thousands of jobs share their prompts. */
export function memoByText(compute: (text: string) => string): (text: string) => string {
  const results = new Map<string, string>();
  return (text) => {
    const known = results.get(text) ?? compute(text);
    results.set(text, known);
    return known;
  };
}
