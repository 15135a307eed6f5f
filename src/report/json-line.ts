// JSON escapes C0 itself, but not C1 (an escape in one character), DEL, line ends and direction changes.
const obeyedByTerminals = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** A value as one line of JSON with its line end. Characters that a terminal would obey are escaped. */
export function jsonLine(value: unknown, indent: number = 0): string {
  const json = JSON.stringify(value, null, indent).replace(
    obeyedByTerminals,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `${json}\n`;
}
