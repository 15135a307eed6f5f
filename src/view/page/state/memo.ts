/** A value that is made anew only when one of the things it is made from is another one than before. */
export function memo<T>(from: () => readonly unknown[], make: () => T): () => T {
  let kept: { readonly from: readonly unknown[]; readonly value: T } | null = null;
  return () => {
    const now = from();
    if (kept === null || now.some((each, n) => each !== kept?.from[n])) kept = { from: now, value: make() };
    return kept.value;
  };
}

/** What is made of a text, made once for each: thousands of jobs share their prompts. */
export function memoByText(make: (text: string) => string): (text: string) => string {
  const made = new Map<string, string>();
  return (text) => {
    const known = made.get(text) ?? make(text);
    made.set(text, known);
    return known;
  };
}
