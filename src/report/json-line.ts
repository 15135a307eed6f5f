// JSON escapes C0 by itself; C1 (an escape in one character), DEL, line ends and direction changes it leaves as they are.
const obeyedByTerminals = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** A value as one line of JSON, with its line end, that a terminal shows and does not obey; it means the same. */
export function jsonLine(value: unknown, indent: number = 0): string {
  const json = JSON.stringify(value, null, indent).replace(
    obeyedByTerminals,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `${json}\n`;
}
