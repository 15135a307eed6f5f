/** A text prepared for searching: without case, accents and typographic variants of letters. */
export function folded(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

/** A text as one line for searching: where a prompt is broken into lines does not matter. */
export function foldedLine(text: string): string {
  return folded(text).replace(/\s+/g, ' ');
}
