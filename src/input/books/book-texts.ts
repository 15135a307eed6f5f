/** Many texts in little memory: a million prompts take a hundred megabytes less than they would as strings. */
export interface PackedTexts {
  add(text: string): void;
  count(): number;
  /** undefined: there is not a text with this number, from 0. */
  at(index: number): string | undefined;
}

const blockBytes = 1024 ** 2;

export function packedTexts(): PackedTexts {
  const blocks: Buffer[] = [];
  // Of each text its block, and in it where the text begins and ends; `wide` ones have two bytes per character.
  let places = new Uint32Array(3 * 1024);
  let count = 0;
  let used = blockBytes;

  function room(bytes: number): Buffer {
    const last = blocks.at(-1);
    if (last !== undefined && used + bytes <= last.length) return last;
    const block = Buffer.allocUnsafe(Math.max(blockBytes, bytes));
    blocks.push(block);
    used = 0;
    return block;
  }

  return {
    add(text) {
      const isWide = /[^\0-\xff]/.test(text);
      const bytes = isWide ? text.length * 2 : text.length;
      const written = room(bytes).write(text, used, isWide ? 'utf16le' : 'latin1');
      if (count * 3 === places.length) {
        const larger = new Uint32Array(places.length * 2);
        larger.set(places);
        places = larger;
      }
      places.set([(blocks.length - 1) * 2 + Number(isWide), used, used + written], count * 3);
      used += written;
      count += 1;
    },
    count: () => count,
    at(index) {
      if (!Number.isSafeInteger(index) || index < 0 || index >= count) return undefined;
      const [block, from, to] = places.subarray(index * 3, index * 3 + 3) as unknown as [
        number,
        number,
        number,
      ];
      return blocks[block >> 1]?.toString(block % 2 === 1 ? 'utf16le' : 'latin1', from, to);
    },
  };
}
